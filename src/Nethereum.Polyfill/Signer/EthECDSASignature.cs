using System.Numerics;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Model;
using Nethereum.Signer.Crypto;

namespace Nethereum.Signer;

/// <summary>R and S are big endian without leading zeros, as transactions carry them.</summary>
public class EthECDSASignature : ISignature
{
    private static readonly BigInteger HalfOrder =
        new("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0".HexToByteArray(), isUnsigned: true, isBigEndian: true);

    private readonly byte[] _compact;

    internal EthECDSASignature(ReadOnlySpan<byte> r, ReadOnlySpan<byte> s, byte[] v)
    {
        _compact = new byte[Secp256k1.SignatureSize];
        CopyPadded(r, _compact.AsSpan(0, Secp256k1.ScalarSize));
        CopyPadded(s, _compact.AsSpan(Secp256k1.ScalarSize));
        V = v;
    }

    public byte[] R => PaddedR.TrimStart((byte)0).ToArray();

    public byte[] S => PaddedS.TrimStart((byte)0).ToArray();

    /// <summary>27 or 28, 0 or 1, or an EIP-155 value, whichever made it; empty after <see cref="EthECKey.Sign"/>.</summary>
    public byte[] V { get; set; }

    public bool IsLowS => new BigInteger(PaddedS, isUnsigned: true, isBigEndian: true) <= HalfOrder;

    internal ReadOnlySpan<byte> Compact => _compact;

    private ReadOnlySpan<byte> PaddedR => _compact.AsSpan(0, Secp256k1.ScalarSize);

    private ReadOnlySpan<byte> PaddedS => _compact.AsSpan(Secp256k1.ScalarSize);

    /// <summary>0x, then r and s in 32 bytes each, then v.</summary>
    public static string CreateStringSignature(EthECDSASignature signature) =>
        signature._compact.ToHex(true) + signature.V.ToHex();

    private static void CopyPadded(ReadOnlySpan<byte> value, Span<byte> target)
    {
        var digits = value.TrimStart((byte)0);
        if (digits.Length > target.Length) throw new ArgumentException("A signature's r and s have at most 32 bytes", nameof(value));
        digits.CopyTo(target[(target.Length - digits.Length)..]);
    }
}

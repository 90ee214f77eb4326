using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Model;
using Nethereum.Signer.Crypto;

namespace Nethereum.Signer;

public static class EthECDSASignatureFactory
{
    public static EthECDSASignature FromComponents(byte[] r, byte[] s) => new(r, s, []);

    public static EthECDSASignature FromComponents(byte[] r, byte[] s, byte v) => new(r, s, [v]);

    public static EthECDSASignature FromComponents(byte[] r, byte[] s, byte[] v) => new(r, s, v);

    /// <summary>r and s, 32 bytes each.</summary>
    public static EthECDSASignature FromComponents(byte[] rs) => new(
        rs.AsSpan(0, Secp256k1.ScalarSize), rs.AsSpan(Secp256k1.ScalarSize, Secp256k1.ScalarSize), []);

    public static EthECDSASignature FromSignature(ISignature signature) => new(signature.R, signature.S, signature.V);

    public static EthECDSASignature ToEthECDSASignature(this ISignature signature) =>
        signature as EthECDSASignature ?? FromSignature(signature);

    /// <summary>Reads r, s and v of 65 bytes; a v of 0 or 1 becomes 27 or 28. Validate before: a shorter text throws.</summary>
    public static EthECDSASignature ExtractECDSASignature(string signature)
    {
        var bytes = signature.HexToByteArray();
        if (bytes.Length <= Secp256k1.SignatureSize)
            throw new IndexOutOfRangeException($"A signature has {Secp256k1.SignatureSize + 1} bytes, not {bytes.Length}");
        var v = bytes[Secp256k1.SignatureSize];
        if (v is 0 or 1) v += EthECKey.FirstV;
        return new EthECDSASignature(bytes.AsSpan(0, Secp256k1.ScalarSize), bytes.AsSpan(Secp256k1.ScalarSize, Secp256k1.ScalarSize), [v]);
    }
}

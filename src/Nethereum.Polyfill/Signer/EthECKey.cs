using System.Numerics;
using System.Security.Cryptography;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.RLP;
using Nethereum.Signer.Crypto;
using Nethereum.Util;

namespace Nethereum.Signer;

/// <summary>A secp256k1 key: private, or public only when it was recovered.</summary>
public class EthECKey
{
    internal const byte FirstV = 27;

    private readonly byte[]? _privateKey;
    private readonly byte[] _publicKey = new byte[Secp256k1.PublicKeySize];

    public EthECKey(string privateKey) : this(privateKey.HexToByteArray(), true)
    {
    }

    /// <summary>A private key (up to 32 bytes, zero-filled in front) or an uncompressed public key of 65 bytes.</summary>
    public EthECKey(byte[] vch, bool isPrivate)
    {
        if (!isPrivate)
        {
            if (vch.Length != Secp256k1.PublicKeySize) throw new ArgumentException($"A public key has {Secp256k1.PublicKeySize} bytes", nameof(vch));
            vch.CopyTo(_publicKey, 0);
            return;
        }

        if (vch.Length > Secp256k1.ScalarSize) throw new ArgumentException($"A private key has {Secp256k1.ScalarSize} bytes", nameof(vch));
        _privateKey = new byte[Secp256k1.ScalarSize];
        vch.CopyTo(_privateKey, Secp256k1.ScalarSize - vch.Length);
        if (!Secp256k1.Current.IsPrivateKey(_privateKey)) throw new ArgumentException("A private key lies between zero and the curve's order", nameof(vch));
        Secp256k1.Current.PublicKey(_privateKey, _publicKey);
    }

    /// <summary>The official package's switch between its slow and its fast signing; signing here is always the fast one.</summary>
    public static bool SignRecoverable { get; set; }

    public static EthECKey GenerateKey()
    {
        var candidate = new byte[Secp256k1.ScalarSize];
        do RandomNumberGenerator.Fill(candidate);
        while (!Secp256k1.Current.IsPrivateKey(candidate));
        return new EthECKey(candidate, true);
    }

    public byte[] GetPrivateKeyAsBytes() => [.. PrivateKey];

    /// <summary>0x and 64 digits.</summary>
    public string GetPrivateKey() => PrivateKey.ToHex(true);

    public byte[] GetPubKey(bool compresseed = false)
    {
        if (!compresseed) return [.. _publicKey];
        var isYOdd = (_publicKey[^1] & 1) == 1;
        return [(byte)(isYOdd ? 3 : 2), .. _publicKey.AsSpan(1, Secp256k1.ScalarSize)];
    }

    public byte[] GetPubKeyNoPrefix(bool compressed = false) => GetPubKey(compressed)[1..];

    /// <summary>The checksummed address.</summary>
    public string GetPublicAddress() => AddressUtil.ConvertToChecksumAddress(Address(stackalloc byte[Keccak256.DigestSize]));

    public byte[] GetPublicAddressAsBytes() => Address(stackalloc byte[Keccak256.DigestSize]).ToArray();

    public static string GetPublicAddress(string privateKey) => new EthECKey(privateKey).GetPublicAddress();

    /// <summary>Without v.</summary>
    public EthECDSASignature Sign(byte[] hash) => Sign(hash, _ => []);

    /// <summary>v is 27 or 28.</summary>
    public EthECDSASignature SignAndCalculateV(byte[] hash) => Sign(hash, recoveryId => [(byte)(FirstV + recoveryId)]);

    /// <summary>v as EIP-155 mixes in the chain.</summary>
    public EthECDSASignature SignAndCalculateV(byte[] hash, BigInteger chainId) =>
        Sign(hash, recoveryId => (chainId * 2 + 35 + recoveryId).ToBytesForRLPEncoding());

    /// <summary>v is the parity alone: 0 or 1.</summary>
    public EthECDSASignature SignAndCalculateYParityV(byte[] hash) => Sign(hash, recoveryId => [(byte)recoveryId]);

    public bool Verify(byte[] hash, EthECDSASignature sig)
    {
        Span<byte> candidate = stackalloc byte[Secp256k1.PublicKeySize];
        for (var recoveryId = 0; recoveryId < 4; recoveryId++)
            if (Secp256k1.Current.TryRecover(sig.Compact, recoveryId, hash, candidate) && candidate.SequenceEqual(_publicKey))
                return true;
        return false;
    }

    public bool VerifyAllowingOnlyLowS(byte[] hash, EthECDSASignature sig) => sig.IsLowS && Verify(hash, sig);

    /// <summary>v is 27 or 28.</summary>
    public static EthECKey RecoverFromSignature(EthECDSASignature signature, byte[] hash) =>
        RecoverFromSignature(signature, GetRecIdFromV(signature.V), hash);

    /// <summary>v as EIP-155 mixes in the chain.</summary>
    public static EthECKey RecoverFromSignature(EthECDSASignature signature, byte[] hash, BigInteger chainId) =>
        RecoverFromSignature(signature, GetRecIdFromVChain(signature.V.ToBigIntegerFromRLPDecoded(), chainId), hash);

    /// <summary>v is the parity: empty or 0, or 1.</summary>
    public static EthECKey RecoverFromParityYSignature(EthECDSASignature signature, byte[] hash) =>
        RecoverFromSignature(signature, signature.V.ToIntFromRLPDecoded(), hash);

    public static EthECKey RecoverFromSignature(EthECDSASignature signature, int recId, byte[] hash)
    {
        if (recId is < 0 or > 3) throw new ArgumentOutOfRangeException(nameof(recId), recId, "A recovery id lies between 0 and 3");
        RequireHash(hash);
        Span<byte> publicKey = stackalloc byte[Secp256k1.PublicKeySize];
        if (!Secp256k1.Current.TryRecover(signature.Compact, recId, hash, publicKey))
            throw new ArgumentException("No key has made this signature", nameof(signature));
        return new EthECKey(publicKey.ToArray(), false);
    }

    public static int GetRecIdFromV(byte[] v) => GetRecIdFromV(v[0]);

    public static int GetRecIdFromV(byte v) => v switch
    {
        >= 27 and <= 30 => v - 27,
        >= 31 and <= 34 => v - 31, // a compressed key's header
        _ => throw new ArgumentOutOfRangeException(nameof(v), v, "v lies between 27 and 34"),
    };

    public static int GetRecIdFromVChain(BigInteger vChain, BigInteger chainId) => (int)(vChain - chainId * 2 - 35);

    private byte[] PrivateKey => _privateKey ?? throw new InvalidOperationException("This key was recovered and is public only");

    private EthECDSASignature Sign(byte[] hash, Func<int, byte[]> encodeV)
    {
        RequireHash(hash);
        Span<byte> signature = stackalloc byte[Secp256k1.SignatureSize];
        var recoveryId = Secp256k1.Current.Sign(PrivateKey, hash, signature);
        return new EthECDSASignature(signature[..Secp256k1.ScalarSize], signature[Secp256k1.ScalarSize..], encodeV(recoveryId));
    }

    private Span<byte> Address(Span<byte> digest)
    {
        Keccak256.Hash(_publicKey.AsSpan(1), digest);
        return digest[12..];
    }

    private static void RequireHash(byte[] hash)
    {
        if (hash.Length != Secp256k1.ScalarSize) throw new ArgumentException($"A hash has {Secp256k1.ScalarSize} bytes, not {hash.Length}", nameof(hash));
    }
}

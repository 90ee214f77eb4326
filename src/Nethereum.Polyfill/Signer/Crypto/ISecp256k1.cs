namespace Nethereum.Signer.Crypto;

/// <summary>The curve operations that signing needs. Keys and hashes are 32 bytes, public keys 65 (0x04, x, y).</summary>
internal interface ISecp256k1
{
    bool IsPrivateKey(ReadOnlySpan<byte> privateKey);

    void PublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey);

    /// <summary>Deterministic (RFC 6979) with low s. Writes r and s, 32 bytes each; returns the recovery id.</summary>
    int Sign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> hash, Span<byte> signature);

    /// <summary>False when no key has made the signature.</summary>
    bool TryRecover(ReadOnlySpan<byte> signature, int recoveryId, ReadOnlySpan<byte> hash, Span<byte> publicKey);
}

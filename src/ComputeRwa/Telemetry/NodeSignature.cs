using ComputeRwa.Chain;
using ComputeRwa.Kernel;
using Nethereum.Signer;

namespace ComputeRwa.Telemetry;

/// <summary>EIP-191 (<c>personal_sign</c>) signatures of node keys over the 32 bytes of a batch hash.</summary>
internal static class NodeSignature
{
    public static bool IsWellFormed(string signature) => Hex.IsHex(signature, 65) && Convert.FromHexString(signature.AsSpan(^2))[0] is 27 or 28;

    /// <summary>A well-formed signature's author is the key; never throws on one.</summary>
    public static bool IsBy(Address key, Hash32 hash, string signature) =>
        Signatures.IsBy(key, Hash32.Of(new EthereumMessageSigner().HashPrefixedMessage(hash.ToBytes())), Convert.FromHexString(signature.AsSpan(2)), out _);
}

using ComputeRwa.Kernel;
using Nethereum.Signer;

namespace ComputeRwa.Telemetry;

/// <summary>EIP-191 (<c>personal_sign</c>) signatures of node keys over the 32 bytes of a batch hash.</summary>
internal static class NodeSignature
{
    public static bool IsWellFormed(string signature) => Hex.IsHex(signature, 65) && signature[^2..] is "1b" or "1c" or "1B" or "1C";

    public static bool IsBy(Address key, Hash32 hash, string signature)
    {
        string? signer;
        try
        {
            signer = new EthereumMessageSigner().EcRecover(hash.ToBytes(), signature);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or NullReferenceException or FormatException)
        {
            // Numbers that no key can have made. Which of these is thrown depends on the Nethereum in use.
            return false;
        }
        return string.Equals(signer, key.Value, StringComparison.OrdinalIgnoreCase);
    }
}

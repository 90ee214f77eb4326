using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace ComputeRwa.Chain.Contracts;

/// <summary>ERC-1271: a wallet contract says itself whether a signature is its own.</summary>
internal static class Erc1271
{
    [Function("isValidSignature", "bytes4")]
    internal sealed class IsValidSignature : FunctionMessage
    {
        [Parameter("bytes32", "hash", 1)] public byte[] Hash { get; set; } = [];
        [Parameter("bytes", "signature", 2)] public byte[] Signature { get; set; } = [];
    }
}

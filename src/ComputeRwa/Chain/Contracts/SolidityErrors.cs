using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace ComputeRwa.Chain.Contracts;

/// <summary>What the language itself reverts with: require with a message, and failed assertions, arithmetic and the like.</summary>
internal static class Solidity
{
    [Error("Error")]
    internal sealed class RevertError : IErrorDTO
    {
        [Parameter("string", "message", 1)] public string Message { get; set; } = "";
    }

    [Error("Panic")]
    internal sealed class PanicError : IErrorDTO
    {
        [Parameter("uint256", "code", 1)] public BigInteger Code { get; set; }
    }
}

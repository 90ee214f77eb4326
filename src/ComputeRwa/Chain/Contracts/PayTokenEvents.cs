using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace ComputeRwa.Chain.Contracts;

internal static partial class PayToken
{
    [Event("Approval")]
    internal sealed class ApprovalEvent : IEventDTO
    {
        [Parameter("address", "owner", 1, true)] public string Owner { get; set; } = "";
        [Parameter("address", "spender", 2, true)] public string Spender { get; set; } = "";
        [Parameter("uint256", "value", 3)] public BigInteger Value { get; set; }
    }

    [Event("AuthorizationUsed")]
    internal sealed class AuthorizationUsedEvent : IEventDTO
    {
        [Parameter("address", "authorizer", 1, true)] public string Authorizer { get; set; } = "";
        [Parameter("bytes32", "nonce", 2, true)] public byte[] Nonce { get; set; } = [];
    }

    [Event("Transfer")]
    internal sealed class TransferEvent : IEventDTO
    {
        [Parameter("address", "from", 1, true)] public string From { get; set; } = "";
        [Parameter("address", "to", 2, true)] public string To { get; set; } = "";
        [Parameter("uint256", "value", 3)] public BigInteger Value { get; set; }
    }
}

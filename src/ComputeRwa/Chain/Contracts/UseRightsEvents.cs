using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace ComputeRwa.Chain.Contracts;

internal static partial class UseRights
{
    [Event("Approval")]
    internal sealed class ApprovalEvent : IEventDTO
    {
        [Parameter("address", "owner", 1, true)] public string Owner { get; set; } = "";
        [Parameter("address", "approved", 2, true)] public string Approved { get; set; } = "";
        [Parameter("uint256", "tokenId", 3, true)] public BigInteger TokenId { get; set; }
    }

    [Event("ApprovalForAll")]
    internal sealed class ApprovalForAllEvent : IEventDTO
    {
        [Parameter("address", "owner", 1, true)] public string Owner { get; set; } = "";
        [Parameter("address", "operator", 2, true)] public string Operator { get; set; } = "";
        [Parameter("bool", "approved", 3)] public bool Approved { get; set; }
    }

    [Event("Transfer")]
    internal sealed class TransferEvent : IEventDTO
    {
        [Parameter("address", "from", 1, true)] public string From { get; set; } = "";
        [Parameter("address", "to", 2, true)] public string To { get; set; } = "";
        [Parameter("uint256", "tokenId", 3, true)] public BigInteger TokenId { get; set; }
    }

    [Event("UpdateUser")]
    internal sealed class UpdateUserEvent : IEventDTO
    {
        [Parameter("uint256", "tokenId", 1, true)] public BigInteger TokenId { get; set; }
        [Parameter("address", "user", 2, true)] public string User { get; set; } = "";
        [Parameter("uint64", "expires", 3)] public ulong Expires { get; set; }
    }
}

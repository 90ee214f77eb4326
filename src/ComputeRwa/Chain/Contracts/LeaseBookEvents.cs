using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace ComputeRwa.Chain.Contracts;

internal static partial class LeaseBook
{
    [Event("LeaseOriginated")]
    internal sealed class LeaseOriginatedEvent : IEventDTO
    {
        [Parameter("uint256", "id", 1, true)] public BigInteger Id { get; set; }
        [Parameter("address", "provider", 2, true)] public string Provider { get; set; } = "";
        [Parameter("address", "lessee", 3, true)] public string Lessee { get; set; } = "";
        [Parameter("uint96", "funded", 4)] public BigInteger Funded { get; set; }
        [Parameter("uint96", "capPerEpoch", 5)] public BigInteger CapPerEpoch { get; set; }
    }

    [Event("NewLeasesPaused")]
    internal sealed class NewLeasesPausedEvent : IEventDTO
    {
        [Parameter("bool", "paused", 1)] public bool Paused { get; set; }
    }

    [Event("NonceCancelled")]
    internal sealed class NonceCancelledEvent : IEventDTO
    {
        [Parameter("address", "account", 1, true)] public string Account { get; set; } = "";
        [Parameter("uint256", "nonce", 2)] public BigInteger Nonce { get; set; }
    }

    [Event("OriginationSkipped")]
    internal sealed class OriginationSkippedEvent : IEventDTO
    {
        [Parameter("uint256", "index", 1, true)] public BigInteger Index { get; set; }
        [Parameter("uint256", "id", 2, true)] public BigInteger Id { get; set; }
        [Parameter("bytes", "reason", 3)] public byte[] Reason { get; set; } = [];
    }
}

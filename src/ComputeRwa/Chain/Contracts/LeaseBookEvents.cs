using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace ComputeRwa.Chain.Contracts;

internal static partial class LeaseBook
{
    [Event("AuthorityUpdated")]
    internal sealed class AuthorityUpdatedEvent : IEventDTO
    {
        [Parameter("address", "authority", 1)] public string Authority { get; set; } = "";
    }

    [Event("CoSettled")]
    internal sealed class CoSettledEvent : IEventDTO
    {
        [Parameter("uint256", "id", 1, true)] public BigInteger Id { get; set; }
        [Parameter("uint32", "epoch", 2, true)] public uint Epoch { get; set; }
        [Parameter("uint96", "rent", 3)] public BigInteger Rent { get; set; }
    }

    [Event("CurtailmentNoticed")]
    internal sealed class CurtailmentNoticedEvent : IEventDTO
    {
        [Parameter("uint256", "id", 1, true)] public BigInteger Id { get; set; }
        [Parameter("uint32", "throughEpoch", 2)] public uint ThroughEpoch { get; set; }
    }

    [Event("LeaseDefaulted")]
    internal sealed class LeaseDefaultedEvent : IEventDTO
    {
        [Parameter("uint256", "id", 1, true)] public BigInteger Id { get; set; }
        [Parameter("uint32", "endEpoch", 2)] public uint EndEpoch { get; set; }
    }

    [Event("LeaseExited")]
    internal sealed class LeaseExitedEvent : IEventDTO
    {
        [Parameter("uint256", "id", 1, true)] public BigInteger Id { get; set; }
        [Parameter("address", "by", 2, true)] public string By { get; set; } = "";
        [Parameter("uint32", "endEpoch", 3)] public uint EndEpoch { get; set; }
    }

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

using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace ComputeRwa.Chain.Contracts;

internal static partial class EpochLedger
{
    [Event("AttestorSet")]
    internal sealed class AttestorSetEvent : IEventDTO
    {
        [Parameter("address", "account", 1, true)] public string Account { get; set; } = "";
        [Parameter("bool", "attestor", 2)] public bool Attestor { get; set; }
    }

    [Event("AuthorityUpdated")]
    internal sealed class AuthorityUpdatedEvent : IEventDTO
    {
        [Parameter("address", "authority", 1)] public string Authority { get; set; } = "";
    }

    [Event("BondDeposited")]
    internal sealed class BondDepositedEvent : IEventDTO
    {
        [Parameter("address", "from", 1, true)] public string From { get; set; } = "";
        [Parameter("uint96", "amount", 2)] public BigInteger Amount { get; set; }
    }

    [Event("BondWithdrawn")]
    internal sealed class BondWithdrawnEvent : IEventDTO
    {
        [Parameter("address", "to", 1, true)] public string To { get; set; } = "";
        [Parameter("uint96", "amount", 2)] public BigInteger Amount { get; set; }
    }

    [Event("Collected")]
    internal sealed class CollectedEvent : IEventDTO
    {
        [Parameter("address", "account", 1, true)] public string Account { get; set; } = "";
        [Parameter("address", "to", 2, true)] public string To { get; set; } = "";
        [Parameter("uint256", "amount", 3)] public BigInteger Amount { get; set; }
    }

    [Event("DemandDropped")]
    internal sealed class DemandDroppedEvent : IEventDTO
    {
        [Parameter("uint32", "epoch", 1, true)] public uint Epoch { get; set; }
        [Parameter("uint256", "id", 2, true)] public BigInteger Id { get; set; }
    }

    [Event("EpochPosted")]
    internal sealed class EpochPostedEvent : IEventDTO
    {
        [Parameter("uint32", "epoch", 1, true)] public uint Epoch { get; set; }
        [Parameter("bytes32", "root", 2, true)] public byte[] Root { get; set; } = [];
        [Parameter("bytes32", "previousRoot", 3)] public byte[] PreviousRoot { get; set; } = [];
        [Parameter("uint32", "attempt", 4)] public uint Attempt { get; set; }
        [Parameter("uint32", "leases", 5)] public uint Leases { get; set; }
        [Parameter("uint128", "rent", 6)] public BigInteger Rent { get; set; }
        [Parameter("uint64", "gpuSeconds", 7)] public ulong GpuSeconds { get; set; }
        [Parameter("uint64", "wattHours", 8)] public ulong WattHours { get; set; }
        [Parameter("bytes32", "dataHash", 9)] public byte[] DataHash { get; set; } = [];
        [Parameter("address", "poster", 10)] public string Poster { get; set; } = "";
    }

    [Event("Objected")]
    internal sealed class ObjectedEvent : IEventDTO
    {
        [Parameter("uint256", "id", 1, true)] public BigInteger Id { get; set; }
        [Parameter("uint32", "epoch", 2, true)] public uint Epoch { get; set; }
        [Parameter("address", "lessee", 3, true)] public string Lessee { get; set; } = "";
        [Parameter("uint96", "increment", 4)] public BigInteger Increment { get; set; }
        [Parameter("uint96", "minimum", 5)] public BigInteger Minimum { get; set; }
        [Parameter("uint40", "decideBy", 6)] public BigInteger DecideBy { get; set; }
    }

    [Event("ObjectionResolved")]
    internal sealed class ObjectionResolvedEvent : IEventDTO
    {
        [Parameter("uint256", "id", 1, true)] public BigInteger Id { get; set; }
        [Parameter("uint32", "epoch", 2, true)] public uint Epoch { get; set; }
        [Parameter("uint96", "granted", 3)] public BigInteger Granted { get; set; }
    }

    [Event("RevealDemanded")]
    internal sealed class RevealDemandedEvent : IEventDTO
    {
        [Parameter("uint32", "epoch", 1, true)] public uint Epoch { get; set; }
        [Parameter("uint256", "id", 2, true)] public BigInteger Id { get; set; }
        [Parameter("address", "by", 3, true)] public string By { get; set; } = "";
    }

    [Event("Revealed")]
    internal sealed class RevealedEvent : IEventDTO
    {
        [Parameter("uint32", "epoch", 1, true)] public uint Epoch { get; set; }
        [Parameter("uint256", "id", 2, true)] public BigInteger Id { get; set; }
        [Parameter("address", "by", 3)] public string By { get; set; } = "";
        [Parameter("tuple", "record", 4, "MeteringRecord")] public MeteringRecordDto Record { get; set; } = new();
    }

    [Event("RootsCancelled")]
    internal sealed class RootsCancelledEvent : IEventDTO
    {
        [Parameter("uint32", "epoch", 1, true)] public uint Epoch { get; set; }
        [Parameter("uint32", "last", 2)] public uint Last { get; set; }
        [Parameter("uint32", "attempt", 3)] public uint Attempt { get; set; }
        [Parameter("address", "challenger", 4, true)] public string Challenger { get; set; } = "";
        [Parameter("uint96", "reward", 5)] public BigInteger Reward { get; set; }
        [Parameter("uint96", "burned", 6)] public BigInteger Burned { get; set; }
    }

    [Event("ThresholdSet")]
    internal sealed class ThresholdSetEvent : IEventDTO
    {
        [Parameter("uint8", "threshold", 1)] public byte Threshold { get; set; }
    }
}

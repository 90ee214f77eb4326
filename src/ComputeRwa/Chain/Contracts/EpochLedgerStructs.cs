using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace ComputeRwa.Chain.Contracts;

/// <summary>One lease's running totals up to and including Epoch: a leaf of the epoch tree.</summary>
[Struct("EpochLeaf")]
internal sealed class EpochLeafDto
{
    [Parameter("uint256", "leaseId", 1)] public BigInteger LeaseId { get; set; }
    [Parameter("uint32", "epoch", 2)] public uint Epoch { get; set; }
    [Parameter("uint96", "rent", 3)] public BigInteger Rent { get; set; }
    [Parameter("uint64", "remainder", 4)] public ulong Remainder { get; set; }
    [Parameter("uint256", "creditParts", 5)] public BigInteger CreditParts { get; set; }
    [Parameter("uint64", "gpuSeconds", 6)] public ulong GpuSeconds { get; set; }
    [Parameter("uint64", "wattHours", 7)] public ulong WattHours { get; set; }
    [Parameter("uint64", "curtailedSeconds", 8)] public ulong CurtailedSeconds { get; set; }
    [Parameter("uint64", "heatWattHours", 9)] public ulong HeatWattHours { get; set; }
    [Parameter("bytes32", "recordHash", 10)] public byte[] RecordHash { get; set; } = [];
}

/// <summary>What attestors sign for an epoch: the root and the sums over its leaves.</summary>
[Struct("EpochRoot")]
internal sealed class EpochRootDto
{
    [Parameter("uint32", "epoch", 1)] public uint Epoch { get; set; }
    [Parameter("uint32", "attempt", 2)] public uint Attempt { get; set; }
    [Parameter("bytes32", "root", 3)] public byte[] Root { get; set; } = [];
    [Parameter("bytes32", "previousRoot", 4)] public byte[] PreviousRoot { get; set; } = [];
    [Parameter("uint32", "leases", 5)] public uint Leases { get; set; }
    [Parameter("uint128", "rent", 6)] public BigInteger Rent { get; set; }
    [Parameter("uint64", "gpuSeconds", 7)] public ulong GpuSeconds { get; set; }
    [Parameter("uint64", "wattHours", 8)] public ulong WattHours { get; set; }
    [Parameter("bytes32", "dataHash", 9)] public byte[] DataHash { get; set; } = [];
}

/// <summary>What was measured of one lease in one epoch; a leaf carries keccak256(abi.encode(record)).</summary>
[Struct("MeteringRecord")]
internal sealed class MeteringRecordDto
{
    [Parameter("uint256", "leaseId", 1)] public BigInteger LeaseId { get; set; }
    [Parameter("uint32", "epoch", 2)] public uint Epoch { get; set; }
    [Parameter("uint64", "reservedSeconds", 3)] public ulong ReservedSeconds { get; set; }
    [Parameter("uint64", "availableSeconds", 4)] public ulong AvailableSeconds { get; set; }
    [Parameter("uint64", "busySeconds", 5)] public ulong BusySeconds { get; set; }
    [Parameter("uint64", "curtailedSeconds", 6)] public ulong CurtailedSeconds { get; set; }
    [Parameter("uint16", "loadBps", 7)] public ushort LoadBps { get; set; }
    [Parameter("uint64", "itWattHours", 8)] public ulong ItWattHours { get; set; }
    [Parameter("uint64", "facilityWattHours", 9)] public ulong FacilityWattHours { get; set; }
    [Parameter("uint64", "heatWattHours", 10)] public ulong HeatWattHours { get; set; }
    [Parameter("uint96", "indexValue", 11)] public BigInteger IndexValue { get; set; }
    [Parameter("uint32", "indexEpoch", 12)] public uint IndexEpoch { get; set; }
    [Parameter("uint96", "revenue", 13)] public BigInteger Revenue { get; set; }
    [Parameter("bytes32", "revenueSource", 14)] public byte[] RevenueSource { get; set; } = [];
    [Parameter("bytes32", "evidenceHash", 15)] public byte[] EvidenceHash { get; set; } = [];
    [Parameter("uint8", "trust", 16)] public byte Trust { get; set; }
}

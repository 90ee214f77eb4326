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

/// <summary>One lease's step from epoch − 1 to epoch, with the evidence that both leaves are in their trees; in the first epoch Previous is zeros.</summary>
[Struct("Step")]
internal sealed class StepDto
{
    [Parameter("tuple", "terms", 1, "LeaseTerms")] public LeaseTermsDto Terms { get; set; } = new();
    [Parameter("tuple", "previous", 2, "EpochLeaf")] public EpochLeafDto Previous { get; set; } = new();
    [Parameter("tuple", "leaf", 3, "EpochLeaf")] public EpochLeafDto Leaf { get; set; } = new();
    [Parameter("tuple", "record", 4, "MeteringRecord")] public MeteringRecordDto Record { get; set; } = new();
    [Parameter("bytes32[]", "previousProof", 5)] public List<byte[]> PreviousProof { get; set; } = [];
    [Parameter("bytes32[]", "proof", 6)] public List<byte[]> Proof { get; set; } = [];
}

/// <summary>How an objection is decided; Granted is base units of the increment that are owed.</summary>
[Struct("Resolution")]
internal sealed class ResolutionDto
{
    [Parameter("uint256", "leaseId", 1)] public BigInteger LeaseId { get; set; }
    [Parameter("uint32", "epoch", 2)] public uint Epoch { get; set; }
    [Parameter("uint32", "attempt", 3)] public uint Attempt { get; set; }
    [Parameter("uint96", "granted", 4)] public BigInteger Granted { get; set; }
}

/// <summary>A demand that the poster show how one leaf came to be; Posted is the root's time, 0 = none.</summary>
[Struct("Demand")]
internal sealed class DemandDto
{
    [Parameter("address", "by", 1)] public string By { get; set; } = "";
    [Parameter("uint40", "posted", 2)] public BigInteger Posted { get; set; }
}

/// <summary>A lessee's objection to one lease's epoch; amounts in base units, times in unix seconds, Posted 0 = none.</summary>
[Struct("Objection")]
internal sealed class ObjectionDto
{
    [Parameter("uint96", "increment", 1)] public BigInteger Increment { get; set; }
    [Parameter("uint96", "minimum", 2)] public BigInteger Minimum { get; set; }
    [Parameter("uint40", "posted", 3)] public BigInteger Posted { get; set; }
    [Parameter("address", "lessee", 4)] public string Lessee { get; set; } = "";
    [Parameter("uint40", "decideBy", 5)] public BigInteger DecideBy { get; set; }
    [Parameter("uint32", "attempt", 6)] public uint Attempt { get; set; }
    [Parameter("address", "provider", 7)] public string Provider { get; set; } = "";
}

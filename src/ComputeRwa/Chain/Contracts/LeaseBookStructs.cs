using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace ComputeRwa.Chain.Contracts;

/// <summary>What lessee and provider sign; its EIP-712 digest is the lease id. Prices are base units per GPU-hour.</summary>
[Struct("LeaseTerms")]
internal sealed class LeaseTermsDto
{
    [Parameter("address", "provider", 1)] public string Provider { get; set; } = "";
    [Parameter("address", "lessee", 2)] public string Lessee { get; set; } = "";
    [Parameter("address", "payToken", 3)] public string PayToken { get; set; } = "";
    [Parameter("bytes32", "gpuModel", 4)] public byte[] GpuModel { get; set; } = [];
    [Parameter("bytes32", "region", 5)] public byte[] Region { get; set; } = [];
    [Parameter("uint32", "gpuCount", 6)] public uint GpuCount { get; set; }
    [Parameter("bytes32", "capacityRoot", 7)] public byte[] CapacityRoot { get; set; } = [];
    [Parameter("uint32", "startEpoch", 8)] public uint StartEpoch { get; set; }
    [Parameter("uint32", "epochs", 9)] public uint Epochs { get; set; }
    [Parameter("uint8", "method", 10)] public byte Method { get; set; }
    [Parameter("uint96", "price", 11)] public BigInteger Price { get; set; }
    [Parameter("uint96", "floorPrice", 12)] public BigInteger FloorPrice { get; set; }
    [Parameter("uint96", "ceilingPrice", 13)] public BigInteger CeilingPrice { get; set; }
    [Parameter("uint32", "rateBps", 14)] public uint RateBps { get; set; }
    [Parameter("uint16", "takeOrPayBps", 15)] public ushort TakeOrPayBps { get; set; }
    [Parameter("uint16", "slaBps", 16)] public ushort SlaBps { get; set; }
    [Parameter("uint16", "slaCreditSlope", 17)] public ushort SlaCreditSlope { get; set; }
    [Parameter("uint16", "slaCreditCapBps", 18)] public ushort SlaCreditCapBps { get; set; }
    [Parameter("uint64", "efficiencyTarget", 19)] public ulong EfficiencyTarget { get; set; }
    [Parameter("uint16", "efficiencySlopeBps", 20)] public ushort EfficiencySlopeBps { get; set; }
    [Parameter("uint16", "efficiencyCapBps", 21)] public ushort EfficiencyCapBps { get; set; }
    [Parameter("uint16", "curtailLimitBps", 22)] public ushort CurtailLimitBps { get; set; }
    [Parameter("uint16", "curtailCreditBps", 23)] public ushort CurtailCreditBps { get; set; }
    [Parameter("uint16", "poolBps", 24)] public ushort PoolBps { get; set; }
    [Parameter("uint16", "feeBps", 25)] public ushort FeeBps { get; set; }
    [Parameter("uint32", "noticeEpochs", 26)] public uint NoticeEpochs { get; set; }
    [Parameter("uint16", "graceEpochs", 27)] public ushort GraceEpochs { get; set; }
    [Parameter("uint96", "deposit", 28)] public BigInteger Deposit { get; set; }
    [Parameter("uint64", "units", 29)] public ulong Units { get; set; }
    [Parameter("uint16", "policy", 30)] public ushort Policy { get; set; }
    [Parameter("bytes32", "salt", 31)] public byte[] Salt { get; set; } = [];
}

/// <summary>A payer's signed order to fund a line of a lease, base units; kind 0 is the rent escrow.</summary>
[Struct("Funding")]
internal sealed class FundingDto
{
    [Parameter("uint256", "leaseId", 1)] public BigInteger LeaseId { get; set; }
    [Parameter("uint8", "kind", 2)] public byte Kind { get; set; }
    [Parameter("uint96", "amount", 3)] public BigInteger Amount { get; set; }
    [Parameter("address", "payer", 4)] public string Payer { get; set; } = "";
    [Parameter("uint256", "nonce", 5)] public BigInteger Nonce { get; set; }
    [Parameter("uint256", "deadline", 6)] public BigInteger Deadline { get; set; }
}

/// <summary>An ERC-2612 permit with LeaseClaims as spender, as calldata; ignored when Deadline is 0.</summary>
[Struct("Permit")]
internal sealed class PermitDto
{
    [Parameter("uint256", "value", 1)] public BigInteger Value { get; set; }
    [Parameter("uint256", "deadline", 2)] public BigInteger Deadline { get; set; }
    [Parameter("uint8", "v", 3)] public byte V { get; set; }
    [Parameter("bytes32", "r", 4)] public byte[] R { get; set; } = [];
    [Parameter("bytes32", "s", 5)] public byte[] S { get; set; } = [];
}

/// <summary>Terms and both signatures; the permit is the lessee's.</summary>
[Struct("Origination")]
internal sealed class OriginationDto
{
    [Parameter("tuple", "terms", 1, "LeaseTerms")] public LeaseTermsDto Terms { get; set; } = new();
    [Parameter("bytes", "providerSignature", 2)] public byte[] ProviderSignature { get; set; } = [];
    [Parameter("bytes", "lesseeSignature", 3)] public byte[] LesseeSignature { get; set; } = [];
    [Parameter("tuple", "permit", 4, "Permit")] public PermitDto Permit { get; set; } = new();
}

/// <summary>What both parties sign to settle a lease that nobody has synced for long; Rent is cumulative base units.</summary>
[Struct("CoSettlement")]
internal sealed class CoSettlementDto
{
    [Parameter("uint256", "leaseId", 1)] public BigInteger LeaseId { get; set; }
    [Parameter("uint32", "epoch", 2)] public uint Epoch { get; set; }
    [Parameter("uint96", "rent", 3)] public BigInteger Rent { get; set; }
    [Parameter("uint256", "deadline", 4)] public BigInteger Deadline { get; set; }
}

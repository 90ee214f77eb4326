using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace ComputeRwa.Chain.Contracts;

/// <summary>One holder of one lease. Checkpoint and accrued are base units.</summary>
[Struct("Account")]
internal sealed class AccountDto
{
    [Parameter("uint64", "balance", 1)] public ulong Balance { get; set; }
    [Parameter("uint88", "checkpoint", 2)] public BigInteger Checkpoint { get; set; }
    [Parameter("uint96", "accrued", 3)] public BigInteger Accrued { get; set; }
    [Parameter("uint8", "flags", 4)] public byte Flags { get; set; }
}

/// <summary>What bounds sync, base units.</summary>
[Struct("Bounds")]
internal sealed class BoundsDto
{
    [Parameter("uint88", "funded", 1)] public BigInteger Funded { get; set; }
    [Parameter("uint88", "capPerEpoch", 2)] public BigInteger CapPerEpoch { get; set; }
    [Parameter("uint32", "startEpoch", 3)] public uint StartEpoch { get; set; }
    [Parameter("uint24", "epochs", 4)] public uint Epochs { get; set; }
    [Parameter("uint24", "noticeEpochs", 5)] public uint NoticeEpochs { get; set; }
}

/// <summary>What sync writes of a lease; applied is base units.</summary>
[Struct("Series")]
internal sealed class SeriesDto
{
    [Parameter("uint96", "applied", 1)] public BigInteger Applied { get; set; }
    [Parameter("uint64", "units", 2)] public ulong Units { get; set; }
    [Parameter("uint32", "lastEpoch", 3)] public uint LastEpoch { get; set; }
    [Parameter("uint16", "poolBps", 4)] public ushort PoolBps { get; set; }
    [Parameter("uint16", "feeBps", 5)] public ushort FeeBps { get; set; }
    [Parameter("uint16", "policy", 6)] public ushort Policy { get; set; }
    [Parameter("uint8", "token", 7)] public byte Token { get; set; }
    [Parameter("uint8", "flags", 8)] public byte Flags { get; set; }
}

/// <summary>A holder's signed order to move units; SyncedThrough uint.MaxValue = any.</summary>
[Struct("TransferOrder")]
internal sealed class TransferOrderDto
{
    [Parameter("address", "from", 1)] public string From { get; set; } = "";
    [Parameter("address", "to", 2)] public string To { get; set; } = "";
    [Parameter("uint256", "id", 3)] public BigInteger Id { get; set; }
    [Parameter("uint64", "units", 4)] public ulong Units { get; set; }
    [Parameter("uint32", "syncedThrough", 5)] public uint SyncedThrough { get; set; }
    [Parameter("uint256", "nonce", 6)] public BigInteger Nonce { get; set; }
    [Parameter("uint256", "deadline", 7)] public BigInteger Deadline { get; set; }
}

/// <summary>An ERC-3009 authorization to pay LeaseClaims; Salt is what its nonce is made of with lease and kind.</summary>
[Struct("Authorization")]
internal sealed class AuthorizationDto
{
    [Parameter("address", "payer", 1)] public string Payer { get; set; } = "";
    [Parameter("uint96", "amount", 2)] public BigInteger Amount { get; set; }
    [Parameter("uint256", "validAfter", 3)] public BigInteger ValidAfter { get; set; }
    [Parameter("uint256", "validBefore", 4)] public BigInteger ValidBefore { get; set; }
    [Parameter("bytes32", "salt", 5)] public byte[] Salt { get; set; } = [];
    [Parameter("uint8", "v", 6)] public byte V { get; set; }
    [Parameter("bytes32", "r", 7)] public byte[] R { get; set; } = [];
    [Parameter("bytes32", "s", 8)] public byte[] S { get; set; } = [];
}

/// <summary>Other income and what is held back of a lease, base units.</summary>
[Struct("Sideline")]
internal sealed class SidelineDto
{
    [Parameter("uint88", "income", 1)] public BigInteger Income { get; set; }
    [Parameter("uint96", "held", 2)] public BigInteger Held { get; set; }
    [Parameter("uint32", "objections", 3)] public uint Objections { get; set; }
}

using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace ComputeRwa.Chain.Contracts;

// What parties sign and no call carries as a struct: the contract takes the members apart. Deadlines are unix seconds.

/// <summary>LeaseBook: lessee or provider leaves after EndEpoch.</summary>
[Struct("Exit")]
internal sealed class ExitDto
{
    [Parameter("uint256", "leaseId", 1)] public BigInteger LeaseId { get; set; }
    [Parameter("uint32", "endEpoch", 2)] public uint EndEpoch { get; set; }
    [Parameter("uint256", "deadline", 3)] public BigInteger Deadline { get; set; }
}

/// <summary>LeaseBook: the provider declares the lessee in default.</summary>
[Struct("Default")]
internal sealed class DefaultDto
{
    [Parameter("uint256", "leaseId", 1)] public BigInteger LeaseId { get; set; }
    [Parameter("uint256", "deadline", 2)] public BigInteger Deadline { get; set; }
}

/// <summary>LeaseBook: the provider gives notice that an interruptible lease stands still.</summary>
[Struct("Curtailment")]
internal sealed class CurtailmentDto
{
    [Parameter("uint256", "leaseId", 1)] public BigInteger LeaseId { get; set; }
    [Parameter("uint32", "throughEpoch", 2)] public uint ThroughEpoch { get; set; }
    [Parameter("uint256", "deadline", 3)] public BigInteger Deadline { get; set; }
}

/// <summary>EpochLedger: the lessee objects to what was measured of its lease under a root.</summary>
[Struct("Objection")]
internal sealed class ObjectionToSignDto
{
    [Parameter("uint256", "leaseId", 1)] public BigInteger LeaseId { get; set; }
    [Parameter("uint32", "epoch", 2)] public uint Epoch { get; set; }
    [Parameter("bytes32", "root", 3)] public byte[] Root { get; set; } = [];
    [Parameter("uint256", "deadline", 4)] public BigInteger Deadline { get; set; }
}

/// <summary>UseRights: the provider's consent to a sub-lease, and the lessee's order.</summary>
[Struct("Sublet")]
internal sealed class SubletDto
{
    [Parameter("uint256", "leaseId", 1)] public BigInteger LeaseId { get; set; }
    [Parameter("address", "user", 2)] public string User { get; set; } = "";
    [Parameter("uint64", "expires", 3)] public ulong Expires { get; set; }
    [Parameter("uint256", "deadline", 4)] public BigInteger Deadline { get; set; }
}

/// <summary>The pay token: an ERC-3009 authorization that only the payee can use.</summary>
[Struct("ReceiveWithAuthorization")]
internal sealed class ReceiveWithAuthorizationDto
{
    [Parameter("address", "from", 1)] public string From { get; set; } = "";
    [Parameter("address", "to", 2)] public string To { get; set; } = "";
    [Parameter("uint256", "value", 3)] public BigInteger Value { get; set; }
    [Parameter("uint256", "validAfter", 4)] public BigInteger ValidAfter { get; set; }
    [Parameter("uint256", "validBefore", 5)] public BigInteger ValidBefore { get; set; }
    [Parameter("bytes32", "nonce", 6)] public byte[] Nonce { get; set; } = [];
}

using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace ComputeRwa.Chain.Contracts;

/// <summary>A registrar's signed admission.</summary>
[Struct("Admission")]
internal sealed class AdmissionDto
{
    [Parameter("address", "account", 1)] public string Account { get; set; } = "";
    [Parameter("uint64", "validUntil", 2)] public ulong ValidUntil { get; set; }
    [Parameter("uint16", "jurisdiction", 3)] public ushort Jurisdiction { get; set; }
    [Parameter("uint8", "investorClass", 4)] public byte InvestorClass { get; set; }
    [Parameter("uint256", "nonce", 5)] public BigInteger Nonce { get; set; }
    [Parameter("uint256", "deadline", 6)] public BigInteger Deadline { get; set; }
}

/// <summary>One account's standing. ValidUntil is unix seconds, 0 = never admitted.</summary>
[Struct("Member")]
internal sealed class MemberDto
{
    [Parameter("uint64", "validUntil", 1)] public ulong ValidUntil { get; set; }
    [Parameter("uint16", "jurisdiction", 2)] public ushort Jurisdiction { get; set; }
    [Parameter("uint8", "investorClass", 3)] public byte InvestorClass { get; set; }
    [Parameter("bool", "blocked", 4)] public bool Blocked { get; set; }
}

/// <summary>What a series asks of its holders.</summary>
[Struct("Policy")]
internal sealed class PolicyDto
{
    [Parameter("bool", "membersOnly", 1)] public bool MembersOnly { get; set; }
    [Parameter("uint8", "minClass", 2)] public byte MinClass { get; set; }
}

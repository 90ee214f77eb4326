using Nethereum.ABI.FunctionEncoding.Attributes;

namespace ComputeRwa.Chain.Contracts;

internal static partial class Eligibility
{
    [Event("AuthorityUpdated")]
    internal sealed class AuthorityUpdatedEvent : IEventDTO
    {
        [Parameter("address", "authority", 1)] public string Authority { get; set; } = "";
    }

    [Event("JurisdictionSet")]
    internal sealed class JurisdictionSetEvent : IEventDTO
    {
        [Parameter("uint16", "policy", 1, true)] public ushort Policy { get; set; }
        [Parameter("uint16", "jurisdiction", 2, true)] public ushort Jurisdiction { get; set; }
        [Parameter("bool", "barred", 3)] public bool Barred { get; set; }
    }

    [Event("MemberSet")]
    internal sealed class MemberSetEvent : IEventDTO
    {
        [Parameter("address", "account", 1, true)] public string Account { get; set; } = "";
        [Parameter("uint64", "validUntil", 2)] public ulong ValidUntil { get; set; }
        [Parameter("uint16", "jurisdiction", 3)] public ushort Jurisdiction { get; set; }
        [Parameter("uint8", "investorClass", 4)] public byte InvestorClass { get; set; }
        [Parameter("bool", "blocked", 5)] public bool Blocked { get; set; }
    }

    [Event("PolicySet")]
    internal sealed class PolicySetEvent : IEventDTO
    {
        [Parameter("uint16", "policy", 1, true)] public ushort Policy { get; set; }
        [Parameter("bool", "membersOnly", 2)] public bool MembersOnly { get; set; }
        [Parameter("uint8", "minClass", 3)] public byte MinClass { get; set; }
    }

    [Event("RegistrarSet")]
    internal sealed class RegistrarSetEvent : IEventDTO
    {
        [Parameter("address", "registrar", 1, true)] public string Registrar { get; set; } = "";
    }
}

using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Kernel;

namespace ComputeRwa.Leases;

/// <summary>A signature as it was given, and when.</summary>
internal sealed record PartySignature(byte[] Bytes, DateTimeOffset SignedAt);

/// <summary>
/// A lease from its draft on. <c>Id</c> is the EIP-712 digest of the terms, which is also the token id. What the chain knows of it
/// is in <see cref="LeaseFacts"/>.
/// </summary>
internal sealed record Lease(
    Hash32 Id, ProviderId ProviderId, SiteId SiteId, LeaseTerms Terms, BigInteger CapPerEpoch, PartySignature? ProviderSignature,
    PartySignature? LesseeSignature, TransactionId? Origination, DateTimeOffset? WithdrawnAt, DateTimeOffset CreatedAt)
{
    /// <summary>Escrow that origination pulls from the lessee, base units.</summary>
    public BigInteger Prefunding => CapPerEpoch * Terms.NoticeEpochs;

    /// <summary>What origination pulls from the lessee in all, escrow and security deposit, base units.</summary>
    public BigInteger DueAtOrigination => Prefunding + Terms.Deposit;

    public bool IsSigned => ProviderSignature is not null && LesseeSignature is not null;
}

/// <summary>What is known of a lease beside its own row.</summary>
/// <param name="OriginationState">state of the transaction that originates it; null when none was asked for</param>
/// <param name="Account">how it stands there; null when it does not</param>
internal sealed record LeaseFacts(LeaseCash? Account, string? OriginationState, long PresentEpoch);

internal static class LeaseStatus
{
    public const string Draft = "draft";
    public const string Signed = "signed";
    public const string Originating = "originating";
    public const string Failed = "failed";
    public const string Offered = "offered";
    public const string Active = "active";
    public const string Curtailed = "curtailed";
    public const string Delinquent = "delinquent";
    public const string Defaulted = "defaulted";
    public const string Ended = "ended";
    public const string Withdrawn = "withdrawn";
    public const string Expired = "expired";

    /// <summary>Derived, never stored. The chain has the last word: a withdrawn draft that somebody originated is a lease.</summary>
    public static string Of(Lease lease, LeaseFacts facts)
    {
        if (facts.Account is { } account) return OnChain(account, facts.PresentEpoch);
        if (facts.OriginationState is { } state && state != TransactionState.Failed) return Originating;
        if (lease.WithdrawnAt is not null) return Withdrawn;
        if (facts.PresentEpoch >= lease.Terms.StartEpoch) return Expired;
        if (facts.OriginationState is not null) return Failed;
        return lease.IsSigned ? Signed : Draft;
    }

    /// <summary>LeaseBook's <c>statusOf</c>.</summary>
    private static string OnChain(LeaseCash account, long epoch)
    {
        if (account.IsDefaulted) return Defaulted;
        if (epoch < account.Lease.Terms.StartEpoch) return Offered;
        if (epoch > account.LastEpoch) return Ended;
        if (!account.IsCovered || account.IsShort) return Delinquent;
        return epoch <= account.CurtailedThrough ? Curtailed : Active;
    }

    /// <summary>Whether a lease of that status has begun and its machines may still work.</summary>
    public static bool Runs(string status) => status is Active or Curtailed or Delinquent or Defaulted;
}

/// <summary>What may be done with a lease as it stands; null where nothing stands in the way.</summary>
internal static class LeaseRules
{
    public static Error? RefuseSignature(string status) => status is LeaseStatus.Draft or LeaseStatus.Signed ? null
        : Error.Conflict("conflict", $"a lease that is {status} takes no signatures");

    public static Error? RefuseOrigination(Lease lease, string status) => status switch
    {
        LeaseStatus.Signed or LeaseStatus.Failed or LeaseStatus.Originating => null,
        LeaseStatus.Draft => Error.Conflict("not-ready", "both parties must sign the terms first", lease.ProviderSignature is null ? "signatures.provider" : "signatures.lessee"),
        _ => Error.Conflict("conflict", $"a lease that is {status} cannot be originated"),
    };

    public static Error? RefuseWithdrawal(string status) => status is LeaseStatus.Draft or LeaseStatus.Signed or LeaseStatus.Failed or LeaseStatus.Expired ? null
        : Error.Conflict("conflict", $"a lease that is {status} cannot be withdrawn");

    public static Error? RefuseRevenue(string status) => LeaseStatus.Runs(status) || status == LeaseStatus.Ended ? null
        : Error.Conflict("not-ready", $"a lease that is {status} makes no revenue");

    public static Error? RefuseCurtailment(string status) => status == LeaseStatus.Offered || LeaseStatus.Runs(status) ? null
        : Error.Conflict("not-ready", $"a lease that is {status} cannot be curtailed");
}

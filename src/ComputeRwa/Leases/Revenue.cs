using System.Numerics;
using System.Text;
using ComputeRwa.Kernel;

namespace ComputeRwa.Leases;

/// <summary>Revenue that a lease's GPUs are reported to have made in an epoch, written once. <c>Amount</c> is base units.</summary>
/// <param name="Source">who to ask: a marketplace, a billing system, an account</param>
/// <param name="ReportedBy">the provider whose key reported it, or the operator</param>
internal sealed record Revenue(Hash32 LeaseId, long Epoch, BigInteger Amount, string Source, string ReportedBy, DateTimeOffset CreatedAt)
{
    /// <summary>What the metering record carries of the source: keccak256 of its text in UTF-8, so that a text of any length fits and zero means none.</summary>
    public Hash32 SourceHash => Keccak.Hash(Encoding.UTF8.GetBytes(Source));

    /// <param name="presentEpoch">nobody knows the revenue of an epoch that has not begun</param>
    public static Result<Revenue> Report(Lease lease, PostRevenue post, PayToken token, long presentEpoch, string reportedBy, DateTimeOffset now)
    {
        if (lease.Terms.Method != PricingMethod.RevenueShare)
            return Error.Conflict("conflict", $"the rent of this lease is {PricingText.NameOf(lease.Terms.Method)}: it does not depend on revenue");
        var fields = new Fields();
        fields.Require(lease.Terms.Covers(post.Epoch), "epoch", $"must be one of the lease's, {lease.Terms.StartEpoch} to {lease.Terms.LastEpoch}");
        fields.Require(post.Epoch <= presentEpoch, "epoch", $"must have begun; the present one is {presentEpoch}");
        fields.Require(Money.TryParse(post.Amount, token, out var amount) && amount.BaseUnits < BigInteger.One << 96, "amount",
            $"must be a decimal with at most {token.Decimals} fraction digits");
        var source = fields.Text(post.Source, "source", 200);
        return fields.Error is { } error ? error : new Revenue(lease.Id, post.Epoch, amount.BaseUnits, source, reportedBy, now);
    }

    /// <summary>Whether the other says the same of the same epoch, so that repeating it changes nothing.</summary>
    public bool Says(Revenue other) => (LeaseId, Epoch, Amount, Source) == (other.LeaseId, other.Epoch, other.Amount, other.Source);
}

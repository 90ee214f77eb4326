using System.Numerics;

namespace ComputeRwa.Leases;

/// <summary>Kinds of cash movement, as stored; amounts are always positive.</summary>
internal static class CashKind
{
    public const string Funded = "funded";
    public const string Refunded = "refunded";
    public const string ProviderPaid = "provider-paid";
    public const string FeeCollected = "fee-collected";
}

/// <summary>The latest leaf applied to a lease. <c>Asked</c> and <c>Applied</c> are cumulative base units.</summary>
internal sealed record LatestSync(long Epoch, BigInteger Asked, BigInteger Applied);

/// <summary>What stands on a lease's account, base units, all of it derived from chain events.</summary>
/// <param name="Funded">into the rent escrow in all, less refunds</param>
/// <param name="SyncedThrough">last epoch applied; the epoch before the first when none is</param>
internal sealed record LeaseCash(BigInteger Funded, BigInteger Applied, BigInteger Asked, long SyncedThrough, Split Earned, BigInteger ProviderPaid, BigInteger FeeCollected)
{
    public static LeaseCash Of(LeaseTerms terms, IEnumerable<(string Kind, BigInteger Amount)> movements, LatestSync? sync)
    {
        var sums = movements.GroupBy(m => m.Kind).ToDictionary(g => g.Key, g => g.Aggregate(BigInteger.Zero, (sum, m) => sum + m.Amount));
        BigInteger Sum(string kind) => sums.GetValueOrDefault(kind);
        var applied = sync?.Applied ?? 0;
        return new(Sum(CashKind.Funded) - Sum(CashKind.Refunded), applied, sync?.Asked ?? 0, sync?.Epoch ?? terms.StartEpoch - 1L,
            Split.Of(applied, terms.PoolBps, terms.FeeBps), Sum(CashKind.ProviderPaid), Sum(CashKind.FeeCollected));
    }

    public BigInteger Escrow => Funded - Applied;
    public BigInteger Arrears => BigInteger.Max(0, Asked - Applied);
    public BigInteger ProviderDue => Earned.Provider - ProviderPaid;
    public BigInteger FeeDue => Earned.Fee - FeeCollected;
}

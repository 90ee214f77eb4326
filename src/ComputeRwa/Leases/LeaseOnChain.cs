using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Kernel;

namespace ComputeRwa.Leases;

/// <summary>
/// A lease's account as the chain has it now, base units. What writes to the chain is decided on this and not on the projections:
/// the chain decides in the end, and a client whose last transaction was just mined must not be refused because this program has not
/// read it yet.
/// </summary>
/// <param name="IsShort">the last leaf asked for more than was funded</param>
internal sealed record LeaseOnChain(
    BigInteger Funded, BigInteger Applied, long SyncedThrough, bool IsShort, Split Earned, BigInteger ProviderDue, BigInteger FeeDue)
{
    private const byte ShortFlag = 1;

    public BigInteger Escrow => Funded - Applied;

    /// <summary>Unused escrow may leave once the final leaf is applied in full.</summary>
    public bool IsFinal(LeaseTerms terms) => SyncedThrough == terms.LastEpoch && !IsShort;

    /// <summary>null when the lease is not on chain.</summary>
    public static async Task<LeaseOnChain?> Read(ChainClient chain, Deployment deployment, Lease lease)
    {
        var (claims, id) = (Address.Parse(deployment.Contracts.LeaseClaims), lease.Id.ToInteger());
        var series = (await chain.AskOutput<LeaseClaims.SeriesOf, LeaseClaims.SeriesOfOutput>(claims, new() { Id = id })).Value;
        if (series.Units == 0) return null;
        var bounds = (await chain.AskOutput<LeaseClaims.BoundsOf, LeaseClaims.BoundsOfOutput>(claims, new() { Id = id })).Value;
        return new(bounds.Funded, series.Applied, series.LastEpoch, (series.Flags & ShortFlag) != 0,
            Split.Of(series.Applied, series.PoolBps, series.FeeBps),
            await chain.Ask<LeaseClaims.ProviderDue, BigInteger>(claims, new() { Id = id }),
            await chain.Ask<LeaseClaims.FeeDue, BigInteger>(claims, new() { Id = id }));
    }

    public static Error NotThere => Error.Conflict("not-ready", "the lease is not on chain yet");
}

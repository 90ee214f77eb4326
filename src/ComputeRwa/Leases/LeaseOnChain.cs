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
/// <param name="Escrow">funded and not applied to rent</param>
/// <param name="LastEpoch">earlier than the terms say after an exit or a default</param>
/// <param name="IsShort">the last leaf asked for more than was funded</param>
/// <param name="AwaitsSync">rent that was granted in a dispute is not applied yet</param>
/// <param name="Held">of what leaves ask, held back by objections or decided not to be owed</param>
/// <param name="Objections">not yet decided</param>
internal sealed record LeaseOnChain(
    BigInteger Funded, BigInteger Escrow, BigInteger Deposit, long SyncedThrough, long LastEpoch, bool IsShort, bool IsDefaulted, bool AwaitsSync, BigInteger Held, long Objections, Split Earned,
    BigInteger ProviderDue, BigInteger FeeDue)
{
    private const byte ShortFlag = 1;
    private const byte DefaultedFlag = 4;
    private const byte UnappliedFlag = 8;

    public BigInteger RentApplied => Funded - Escrow;

    /// <summary>Unused escrow and the deposit may leave once the final leaf is applied in full and nothing of it is disputed.</summary>
    public bool IsFinal => SyncedThrough == LastEpoch && !IsShort && !AwaitsSync && Objections == 0;

    /// <summary>null when the lease is not on chain.</summary>
    public static async Task<LeaseOnChain?> Read(ChainClient chain, Deployment deployment, Lease lease)
    {
        var (claims, id) = (Address.Parse(deployment.Contracts.LeaseClaims), lease.Id.ToInteger());
        var series = (await chain.AskOutput<LeaseClaims.SeriesOf, LeaseClaims.SeriesOfOutput>(claims, new() { Id = id })).Value;
        if (series.Units == 0) return null;
        var bounds = (await chain.AskOutput<LeaseClaims.BoundsOf, LeaseClaims.BoundsOfOutput>(claims, new() { Id = id })).Value;
        var side = (await chain.AskOutput<LeaseClaims.SidelineOf, LeaseClaims.SidelineOfOutput>(claims, new() { Id = id })).Value;
        var deposit = await chain.Ask<LeaseClaims.DepositOf, BigInteger>(claims, new() { Id = id });
        return new(bounds.Funded, bounds.Funded - (series.Applied - side.Income), deposit, series.LastEpoch, bounds.StartEpoch + bounds.Epochs - 1L,
            (series.Flags & ShortFlag) != 0, (series.Flags & DefaultedFlag) != 0, (series.Flags & UnappliedFlag) != 0, side.Held, side.Objections, Split.Of(series.Applied, series.PoolBps, series.FeeBps),
            await chain.Ask<LeaseClaims.ProviderDue, BigInteger>(claims, new() { Id = id }),
            await chain.Ask<LeaseClaims.FeeDue, BigInteger>(claims, new() { Id = id }));
    }

    public static Error NotThere => Error.Conflict("not-ready", "the lease is not on chain yet");
}

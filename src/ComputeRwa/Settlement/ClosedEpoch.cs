using System.Numerics;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;

namespace ComputeRwa.Settlement;

/// <summary>A GPU of a lease, where it stands and whose key signs its telemetry.</summary>
internal sealed record GpuLet(string NodeId, Address NodeKey, string Uuid);

/// <summary>A curtailment notice in unix seconds: <c>From</c> is the first inside, <c>To</c> the first outside.</summary>
internal sealed record CurtailedTime(long From, long To);

/// <summary>A lease as it goes into an epoch: its terms, what was measured, and its leaf of the epoch before.</summary>
/// <param name="PueBps">the site's factors in force when the epoch began, as is HeatReuseBps</param>
/// <param name="Record">null for an ended lease, which keeps its final leaf</param>
/// <param name="Previous">null before the first leaf</param>
internal sealed record LeaseToSettle(
    Hash32 Id, LeaseTerms Terms, IReadOnlyList<GpuLet> Gpus, long PueBps, long HeatReuseBps, IReadOnlyList<CurtailedTime> Curtailments,
    MeteringRecord? Record, EpochLeaf? Previous)
{
    /// <summary>The lease's last epoch where that is earlier than the terms say, after an exit or a default.</summary>
    public long? EndedEarly { get; init; }

    /// <summary>Whether the lease is metered in the epoch.</summary>
    public bool Covers(long epoch) => Terms.Covers(epoch) && (EndedEarly is not { } end || epoch <= end);

    /// <summary>The lease follows an index that has no value of this epoch: it is settled at its floor.</summary>
    public bool IsIndexStale => Terms.Method == PricingMethod.Indexed && Record is { } record && !Rent.IsIndexFresh(record);
}

/// <param name="Rent">null for an ended lease</param>
internal sealed record SettledLease(LeaseToSettle Lease, Rent? Rent, EpochLeaf Leaf, Hash32 LeafHash);

/// <summary>Sums over the leaves, cumulative as they are. <c>Rent</c> is base units.</summary>
internal sealed record EpochTotals(long Leases, BigInteger Rent, ulong GpuSeconds, ulong WattHours)
{
    /// <exception cref="OverflowException">A sum leaves its type on chain.</exception>
    public static EpochTotals Of(IReadOnlyCollection<EpochLeaf> leaves) => checked(new(
        leaves.Count,
        leaves.Aggregate(BigInteger.Zero, (sum, l) => sum + l.Rent),
        leaves.Aggregate(0ul, (sum, l) => sum + l.GpuSeconds),
        leaves.Aggregate(0ul, (sum, l) => sum + l.WattHours)));
}

/// <summary>An epoch with all its leaves in tree order. <c>Attempt</c> is raised when a root of the epoch is cancelled on chain.</summary>
internal sealed record ClosedEpoch(
    long Epoch, long Attempt, Hash32 PreviousRoot, Hash32 Root, EpochTotals Totals, IReadOnlyList<SettledLease> Leases);

/// <summary>The decisions of closing an epoch.</summary>
internal static class EpochClosing
{
    /// <summary>Whether the epoch's turn has come.</summary>
    /// <param name="last">the last epoch closed; null when none is</param>
    /// <param name="firstStart">the first epoch of the earliest lease; null when there is no lease</param>
    public static Error? Refuse(long epoch, EpochLength length, DateTimeOffset now, long? last, long? firstStart)
    {
        if (epoch is < 0 or > uint.MaxValue) return Error.Invalid("epoch", "must be an epoch number");
        if (length.EpochOf(now) is var present && present <= epoch) return NotReady($"epoch {epoch} has not ended: the present one is {present}");
        if (last is { } closed && epoch != closed + 1)
            return Error.Conflict("epoch-order", $"epochs close one after another: the next is {closed + 1}", "epoch");
        return firstStart is { } first && epoch >= first ? null : NotReady($"no lease has started by epoch {epoch}");
    }

    /// <summary>
    /// A lease is originated before its first epoch begins, and exits and defaults end it no earlier than in the epoch they are made in:
    /// whoever knows the chain up to the epoch's end knows every lease of the epoch.
    /// </summary>
    /// <param name="knownAsOf">chain time up to which leases are known; null when nothing is</param>
    public static Error? RefuseUnread(long epoch, EpochLength length, DateTimeOffset? knownAsOf) =>
        knownAsOf >= length.EndOf(epoch) ? null : NotReady($"the chain has not been read up to the end of epoch {epoch}");

    /// <summary>Rent, leaves and tree of an epoch. The leases are all that have started, in any order.</summary>
    public static ClosedEpoch Settle(long epoch, long attempt, Hash32 previousRoot, IEnumerable<LeaseToSettle> leases, long epochSeconds)
    {
        var ordered = InTreeOrder([.. leases]);
        var settled = new SettledLease[ordered.Length];
        Parallel.For(0, ordered.Length, i => settled[i] = Settle(ordered[i], epoch, epochSeconds));
        var root = MerkleTree.Of(settled.ConvertAll(s => s.LeafHash)).Root;
        return new(epoch, attempt, previousRoot, root, EpochTotals.Of(settled.ConvertAll(s => s.Leaf)), settled);
    }

    /// <summary>Ascending by start epoch, then lease id. The store gives them so already, which is cheaper to see than to sort.</summary>
    private static LeaseToSettle[] InTreeOrder(LeaseToSettle[] leases)
    {
        for (var i = 1; i < leases.Length; i++)
        {
            if (Compare(leases[i - 1], leases[i]) <= 0) continue;
            Array.Sort(leases, Compare);
            break;
        }
        return leases;
    }

    private static int Compare(LeaseToSettle a, LeaseToSettle b) =>
        a.Terms.StartEpoch != b.Terms.StartEpoch ? a.Terms.StartEpoch.CompareTo(b.Terms.StartEpoch) : string.CompareOrdinal(a.Id.Value, b.Id.Value);

    /// <exception cref="InvalidOperationException">The lease and what is known of it do not belong to the epoch: a bug of the caller.</exception>
    private static SettledLease Settle(LeaseToSettle lease, long epoch, long epochSeconds)
    {
        if (lease.Covers(epoch) != lease.Record is not null)
            throw new InvalidOperationException($"Lease {lease.Id} is {(lease.Record is null ? "not " : "")}metered in epoch {epoch}, which its terms and its end do not say.");
        if (lease.Record is not { } record)
        {
            var final = lease.Previous ?? throw new InvalidOperationException($"Lease {lease.Id} has no final leaf to keep in epoch {epoch}.");
            return new(lease, null, final, final.Hash());
        }
        var rent = Rent.Compute(lease.Terms, record, epochSeconds);
        var leaf = Rent.NextLeaf(lease.Previous ?? EpochLeaf.Before(lease.Id), record, rent);
        return new(lease, rent, leaf, leaf.Hash());
    }

    private static Error NotReady(string message) => Error.Conflict("not-ready", message, "epoch");

    private static TOut[] ConvertAll<TIn, TOut>(this TIn[] values, Converter<TIn, TOut> convert) => Array.ConvertAll(values, convert);
}

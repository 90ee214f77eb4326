using System.Numerics;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Db;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;

namespace ComputeRwa.Settlement;

/// <summary>A closed epoch without its leaves.</summary>
internal sealed record EpochRow(
    long Epoch, long Attempt, Hash32 Root, Hash32 PreviousRoot, long Leases, BigInteger Rent, long GpuSeconds, long WattHours, Hash32 DataHash, DateTimeOffset ClosedAt)
{
    public EpochTotals Totals => new(Leases, Rent, (ulong)GpuSeconds, (ulong)WattHours);

    public EpochRootDto ToMessage() => RootMessage.Of(Epoch, Attempt, Root, PreviousRoot, Totals, DataHash);
}

/// <summary>A leaf at its place in the tree.</summary>
internal sealed record StoredLeaf(long Position, EpochLeaf Leaf, Hash32 LeafHash);

/// <summary>Cumulative rent of a lease's leaf of an epoch in which it ran.</summary>
internal sealed record OwnLeaf(Hash32 LeaseId, long Epoch, BigInteger Rent);

/// <summary>Epochs are stored once, whole, and never updated.</summary>
internal static class EpochStore
{
    private const string Columns = "epoch, attempt, root, previous_root, leases, rent, gpu_seconds, watt_hours, data_hash, closed_at";

    /// <summary>The epoch's latest attempt.</summary>
    public static Task<EpochRow?> Find(Tx tx, long epoch) => tx.First<EpochRow>(
        $"SELECT {Columns} FROM epochs WHERE epoch = @epoch ORDER BY attempt DESC LIMIT 1", new { epoch });

    /// <summary>Makes this transaction the only one that settles until it ends: two could close one epoch, or each hold one signature of a quorum and see no quorum.</summary>
    public static Task TakeTurn(Tx tx) => tx.TakeTurn("settlement");

    public static Task<long?> LastClosed(Tx tx) => tx.First<long?>("SELECT MAX(epoch) FROM epochs");

    /// <summary>Newest first, below the epoch <paramref name="before"/>.</summary>
    public static Task<List<EpochRow>> List(Tx tx, long before, int limit) => tx.Query<EpochRow>(
        $"""
        SELECT {Columns} FROM epochs e
        WHERE epoch < @before AND attempt = (SELECT MAX(attempt) FROM epochs a WHERE a.epoch = e.epoch) ORDER BY epoch DESC LIMIT @limit
        """,
        new { before, limit });

    public static Task<byte[]> File(Tx tx, EpochRow epoch) => tx.Single<byte[]>(
        "SELECT content FROM epoch_files WHERE epoch = @Epoch AND attempt = @Attempt", new { epoch.Epoch, epoch.Attempt });

    /// <summary>In tree order.</summary>
    public static async Task<List<StoredLeaf>> Leaves(Tx tx, EpochRow epoch) => (await tx.Query<LeafRow>(
        """
        SELECT position, lease_id, leaf_epoch, rent, remainder, credit_parts, gpu_seconds, watt_hours, curtailed_seconds, heat_watt_hours, record_hash, leaf_hash
        FROM epoch_leaves WHERE epoch = @Epoch AND attempt = @Attempt ORDER BY position
        """,
        new { epoch.Epoch, epoch.Attempt })).ConvertAll(r => r.ToLeaf());

    public static async Task<StoredLeaf?> Leaf(Tx tx, EpochRow epoch, Hash32 lease) => (await tx.First<LeafRow>(
        """
        SELECT position, lease_id, leaf_epoch, rent, remainder, credit_parts, gpu_seconds, watt_hours, curtailed_seconds, heat_watt_hours, record_hash, leaf_hash
        FROM epoch_leaves WHERE lease_id = @lease AND epoch = @Epoch AND attempt = @Attempt
        """,
        new { lease, epoch.Epoch, epoch.Attempt }))?.ToLeaf();

    /// <summary>Of each lease its leaf of every epoch in which it ran, by the epoch.</summary>
    public static async Task<ILookup<Hash32, OwnLeaf>> OwnLeaves(Tx tx, IReadOnlyCollection<Hash32> leases) => (await tx.Query<OwnLeaf>(
        """
        SELECT lease_id, epoch, rent FROM epoch_leaves l
        WHERE lease_id IN @ids AND leaf_epoch = epoch AND attempt = (SELECT MAX(a.attempt) FROM epochs a WHERE a.epoch = l.epoch) ORDER BY lease_id, epoch
        """,
        new { ids = leases.Select(l => l.Value).ToArray() })).ToLookup(l => l.LeaseId);

    /// <summary>All closed epochs.</summary>
    public static async Task<HashSet<long>> Numbers(Tx tx) => [.. await tx.Query<long>("SELECT DISTINCT epoch FROM epochs")];

    public static Task<List<Hash32>> LeafHashes(Tx tx, long epoch, long attempt) => tx.Query<Hash32>(
        "SELECT leaf_hash FROM epoch_leaves WHERE epoch = @epoch AND attempt = @attempt ORDER BY position", new { epoch, attempt });

    public static async Task<MeteringRecord?> Record(Tx tx, EpochRow epoch, Hash32 lease) => (await tx.First<RecordRow>(
        """
        SELECT lease_id, epoch, reserved_seconds, available_seconds, busy_seconds, curtailed_seconds, load_bps, it_watt_hours, facility_watt_hours,
               heat_watt_hours, index_value, index_epoch, revenue, revenue_source, evidence_hash, trust
        FROM metering_records WHERE lease_id = @lease AND epoch = @Epoch AND attempt = @Attempt
        """,
        new { lease, epoch.Epoch, epoch.Attempt }))?.ToRecord();

    /// <summary>Leases that were metered in the epoch.</summary>
    public static Task<List<Hash32>> Metered(Tx tx, EpochRow epoch) => tx.Query<Hash32>(
        "SELECT lease_id FROM metering_records WHERE epoch = @Epoch AND attempt = @Attempt ORDER BY lease_id", new { epoch.Epoch, epoch.Attempt });

    /// <summary>Indexed leases that were settled at their floor because the index had no value of the epoch.</summary>
    public static Task<List<Hash32>> StaleIndex(Tx tx, EpochRow epoch) => tx.Query<Hash32>(
        "SELECT lease_id FROM metering_records WHERE epoch = @Epoch AND attempt = @Attempt AND index_stale = 1 ORDER BY lease_id", new { epoch.Epoch, epoch.Attempt });

    public static async Task Insert(Tx tx, ClosedEpoch closed, byte[] file, DateTimeOffset now)
    {
        var key = new { closed.Epoch, closed.Attempt };
        await tx.Execute(
            """
            INSERT INTO epochs (epoch, attempt, root, previous_root, leases, rent, gpu_seconds, watt_hours, data_hash, closed_at)
            VALUES (@Epoch, @Attempt, @Root, @PreviousRoot, @Leases, @Rent, @gpuSeconds, @wattHours, @dataHash, @now)
            """,
            new
            {
                closed.Epoch, closed.Attempt, closed.Root, closed.PreviousRoot, closed.Totals.Leases, closed.Totals.Rent,
                gpuSeconds = checked((long)closed.Totals.GpuSeconds), wattHours = checked((long)closed.Totals.WattHours), dataHash = Keccak.Hash(file), now,
            });
        await tx.Execute("INSERT INTO epoch_files (epoch, attempt, content) VALUES (@Epoch, @Attempt, @file)", new { key.Epoch, key.Attempt, file });
        await InsertLeaves(tx, closed);
        await InsertRecords(tx, closed);
    }

    private static Task<int> InsertLeaves(Tx tx, ClosedEpoch closed) => tx.Execute(
        """
        INSERT INTO epoch_leaves (epoch, attempt, position, lease_id, leaf_epoch, rent, remainder, credit_parts, gpu_seconds, watt_hours,
                                  curtailed_seconds, heat_watt_hours, record_hash, leaf_hash)
        VALUES (@Epoch, @Attempt, @position, @LeaseId, @leafEpoch, @Rent, @remainder, @CreditParts, @gpuSeconds, @wattHours,
                @curtailedSeconds, @heatWattHours, @RecordHash, @LeafHash)
        """,
        closed.Leases.Select((l, position) => checked(new
        {
            closed.Epoch, closed.Attempt, position = (long)position, l.Leaf.LeaseId, leafEpoch = (long)l.Leaf.Epoch, l.Leaf.Rent, remainder = (long)l.Leaf.Remainder,
            l.Leaf.CreditParts, gpuSeconds = (long)l.Leaf.GpuSeconds, wattHours = (long)l.Leaf.WattHours, curtailedSeconds = (long)l.Leaf.CurtailedSeconds,
            heatWattHours = (long)l.Leaf.HeatWattHours, l.Leaf.RecordHash, l.LeafHash,
        })));

    private static Task<int> InsertRecords(Tx tx, ClosedEpoch closed) => tx.Execute(
        """
        INSERT INTO metering_records (epoch, attempt, lease_id, reserved_seconds, available_seconds, busy_seconds, curtailed_seconds, load_bps, it_watt_hours,
                                      facility_watt_hours, heat_watt_hours, index_value, index_epoch, revenue, revenue_source, evidence_hash, trust, index_stale)
        VALUES (@Epoch, @Attempt, @LeaseId, @reserved, @available, @busy, @curtailed, @load, @itWattHours,
                @facilityWattHours, @heatWattHours, @IndexValue, @indexEpoch, @Revenue, @RevenueSource, @EvidenceHash, @trust, @stale)
        """,
        closed.Leases.Where(l => l.Lease.Record is not null).Select(l => RecordColumns(closed, l.Lease.Record!, l.Lease.IsIndexStale)));

    private static object RecordColumns(ClosedEpoch closed, MeteringRecord r, bool isIndexStale) => checked(new
    {
        closed.Epoch, closed.Attempt, r.LeaseId, reserved = (long)r.ReservedSeconds, available = (long)r.AvailableSeconds, busy = (long)r.BusySeconds,
        curtailed = (long)r.CurtailedSeconds, load = (long)r.LoadBps, itWattHours = (long)r.ItWattHours, facilityWattHours = (long)r.FacilityWattHours,
        heatWattHours = (long)r.HeatWattHours, r.IndexValue, indexEpoch = (long)r.IndexEpoch, r.Revenue, r.RevenueSource, r.EvidenceHash, trust = (long)r.Trust,
        stale = isIndexStale ? 1L : 0L,
    });

    private sealed record LeafRow(
        long Position, Hash32 LeaseId, long LeafEpoch, BigInteger Rent, long Remainder, BigInteger CreditParts, long GpuSeconds, long WattHours,
        long CurtailedSeconds, long HeatWattHours, Hash32 RecordHash, Hash32 LeafHash)
    {
        public StoredLeaf ToLeaf() => new(Position, checked(new EpochLeaf(
            LeaseId, (uint)LeafEpoch, Rent, (ulong)Remainder, CreditParts, (ulong)GpuSeconds, (ulong)WattHours, (ulong)CurtailedSeconds, (ulong)HeatWattHours,
            RecordHash)), LeafHash);
    }

    private sealed record RecordRow(
        Hash32 LeaseId, long Epoch, long ReservedSeconds, long AvailableSeconds, long BusySeconds, long CurtailedSeconds, long LoadBps, long ItWattHours,
        long FacilityWattHours, long HeatWattHours, BigInteger IndexValue, long IndexEpoch, BigInteger Revenue, Hash32 RevenueSource, Hash32 EvidenceHash, long Trust)
    {
        public MeteringRecord ToRecord() => checked(new(
            LeaseId, (uint)Epoch, (ulong)ReservedSeconds, (ulong)AvailableSeconds, (ulong)BusySeconds, (ulong)CurtailedSeconds, (ushort)LoadBps, (ulong)ItWattHours,
            (ulong)FacilityWattHours, (ulong)HeatWattHours, IndexValue, (uint)IndexEpoch, Revenue, RevenueSource, EvidenceHash, (byte)Trust));
    }
}

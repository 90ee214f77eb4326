using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Settlement;

/// <summary>A lessee's objection as the chain recorded it; base units, <c>DecideBy</c> in unix seconds.</summary>
internal sealed record ObjectionRow(
    long Position, Hash32 LeaseId, long Epoch, Address Lessee, BigInteger Increment, BigInteger Minimum, long DecideBy, DateTimeOffset MinedAt, Hash32 TxHash);

/// <param name="Granted">base units of the increment that are owed</param>
internal sealed record ResolutionRow(long Position, Hash32 LeaseId, long Epoch, BigInteger Granted, DateTimeOffset MinedAt, Hash32 TxHash);

internal static class ObjectionStore
{
    public static Task<int> Add(Tx tx, ChainLog log, ObjectionRow objection) => tx.Execute(
        """
        INSERT INTO lease_objections (position, lease_id, epoch, lessee, increment, minimum, decide_by, block_number, mined_at, tx_hash)
        VALUES (@Position, @LeaseId, @Epoch, @Lessee, @Increment, @Minimum, @DecideBy, @BlockNumber, @MinedAt, @TxHash)
        """,
        new { objection.Position, objection.LeaseId, objection.Epoch, objection.Lessee, objection.Increment, objection.Minimum, objection.DecideBy, log.BlockNumber, log.MinedAt, log.TxHash });

    public static Task<int> AddResolution(Tx tx, ChainLog log, Hash32 lease, long epoch, BigInteger granted) => tx.Execute(
        """
        INSERT INTO objection_resolutions (position, lease_id, epoch, granted, block_number, mined_at, tx_hash)
        VALUES (@Position, @lease, @epoch, @granted, @BlockNumber, @MinedAt, @TxHash)
        """,
        new { log.Position, lease, epoch, granted, log.BlockNumber, log.MinedAt, log.TxHash });

    /// <summary>Each objection of a lease, oldest first, with its resolution; null while it is undecided.</summary>
    public static async Task<List<(ObjectionRow Objection, ResolutionRow? Resolution)>> Of(Tx tx, Hash32 lease)
    {
        var objections = await tx.Query<ObjectionRow>(
            """
            SELECT position, lease_id, epoch, lessee, increment, minimum, decide_by, mined_at, tx_hash
            FROM lease_objections WHERE lease_id = @lease ORDER BY position
            """, new { lease });
        var resolutions = await tx.Query<ResolutionRow>(
            "SELECT position, lease_id, epoch, granted, mined_at, tx_hash FROM objection_resolutions WHERE lease_id = @lease ORDER BY position", new { lease });
        // One objection to an epoch stands at a time, so the next resolution of the epoch is its own.
        return objections.ConvertAll(o => (o, resolutions.Find(r => r.Epoch == o.Epoch && r.Position > o.Position)));
    }

    public static async Task RollBack(Tx tx, long fromBlock)
    {
        await tx.Execute("DELETE FROM lease_objections WHERE block_number >= @fromBlock", new { fromBlock });
        await tx.Execute("DELETE FROM objection_resolutions WHERE block_number >= @fromBlock", new { fromBlock });
    }
}

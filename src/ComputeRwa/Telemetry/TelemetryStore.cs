using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry;

/// <summary>What became of a posted batch. <c>Trust</c> is that of the stored one.</summary>
internal sealed record Appended(bool IsDuplicate, Trust Trust);

/// <summary>A batch without its samples.</summary>
internal sealed record BatchRow(
    long Sequence, long Epoch, long FromSecond, long StepSeconds, long Samples, Hash32 PreviousHash, Hash32 Hash, string? Signature, long Trust,
    DateTimeOffset ReceivedAt);

internal static class TelemetryStore
{
    // The first key of the advisory locks that this folder takes; the epoch is the second.
    private const int LockSpace = 0x7e1e;

    /// <summary>Makes a batch the next link of its node's chain, or says what stops it. An exact repeat changes nothing and is no error.</summary>
    public static async Task<Result<Appended>> Append(Tx tx, Batch batch, PackedBatch packed, DateTimeOffset now)
    {
        var head = await Head(tx, batch.NodeId);
        if (batch.Sequence < head.NextSequence && await Find(tx, batch.NodeId, batch.Sequence) is { } stored && stored.Hash == batch.Hash)
            return new Appended(true, (Trust)stored.Trust);
        if (head.Refuses(batch, await IsClosed(tx, batch.Epoch)) is { } error) return error;
        if (await Insert(tx, batch, packed, now) == 1) return new Appended(false, batch.Trust);
        // PostgreSQL only: another request took this number since we looked.
        return await Append(tx, batch, packed, now);
    }

    public static async Task<ChainHead> Head(Tx tx, NodeId node) => (await tx.First<HeadRow>(
        """
        SELECT sequence, hash, from_second + step_seconds * samples AS ends_at FROM telemetry_batches
        WHERE node_id = @node ORDER BY sequence DESC LIMIT 1
        """,
        new { node }))?.ToHead() ?? ChainHead.Empty;

    public static Task<BatchRow?> Find(Tx tx, NodeId node, long sequence) => tx.First<BatchRow>(
        """
        SELECT sequence, epoch, from_second, step_seconds, samples, previous_hash, hash, signature, trust, received_at
        FROM telemetry_batches WHERE node_id = @node AND sequence = @sequence
        """,
        new { node, sequence });

    public static Task<List<BatchRow>> List(Tx tx, NodeId node, long after, int limit) => tx.Query<BatchRow>(
        """
        SELECT sequence, epoch, from_second, step_seconds, samples, previous_hash, hash, signature, trust, received_at
        FROM telemetry_batches WHERE node_id = @node AND sequence > @after ORDER BY sequence LIMIT @limit
        """,
        new { node, after, limit });

    /// <summary>Makes an epoch's evidence final: no batch is taken for it from this transaction on. Repeatable.</summary>
    public static async Task CloseEpoch(Tx tx, long epoch, DateTimeOffset now)
    {
        if (tx.IsPostgres) await tx.Execute("SELECT pg_advisory_xact_lock(@LockSpace, @epoch)", new { LockSpace, epoch = (int)epoch });
        await tx.Execute("INSERT INTO telemetry_closed_epochs (epoch, closed_at) VALUES (@epoch, @now) ON CONFLICT (epoch) DO NOTHING", new { epoch, now });
    }

    public static async Task<bool> IsClosed(Tx tx, long epoch)
    {
        // SQLite has one writer. PostgreSQL has many: a batch must not slip in while its epoch is being closed.
        if (tx.IsPostgres) await tx.Execute("SELECT pg_advisory_xact_lock_shared(@LockSpace, @epoch)", new { LockSpace, epoch = (int)epoch });
        return await tx.Single<long>("SELECT COUNT(*) FROM telemetry_closed_epochs WHERE epoch = @epoch", new { epoch }) > 0;
    }

    private static Task<int> Insert(Tx tx, Batch batch, PackedBatch packed, DateTimeOffset now) => tx.Execute(
        """
        INSERT INTO telemetry_batches (node_id, sequence, epoch, from_second, step_seconds, samples, previous_hash, hash, signature, trust, received_at, rollup, columns)
        VALUES (@NodeId, @Sequence, @Epoch, @From, @Step, @Samples, @PreviousHash, @Hash, @Signature, @trust, @now, @Rollup, @Columns)
        ON CONFLICT (node_id, sequence) DO NOTHING
        """,
        new
        {
            batch.NodeId,
            batch.Sequence,
            batch.Epoch,
            batch.From,
            batch.Step,
            batch.Columns.Samples,
            batch.PreviousHash,
            batch.Hash,
            batch.Signature,
            trust = (long)batch.Trust,
            now,
            packed.Rollup,
            packed.Columns,
        });

    private sealed record HeadRow(long Sequence, Hash32 Hash, long EndsAt)
    {
        public ChainHead ToHead() => new(Sequence + 1, Hash, EndsAt);
    }
}

/// <summary>A batch's sums and samples as they are stored; made before a transaction holds any lock.</summary>
internal sealed record PackedBatch(byte[] Rollup, byte[] Columns)
{
    public static PackedBatch Of(Batch batch) => new(
        Telemetry.Rollup.ToBytes(Telemetry.Rollup.Of(batch.Columns, batch.From, batch.Step, Curtailment.None)), ColumnsCodec.Compress(batch.Columns));
}

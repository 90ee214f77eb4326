using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry;

/// <summary>
/// The samples of batches, and what proves them: the largest part by far, and the one that is not needed for good. They come and go by parts of 32
/// epochs, in PostgreSQL a partition each.
/// </summary>
internal static class SampleStore
{
    /// <summary>A node may name any past second: wide parts keep their number small, whatever it names.</summary>
    public const long EpochsOfAPart = 32;

    private const string Turn = "telemetry-samples";

    private static readonly Bulk<SampleRow> Rows = new Bulk<SampleRow>("INSERT INTO telemetry_samples")
        .Number("epoch", r => r.Epoch).Number("node", r => r.Node).Number("sequence", r => r.Sequence).Number("batches", r => r.Batches)
        .Bytes("signatures", r => r.Signatures).Bytes("columns", r => r.Columns).Bytes("rest", r => r.Rest);

    /// <param name="batches">a node's that follow one another are neighbours, in order</param>
    public static async Task Insert(Tx tx, IReadOnlyCollection<ReadyBatch> batches, IReadOnlyDictionary<NodeId, long> numbers)
    {
        if (tx.IsPostgres) await MakeParts(tx, batches.Select(b => b.Link.Epoch / EpochsOfAPart).Distinct().ToArray());
        var rows = SampleRow.Make(batches, numbers);
        await Rows.Insert(tx, tx.IsPostgres ? rows.ConvertAll(r => r.Cut()) : rows);
    }

    /// <summary>The samples of batches that waited, as they become links.</summary>
    public static async Task InsertWaiting(Tx tx, NodeId node, long[] numbers, IEnumerable<long> epochs)
    {
        if (tx.IsPostgres) await MakeParts(tx, epochs.Select(e => e / EpochsOfAPart).Distinct().ToArray());
        await tx.Execute(
            """
            INSERT INTO telemetry_samples (epoch, node, sequence, batches, signatures, columns)
            SELECT w.epoch, n.number, w.sequence, 1, w.signature, w.columns
            FROM telemetry_waiting w JOIN telemetry_nodes n ON n.node_id = w.node_id WHERE w.node_id = @node AND w.sequence IN @numbers
            """,
            new { node, numbers });
    }

    public static async Task<Columns?> Find(Tx tx, long epoch, NodeId node, long sequence) =>
        (await Read(tx, epoch, node, sequence, sequence)).TryGetValue(sequence, out var samples) ? samples.Columns : null;

    /// <summary>Those of a node's batches of one epoch from one number to another, both ends inside, as far as they were not dropped.</summary>
    public static async Task<Dictionary<long, StoredSamples>> Read(Tx tx, long epoch, NodeId node, long first, long last) => (await tx.Query<SampleRow>(
        $"""
        SELECT s.epoch, s.node, s.sequence, s.batches, s.signatures, s.columns, s.rest
        FROM telemetry_nodes n JOIN telemetry_samples s ON s.node = n.number WHERE n.node_id = @node AND s.epoch = @epoch AND {Touch}
        """,
        new { node, epoch, first, last })).SelectMany(r => r.Split()).Where(s => s.Sequence >= first && s.Sequence <= last).ToDictionary(s => s.Sequence);

    /// <summary>Of batches that have samples their signatures, null where one is not signed.</summary>
    public static async Task<Dictionary<long, byte[]?>> Signatures(Tx tx, NodeId node, IEnumerable<long> epochs, long first, long last) => (await tx.Query<SignaturesRow>(
        $"""
        SELECT s.sequence, s.batches, s.signatures
        FROM telemetry_nodes n JOIN telemetry_samples s ON s.node = n.number WHERE n.node_id = @node AND s.epoch IN @epochs AND {Touch}
        """,
        new { node, epochs = epochs.Distinct().ToArray(), first, last }))
        .SelectMany(r => Enumerable.Range(0, (int)r.Batches).Select(i => (Sequence: r.Sequence - r.Batches + 1 + i, Signature: SampleRow.Signature(r.Batches, r.Signatures, i))))
        .ToDictionary(s => s.Sequence, s => s.Signature);

    /// <summary>Rows with a batch from @first to @last; the bounds of the last number are for the index.</summary>
    private static readonly string Touch = $"s.sequence >= @first AND s.sequence < @last + {SampleRow.MostBatches} AND s.sequence - s.batches < @last";

    /// <summary>Whether an epoch's samples may have been dropped: then nothing can be recomputed from them.</summary>
    public static async Task<bool> IsDropped(Tx tx, long epoch) => await DroppedThrough(tx) >= epoch;

    private static async Task<long> DroppedThrough(Tx tx) => await tx.First<long?>("SELECT through_epoch FROM telemetry_dropped_samples") ?? -1;

    /// <summary>Drops the parts that end with this epoch or before; hashes and sums stay.</summary>
    /// <returns>parts dropped in PostgreSQL, batches in SQLite</returns>
    public static async Task<int> DropThrough(Tx tx, long epoch)
    {
        var end = (epoch + 1) / EpochsOfAPart * EpochsOfAPart;
        if (end - 1 <= await DroppedThrough(tx)) return 0;
        await tx.Execute(
            """
            INSERT INTO telemetry_dropped_samples (id, through_epoch) VALUES (1, @last)
            ON CONFLICT (id) DO UPDATE SET through_epoch = excluded.through_epoch
            """,
            new { last = end - 1 });
        if (!tx.IsPostgres) return await tx.Execute("DELETE FROM telemetry_samples WHERE epoch < @end", new { end });
        await tx.TakeTurn(Turn);
        // Whoever reads or writes samples would wait behind this one while it waits: it rather comes again.
        await tx.Execute("SET LOCAL lock_timeout = '2s'");
        var parts = await Parts(tx);
        var ended = parts.Where(p => p < end / EpochsOfAPart).ToList();
        foreach (var part in ended) await tx.Execute($"DROP TABLE telemetry_samples_{part}");
        return ended.Count;
    }

    /// <summary>PostgreSQL only: the partitions there are, by number.</summary>
    public static Task<List<long>> Parts(Tx tx) => tx.Query<long>(
        """
        SELECT CAST(substr(c.relname, length('telemetry_samples_') + 1) AS BIGINT) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = CAST('telemetry_samples' AS regclass) ORDER BY 1
        """);

    private static async Task MakeParts(Tx tx, long[] parts)
    {
        const string Unseen = "SELECT part FROM unnest(@parts) AS part WHERE to_regclass('telemetry_samples_' || part) IS NULL";
        if ((await tx.Query<long>(Unseen, new { parts })).Count == 0) return;
        await tx.TakeTurn(Turn);
        // What a connection has once not found by name it may go on not finding for the rest of its transaction; a table's rows are read anew.
        var there = await Parts(tx);
        // Attached, not created in place: that would wait for everybody who reads.
        foreach (var part in parts.Except(there).Order())
            await tx.Execute(
                $"""
                CREATE TABLE telemetry_samples_{part} (LIKE telemetry_samples INCLUDING DEFAULTS INCLUDING STORAGE) WITH (toast_tuple_target = 4080);
                ALTER TABLE telemetry_samples ATTACH PARTITION telemetry_samples_{part} FOR VALUES FROM ({part * EpochsOfAPart}) TO ({(part + 1) * EpochsOfAPart})
                """);
    }

    private sealed record SignaturesRow(long Sequence, long Batches, byte[]? Signatures);
}

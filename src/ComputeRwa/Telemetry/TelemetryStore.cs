using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry;

/// <summary>What became of a posted batch. <c>Trust</c> is that of the stored one.</summary>
internal sealed record Appended(bool IsDuplicate, Trust Trust);

/// <summary>A batch without its samples.</summary>
/// <param name="PreviousHash">null, like the signature, once its samples were dropped</param>
internal sealed record BatchRow(
    long Sequence, long Epoch, long FromSecond, long StepSeconds, long Samples, byte[]? PreviousHash, Hash32 Hash, byte[]? Signature, long Trust,
    DateTimeOffset ReceivedAt);

internal static class TelemetryStore
{
    // The first key of the advisory locks that this folder takes; the epoch is the second.
    private const int LockSpace = 0x7e1e;

    /// <summary>Makes a batch the next link of its node's chain, or says what stops it. An exact repeat changes nothing and is no error.</summary>
    public static Task<Result<Appended>> Append(Tx tx, Batch batch, PackedBatch packed, DateTimeOffset now) => Append(tx, new(batch.Link, packed), now);

    private static async Task<Result<Appended>> Append(Tx tx, ReadyBatch batch, DateTimeOffset now)
    {
        var (verdicts, isWhole) = await Store(tx, [batch], now);
        // PostgreSQL only: another request took this number since we looked.
        return isWhole ? verdicts[0] : await Append(tx, batch, now);
    }

    /// <summary>
    /// Each batch in turn as the next link of its node's chain, those that may be stored by one statement; what stops one does not stop its
    /// neighbours, save those of its own node that follow it.
    /// </summary>
    /// <returns>null in PostgreSQL when another writer took a number since we looked: then this transaction must not commit; try again in a new one.</returns>
    public static async Task<IReadOnlyList<Result<Appended>>?> AppendAll(Tx tx, IReadOnlyList<ReadyBatch> batches, DateTimeOffset now)
    {
        var (verdicts, isWhole) = await Store(tx, batches, now);
        return isWhole ? verdicts : null;
    }

    private static async Task<(Result<Appended>[] Verdicts, bool IsWhole)> Store(Tx tx, IReadOnlyList<ReadyBatch> batches, DateTimeOffset now)
    {
        var verdicts = await Judge(tx, [.. batches.Select(b => b.Link)]);
        // In order of node, so that two writers that meet wait for one another instead of for each other.
        var accepted = batches.Where((batch, i) => verdicts[i].Ok(out var appended, out _) && !appended.IsDuplicate)
            .OrderBy(b => b.Link.NodeId.Value, StringComparer.Ordinal).ThenBy(b => b.Link.Sequence).ToList();
        if (await Rows.Insert(tx, accepted.ConvertAll(b => new Row(b, now))) < accepted.Count) return (verdicts, false);
        await SampleStore.Insert(tx, accepted);
        return (verdicts, true);
    }

    private static async Task<Result<Appended>[]> Judge(Tx tx, IReadOnlyList<Link> links)
    {
        var heads = await Heads(tx, links.Select(l => l.NodeId).Distinct());
        var repeats = await Find(tx, links.Where(l => l.Sequence < heads.GetValueOrDefault(l.NodeId, ChainHead.Empty).NextSequence));
        var closed = await Closed(tx, links.Select(l => l.Epoch));
        var verdicts = new Result<Appended>[links.Count];
        for (var i = 0; i < verdicts.Length; i++)
        {
            var (link, head) = (links[i], heads.GetValueOrDefault(links[i].NodeId, ChainHead.Empty));
            if (repeats.TryGetValue((link.NodeId, link.Sequence), out var stored) && stored.Hash == link.Hash) verdicts[i] = new Appended(true, (Trust)stored.Trust);
            else if (head.Refuses(link, closed.Contains(link.Epoch)) is { } error) verdicts[i] = error;
            else
            {
                verdicts[i] = new Appended(false, link.Trust);
                heads[link.NodeId] = link.ToHead();
                repeats[(link.NodeId, link.Sequence)] = new(link.NodeId, link.Sequence, link.Hash, (long)link.Trust);
            }
        }
        return verdicts;
    }

    /// <summary>Where nodes' chains stand; one without batches is left out.</summary>
    public static async Task<Dictionary<NodeId, ChainHead>> Heads(Tx tx, IEnumerable<NodeId> nodes) => (await tx.Query<HeadRow>(
        """
        SELECT b.node_id, b.sequence, b.hash, b.from_second, b.step_seconds, b.samples
        FROM nodes n JOIN telemetry_batches b ON b.node_id = n.id AND b.sequence = (SELECT MAX(sequence) FROM telemetry_batches WHERE node_id = n.id)
        WHERE n.id IN @nodes
        """,
        new { nodes = nodes.Select(n => n.Value).ToArray() })).ToDictionary(h => h.NodeId, h => h.ToHead());

    private static async Task<Dictionary<(NodeId, long), RepeatRow>> Find(Tx tx, IEnumerable<Link> links)
    {
        var found = new Dictionary<(NodeId, long), RepeatRow>();
        // Repeats of one node are usually neighbours: they are read by its range of numbers.
        foreach (var node in links.GroupBy(l => l.NodeId))
        {
            var numbers = node.Select(l => l.Sequence).Distinct().ToArray();
            foreach (var row in await tx.Query<RepeatRow>("SELECT node_id, sequence, hash, trust FROM telemetry_batches WHERE node_id = @node AND sequence IN @numbers", new { node = node.Key, numbers }))
                found[(row.NodeId, row.Sequence)] = row;
        }
        return found;
    }

    /// <summary>Which of these epochs are closed; none of the others is until this transaction ends.</summary>
    public static async Task<HashSet<long>> Closed(Tx tx, IEnumerable<long> all)
    {
        var epochs = all.Distinct().Order().ToArray();
        // SQLite has one writer. PostgreSQL has many: a batch must not slip in while its epoch is being closed.
        if (tx.IsPostgres) await tx.Execute("SELECT pg_advisory_xact_lock_shared(@LockSpace, epoch) FROM unnest(@epochs) AS epoch", new { LockSpace, epochs = epochs.Select(e => (int)e).ToArray() });
        return [.. await tx.Query<long>("SELECT epoch FROM telemetry_closed_epochs WHERE epoch IN @epochs", new { epochs })];
    }

    public static async Task<ChainHead> Head(Tx tx, NodeId node) => (await Heads(tx, [node])).GetValueOrDefault(node, ChainHead.Empty);

    public static Task<BatchRow?> Find(Tx tx, NodeId node, long sequence) => tx.First<BatchRow>(
        """
        SELECT b.sequence, b.epoch, b.from_second, b.step_seconds, b.samples, s.previous_hash, b.hash, s.signature, b.trust, b.received_at
        FROM telemetry_batches b LEFT JOIN telemetry_samples s ON s.epoch = b.epoch AND s.node_id = b.node_id AND s.sequence = b.sequence
        WHERE b.node_id = @node AND b.sequence = @sequence
        """,
        new { node, sequence });

    public static Task<List<BatchRow>> List(Tx tx, NodeId node, long after, int limit) => tx.Query<BatchRow>(
        """
        SELECT b.sequence, b.epoch, b.from_second, b.step_seconds, b.samples, s.previous_hash, b.hash, s.signature, b.trust, b.received_at
        FROM telemetry_batches b LEFT JOIN telemetry_samples s ON s.epoch = b.epoch AND s.node_id = b.node_id AND s.sequence = b.sequence
        WHERE b.node_id = @node AND b.sequence > @after ORDER BY b.sequence LIMIT @limit
        """,
        new { node, after, limit });

    /// <summary>Makes an epoch's evidence final: no batch is taken for it from this transaction on. Repeatable.</summary>
    public static async Task CloseEpoch(Tx tx, long epoch, DateTimeOffset now)
    {
        await KeepOut(tx, epoch);
        await tx.Execute("INSERT INTO telemetry_closed_epochs (epoch, closed_at) VALUES (@epoch, @now) ON CONFLICT (epoch) DO NOTHING", new { epoch, now });
    }

    /// <summary>Waits for those who add to an epoch, and lets nobody else begin to until this transaction ends.</summary>
    public static async Task KeepOut(Tx tx, long epoch)
    {
        if (tx.IsPostgres) await tx.Execute("SELECT pg_advisory_xact_lock(@LockSpace, @epoch)", new { LockSpace, epoch = (int)epoch });
    }

    public static async Task<bool> IsClosed(Tx tx, long epoch) => (await Closed(tx, [epoch])).Count > 0;

    private static readonly Bulk<Row> Rows = new Bulk<Row>("INSERT INTO telemetry_batches", "ON CONFLICT (node_id, sequence) DO NOTHING")
        .Text("node_id", r => r.Link.NodeId.Value).Number("sequence", r => r.Link.Sequence).Number("epoch", r => r.Link.Epoch)
        .Number("from_second", r => r.Link.From).Number("step_seconds", r => r.Link.Step).Number("samples", r => r.Link.Samples)
        .Bytes("hash", r => r.Link.Hash.ToBytes()).Number("trust", r => (long)r.Link.Trust).Number("received_at", r => r.At.ToUnixTimeMilliseconds())
        .Bytes("rollup", r => r.Batch.Packed.Rollup);

    private sealed record Row(ReadyBatch Batch, DateTimeOffset At)
    {
        public Link Link => Batch.Link;
    }

    private sealed record RepeatRow(NodeId NodeId, long Sequence, Hash32 Hash, long Trust);

    private sealed record HeadRow(NodeId NodeId, long Sequence, Hash32 Hash, long FromSecond, long StepSeconds, long Samples)
    {
        public ChainHead ToHead() => new(Sequence + 1, Hash, FromSecond + StepSeconds * Samples);
    }
}

/// <summary>A batch that was checked, as it waits to be stored: without what its samples take in memory.</summary>
internal sealed record ReadyBatch(Link Link, PackedBatch Packed)
{
    /// <summary>About what it takes in memory and in one statement.</summary>
    public int Size => 512 + Packed.Rollup.Length + Packed.Columns.Length;
}

/// <summary>A batch's sums and samples as they are stored; made before a transaction holds any lock.</summary>
internal sealed record PackedBatch(byte[] Rollup, byte[] Columns)
{
    public static PackedBatch Of(Batch batch) => Of(batch, ColumnsCodec.Compress(batch.Columns));

    /// <param name="columns">as the node has packed them</param>
    public static PackedBatch Of(Batch batch, byte[] columns) => new(
        Telemetry.Rollup.ToBytes(Telemetry.Rollup.Of(batch.Columns, batch.From, batch.Step, Curtailment.None)), columns);
}

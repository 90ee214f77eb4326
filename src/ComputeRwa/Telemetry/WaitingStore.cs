using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry;

/// <summary>A batch that waited and was refused for good.</summary>
internal sealed record RefusedRow(
    string Id, long Sequence, long Epoch, long FromSecond, long ToSecond, Hash32 Hash, string Reason, DateTimeOffset ReceivedAt, DateTimeOffset RefusedAt);

/// <param name="Nodes">with batches that wait</param>
/// <param name="Refused">since ever</param>
internal sealed record WaitingCounts(long Batches, long Nodes, long Bytes, long Refused);

/// <summary>Signed batches that came before their predecessors.</summary>
internal static class WaitingStore
{
    private const string Meta = "node_id, sequence, epoch, from_second, step_seconds, samples, previous_hash, hash, signature, received_at, size";

    /// <summary>What waits of these nodes, without its samples.</summary>
    public static async Task<ILookup<NodeId, WaitingBatch>> Of(Tx tx, IEnumerable<NodeId> nodes) => (await tx.Query<WaitingRow>(
        $"SELECT {Meta} FROM telemetry_waiting WHERE node_id IN @nodes ORDER BY node_id, sequence", new { nodes = nodes.Select(n => n.Value).ToArray() }))
        .ToLookup(r => r.NodeId, r => r.ToBatch());

    public static Task<int> Insert(Tx tx, IReadOnlyCollection<ReadyBatch> batches, DateTimeOffset now) => Rows.Insert(tx, [.. batches.Select(b => new NewRow(b, now))]);

    /// <summary>Makes links of what waited: it stands where all links stand from now on, with the time at which it came.</summary>
    /// <returns>false in PostgreSQL when another writer took one of their numbers</returns>
    public static async Task<bool> Link(Tx tx, NodeId node, IReadOnlyCollection<Link> links)
    {
        var numbers = links.Select(l => l.Sequence).ToArray();
        var linked = await tx.Execute(
            """
            INSERT INTO telemetry_links (node, sequence, epoch, from_second, step_seconds, samples, hash, trust, received_at, rollup)
            SELECT n.number, w.sequence, w.epoch, w.from_second, w.step_seconds, w.samples, w.hash, @Trust, w.received_at, w.rollup
            FROM telemetry_waiting w JOIN telemetry_nodes n ON n.node_id = w.node_id
            WHERE w.node_id = @node AND w.sequence IN @numbers ON CONFLICT (node, sequence) DO NOTHING
            """,
            new { node, numbers, Trust = (long)Trust.Attested });
        if (linked < numbers.Length) return false;
        await SampleStore.InsertWaiting(tx, node, numbers, links.Select(l => l.Epoch));
        await tx.Execute("DELETE FROM telemetry_waiting WHERE node_id = @node AND sequence IN @numbers", new { node, numbers });
        return true;
    }

    /// <summary>What waits of an epoch that is being closed, and what follows it, can never be a link.</summary>
    public static async Task Close(Tx tx, long epoch, DateTimeOffset now)
    {
        var rows = await tx.Query<WaitingRow>($"SELECT {Meta} FROM telemetry_waiting WHERE node_id IN (SELECT node_id FROM telemetry_waiting WHERE epoch = @epoch) ORDER BY node_id, sequence", new { epoch });
        foreach (var node in rows.GroupBy(r => r.NodeId))
        {
            var chain = new NodeChain(ChainHead.Empty, node.Select(r => r.ToBatch()));
            chain.Close(epoch);
            await Refuse(tx, node.Key, chain.Never, now);
        }
    }

    /// <summary>Keeps their names and the reasons, and tells the feed.</summary>
    public static async Task Refuse(Tx tx, NodeId node, IReadOnlyCollection<NeverLink> never, DateTimeOffset now)
    {
        if (never.Count == 0) return;
        // PostgreSQL: who closes an epoch and who fills a gap may both refuse one; the first keeps its name.
        var gone = (await tx.Query<long>("DELETE FROM telemetry_waiting WHERE node_id = @node AND sequence IN @numbers RETURNING sequence",
            new { node, numbers = never.Select(n => n.Batch.Link.Sequence).ToArray() })).ToHashSet();
        var refused = never.Where(n => gone.Contains(n.Batch.Link.Sequence)).ToList();
        if (refused.Count == 0) return;
        await RefusedRows.Insert(tx, refused.ConvertAll(n => (n, now)));
        Feed.Append(tx, "telemetry.waiting-refused", node.Value,
            new { batches = refused.Count, firstSequence = refused.Min(n => n.Batch.Link.Sequence), lastSequence = refused.Max(n => n.Batch.Link.Sequence), reason = Reason(refused[0]) }, now);
    }

    public static Task<List<RefusedRow>> Refused(Tx tx, NodeId node, string after, int limit) => tx.Query<RefusedRow>(
        """
        SELECT id, sequence, epoch, from_second, to_second, hash, reason, received_at, refused_at
        FROM telemetry_refused_waiting WHERE node_id = @node AND id > @after ORDER BY id LIMIT @limit
        """,
        new { node, after, limit });

    public static Task<WaitingCounts> Count(Tx tx) => tx.Single<WaitingCounts>(
        """
        SELECT COUNT(*) AS batches, COUNT(DISTINCT node_id) AS nodes, CAST(COALESCE(SUM(size), 0) AS BIGINT) AS bytes, (SELECT COUNT(*) FROM telemetry_refused_waiting) AS refused
        FROM telemetry_waiting
        """);

    private static string Reason(NeverLink never) => $"{never.Reason.Code}: {never.Reason.Message}";

    private static readonly Bulk<NewRow> Rows = new Bulk<NewRow>("INSERT INTO telemetry_waiting")
        .Text("node_id", r => r.Link.NodeId.Value).Number("sequence", r => r.Link.Sequence).Number("epoch", r => r.Link.Epoch)
        .Number("from_second", r => r.Link.From).Number("step_seconds", r => r.Link.Step).Number("samples", r => r.Link.Samples)
        .Bytes("previous_hash", r => r.Link.PreviousHash.ToBytes()).Bytes("hash", r => r.Link.Hash.ToBytes()).Bytes("signature", r => Convert.FromHexString(r.Link.Signature.AsSpan(2)))
        .Number("received_at", r => r.At.ToUnixTimeMilliseconds()).Number("size", r => r.Batch.Size)
        .Bytes("rollup", r => r.Batch.Packed.Rollup).Bytes("columns", r => r.Batch.Packed.Columns);

    private static readonly Bulk<(NeverLink Never, DateTimeOffset Now)> RefusedRows = new Bulk<(NeverLink Never, DateTimeOffset Now)>("INSERT INTO telemetry_refused_waiting")
        .Text("id", r => Id.New("refused", r.Now)).Text("node_id", r => r.Never.Batch.Link.NodeId.Value).Number("sequence", r => r.Never.Batch.Link.Sequence)
        .Number("epoch", r => r.Never.Batch.Link.Epoch).Number("from_second", r => r.Never.Batch.Link.From).Number("to_second", r => r.Never.Batch.Link.To)
        .Bytes("hash", r => r.Never.Batch.Link.Hash.ToBytes()).Text("reason", r => Reason(r.Never))
        .Number("received_at", r => r.Never.Batch.ReceivedAt.ToUnixTimeMilliseconds()).Number("refused_at", r => r.Now.ToUnixTimeMilliseconds());

    private sealed record NewRow(ReadyBatch Batch, DateTimeOffset At)
    {
        public Link Link => Batch.Link;
    }

    private sealed record WaitingRow(
        NodeId NodeId, long Sequence, long Epoch, long FromSecond, long StepSeconds, long Samples, Hash32 PreviousHash, Hash32 Hash, byte[] Signature, DateTimeOffset ReceivedAt, long Size)
    {
        public WaitingBatch ToBatch() => new(
            new(NodeId, Sequence, Epoch, FromSecond, (int)StepSeconds, (int)Samples, PreviousHash, Hash, "0x" + Convert.ToHexStringLower(Signature)), Size, ReceivedAt);
    }
}

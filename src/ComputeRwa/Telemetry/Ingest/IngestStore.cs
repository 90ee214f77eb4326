using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry.Ingest;

/// <summary>How a node's samples come by the unsigned ways.</summary>
/// <param name="IsOn">0 when it was set back to batches of its own</param>
/// <param name="ThroughSecond">where the last batch made of its samples ends; what is earlier comes too late</param>
internal sealed record IngestNode(NodeId NodeId, long IsOn, long StepSeconds, long ThroughSecond);

/// <summary>Samples of one request in one window.</summary>
internal sealed record InboxRow(string Id, ProviderId ProviderId, long Epoch, long WindowStart, DateTimeOffset ReceivedAt, string Source, int Samples, byte[] Body)
{
    /// <summary>About what it takes in memory and in one statement.</summary>
    public int Size => 512 + Body.Length;
}

/// <summary>A window with samples in the inbox.</summary>
internal sealed record OpenWindow(ProviderId ProviderId, long WindowStart, DateTimeOffset FirstAt, DateTimeOffset LastAt);

internal static class IngestStore
{
    public static Task<IngestNode?> Find(Tx tx, NodeId node) => tx.First<IngestNode>(
        "SELECT node_id, is_on, step_seconds, through_second FROM telemetry_ingest_nodes WHERE node_id = @node", new { node });

    public static Task<List<IngestNode>> FindAll(Tx tx, IEnumerable<NodeId> nodes) => tx.Query<IngestNode>(
        "SELECT node_id, is_on, step_seconds, through_second FROM telemetry_ingest_nodes WHERE node_id IN @nodes", new { nodes = nodes.Select(n => n.Value).ToArray() });

    public static Task<int> Set(Tx tx, NodeId node, bool isOn, int stepSeconds, DateTimeOffset now) => tx.Execute(
        """
        INSERT INTO telemetry_ingest_nodes (node_id, is_on, step_seconds, through_second, changed_at) VALUES (@node, @isOn, @stepSeconds, 0, @now)
        ON CONFLICT (node_id) DO UPDATE SET is_on = excluded.is_on, step_seconds = excluded.step_seconds, changed_at = excluded.changed_at
        """,
        new { node, isOn = isOn ? 1L : 0L, stepSeconds, now });

    public static Task<int> Advance(Tx tx, NodeId node, long through) => tx.Execute(
        "UPDATE telemetry_ingest_nodes SET through_second = @through WHERE node_id = @node AND through_second < @through", new { node, through });

    /// <summary>
    /// Puts rows into the inbox, but for those of closed epochs. Shares their epochs' locks until the commit: whoever closes one waits for it, and makes
    /// batches of it first.
    /// </summary>
    /// <returns>for each row whether it was put there</returns>
    public static async Task<bool[]> PutAll(Tx tx, IReadOnlyList<InboxRow> rows)
    {
        if (rows.Count == 0) return [];
        var closed = await TelemetryStore.Closed(tx, rows.Select(r => r.Epoch));
        var open = rows.Where(r => !closed.Contains(r.Epoch)).ToList();
        await Rows.Send(tx, open);
        if (open.Count > 0) tx.Announce(Receiver.Topic);
        return [.. rows.Select(r => !closed.Contains(r.Epoch))];
    }

    private static readonly Bulk<InboxRow> Rows = new Bulk<InboxRow>("INSERT INTO telemetry_inbox")
        .Text("id", r => r.Id).Text("provider_id", r => r.ProviderId.Value).Number("window_start", r => r.WindowStart)
        .Number("received_at", r => r.ReceivedAt.ToUnixTimeMilliseconds()).Text("source", r => r.Source).Number("samples", r => r.Samples).Bytes("body", r => r.Body);

    /// <summary>In the order in which a provider's windows must be made into batches.</summary>
    public static Task<List<OpenWindow>> Open(Tx tx) => tx.Query<OpenWindow>(
        """
        SELECT provider_id, window_start, MIN(received_at) AS first_at, MAX(received_at) AS last_at
        FROM telemetry_inbox GROUP BY provider_id, window_start ORDER BY provider_id, window_start
        """);

    /// <summary>The rows of one window, first come first.</summary>
    public static Task<List<string>> Ids(Tx tx, ProviderId provider, long windowStart) => tx.Query<string>(
        "SELECT id FROM telemetry_inbox WHERE provider_id = @provider AND window_start = @windowStart ORDER BY received_at, id", new { provider, windowStart });

    public static Task<List<byte[]>> Bodies(Tx tx, string[] ids) => tx.Query<byte[]>(
        "SELECT body FROM telemetry_inbox WHERE id IN @ids ORDER BY received_at, id", new { ids });

    public static Task<int> Remove(Tx tx, IEnumerable<string> ids) => tx.Execute("DELETE FROM telemetry_inbox WHERE id IN @ids", new { ids = ids.ToArray() });
}

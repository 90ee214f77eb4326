using System.Buffers.Binary;
using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry.Findings;

/// <param name="LookedAt">null before the first look</param>
/// <param name="IsClosed">no batch can come any more</param>
internal sealed record EpochToCheck(long Epoch, DateTimeOffset? LookedAt, bool IsClosed);

/// <param name="Through">number of its last batch of the epoch</param>
internal sealed record NodeToCheck(NodeId NodeId, long Through);

internal sealed record NodePrints(NodeId NodeId, byte[] Prints);

/// <param name="Columns">null once they were dropped</param>
internal sealed record CheckedBatch(long Sequence, long FromSecond, long StepSeconds, Columns? Columns);

/// <summary>What was checked, and how far.</summary>
internal static class CheckStore
{
    /// <summary>Epochs with batches, from one and before another, of which something may still be found.</summary>
    public static async Task<List<EpochToCheck>> Open(Tx tx, long from, long before)
    {
        // From one epoch to the next by the index: there are millions of batches in each.
        var epochs = await tx.Query<long>(
            """
            WITH RECURSIVE e(epoch) AS (
                SELECT MIN(epoch) FROM telemetry_links WHERE epoch >= @from
                UNION ALL SELECT (SELECT MIN(b.epoch) FROM telemetry_links b WHERE b.epoch > e.epoch) FROM e WHERE e.epoch < @before)
            SELECT epoch FROM e WHERE epoch < @before ORDER BY epoch
            """,
            new { from, before });
        var looked = (await tx.Query<LookedRow>("SELECT epoch, looked_at, is_final FROM telemetry_checked_epochs WHERE epoch IN @epochs", new { epochs = epochs.ToArray() })).ToDictionary(r => r.Epoch);
        var closed = (await tx.Query<long>("SELECT epoch FROM telemetry_closed_epochs WHERE epoch IN @epochs", new { epochs = epochs.ToArray() })).ToHashSet();
        return [.. epochs.Where(e => looked.GetValueOrDefault(e)?.IsFinal != 1).Select(e => new EpochToCheck(e, looked.GetValueOrDefault(e)?.LookedAt, closed.Contains(e)))];
    }

    /// <summary>Nodes with batches of an epoch that were not checked yet.</summary>
    public static Task<List<NodeToCheck>> Nodes(Tx tx, long epoch) => tx.Query<NodeToCheck>(
        """
        SELECT b.node_id, b.sequence AS through
        FROM (SELECT node, MAX(sequence) AS last FROM telemetry_links WHERE epoch = @epoch GROUP BY node) l
        JOIN telemetry_nodes n ON n.number = l.node
        JOIN telemetry_batches b ON b.node_id = n.node_id AND b.place = l.last
        LEFT JOIN telemetry_checked_nodes c ON c.epoch = @epoch AND c.node_id = b.node_id
        WHERE COALESCE(c.through_sequence, -1) < b.sequence ORDER BY b.node_id
        """,
        new { epoch });

    /// <summary>Some of a node's batches with their samples, in order.</summary>
    public static async Task<List<CheckedBatch>> Batches(Tx tx, long epoch, NodeId node, long after, long through, int limit)
    {
        var links = await tx.Query<LinkRow>(
            """
            SELECT sequence, from_second, step_seconds FROM telemetry_batches
            WHERE epoch = @epoch AND node_id = @node AND place > @after AND place <= @through ORDER BY place LIMIT @limit
            """,
            new { epoch, node, after, through, limit });
        if (links.Count == 0) return [];
        var samples = await SampleStore.Read(tx, epoch, node, links[0].Sequence, links[^1].Sequence);
        return links.ConvertAll(l => new CheckedBatch(l.Sequence, l.FromSecond, l.StepSeconds, samples.GetValueOrDefault(l.Sequence)?.Columns));
    }

    /// <param name="milliwattSeconds">energy of the node's GPUs</param>
    public static Task<int> Checked(Tx tx, long epoch, NodeToCheck node, byte[] prints, long milliwattSeconds) => tx.Execute(
        """
        INSERT INTO telemetry_checked_nodes (epoch, node_id, through_sequence, prints, milliwatt_seconds) VALUES (@epoch, @NodeId, @Through, @prints, @milliwattSeconds)
        ON CONFLICT (epoch, node_id) DO UPDATE
        SET through_sequence = excluded.through_sequence, prints = excluded.prints, milliwatt_seconds = excluded.milliwatt_seconds
        """,
        new { epoch, node.NodeId, node.Through, prints, milliwattSeconds });

    /// <summary>Milliwatt-seconds of all GPUs of a site's nodes, as far as they were checked.</summary>
    public static Task<long> Energy(Tx tx, long epoch, SiteId site) => tx.Single<long>(
        """
        SELECT CAST(COALESCE(SUM(c.milliwatt_seconds), 0) AS BIGINT)
        FROM telemetry_checked_nodes c JOIN nodes n ON n.id = c.node_id WHERE c.epoch = @epoch AND n.site_id = @site
        """,
        new { epoch, site });

    public static Task<int> Looked(Tx tx, long epoch, DateTimeOffset now, bool isFinal) => tx.Execute(
        """
        INSERT INTO telemetry_checked_epochs (epoch, looked_at, is_final) VALUES (@epoch, @now, @final)
        ON CONFLICT (epoch) DO UPDATE SET looked_at = excluded.looked_at, is_final = excluded.is_final
        """,
        new { epoch, now, final = isFinal ? 1L : 0L });

    /// <summary>Whether everything that an epoch's samples show has been found.</summary>
    public static async Task<bool> IsFinal(Tx tx, long epoch) =>
        await tx.First<long?>("SELECT is_final FROM telemetry_checked_epochs WHERE epoch = @epoch", new { epoch }) == 1;

    public static Task<List<NodePrints>> Prints(Tx tx, long epoch, string after, int limit) => tx.Query<NodePrints>(
        "SELECT node_id, prints FROM telemetry_checked_nodes WHERE epoch = @epoch AND node_id > @after ORDER BY node_id LIMIT @limit", new { epoch, after, limit });

    /// <summary>Forgets the fingerprints of epochs before one; sums stay.</summary>
    public static Task<int> Forget(Tx tx, long before) => tx.Execute(
        "UPDATE telemetry_checked_nodes SET prints = @none WHERE epoch < @before AND epoch >= @before - 64 AND length(prints) > 0", new { before, none = Array.Empty<byte>() });

    private sealed record LinkRow(long Sequence, long FromSecond, long StepSeconds);

    private sealed record LookedRow(long Epoch, DateTimeOffset LookedAt, long IsFinal);
}

/// <summary>Fingerprints of one node and epoch as they are stored: 14 bytes each.</summary>
internal static class PackedPrints
{
    private const int Size = 14;

    /// <param name="start">unix second at which the epoch begins</param>
    public static byte[] Pack(IReadOnlyList<Print> prints, long start)
    {
        var bytes = new byte[prints.Count * Size];
        for (var i = 0; i < prints.Count; i++)
        {
            var at = bytes.AsSpan(i * Size);
            BinaryPrimitives.WriteUInt64LittleEndian(at, prints[i].Hash);
            BinaryPrimitives.WriteUInt16LittleEndian(at[8..], checked((ushort)prints[i].Gpu));
            BinaryPrimitives.WriteUInt32LittleEndian(at[10..], checked((uint)(prints[i].Second - start)));
        }
        return bytes;
    }

    /// <param name="firstGpu">added to the number of each GPU</param>
    public static IEnumerable<Print> Read(byte[] bytes, long start, int firstGpu)
    {
        for (var i = 0; i < bytes.Length; i += Size)
            yield return new(
                BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(i)), firstGpu + BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(i + 8)),
                start + BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(i + 10)));
    }
}

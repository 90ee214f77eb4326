using System.Text.Json;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry.Findings;

/// <param name="Evidence">JSON of <see cref="FindingEvidence"/></param>
internal sealed record FindingRow(
    string Id, long Epoch, NodeId NodeId, string GpuUuid, string CheckName, string OfGpu, long FromSecond, long ToSecond, string Evidence, DateTimeOffset FoundAt);

/// <param name="Figures">what contradicts what, by name with its unit</param>
/// <param name="Batches">the first batches of the GPU's node that the time touches, at most 16</param>
/// <param name="Of">where the same noise stands too</param>
internal sealed record FindingEvidence(IReadOnlyDictionary<string, long> Figures, IReadOnlyList<BatchLink> Batches, FindingSource? Of);

internal sealed record BatchLink(long Sequence, string Hash);

internal sealed record FindingSource(string NodeId, string GpuUuid, DateTimeOffset From, DateTimeOffset To, IReadOnlyList<BatchLink> Batches);

internal static class FindingStore
{
    public const int MostBatches = 16;

    private const string Columns = "id, epoch, node_id, gpu_uuid, check_name, of_gpu, from_second, to_second, evidence, found_at";

    /// <summary>Stores it and tells the feed; of a GPU, check and epoch (and of each GPU that it equals) the first stands.</summary>
    /// <returns>false when it is known.</returns>
    public static async Task<bool> Insert(Tx tx, long epoch, Finding finding, DateTimeOffset now)
    {
        var evidence = new FindingEvidence(finding.Figures, await Batches(tx, finding.At), finding.Of is { } of
            ? new(of.NodeId.Value, of.GpuUuid, DateTimeOffset.FromUnixTimeSeconds(of.From), DateTimeOffset.FromUnixTimeSeconds(of.To), await Batches(tx, of)) : null);
        var row = new FindingRow(
            Id.New("finding", now), epoch, finding.At.NodeId, finding.At.GpuUuid, finding.Check.Name, finding.Of?.GpuUuid ?? "", finding.At.From, finding.At.To,
            JsonSerializer.Serialize(evidence, JsonSerializerOptions.Web), now);
        var isNew = await tx.Execute(
            """
            INSERT INTO telemetry_findings (id, epoch, node_id, gpu_uuid, check_name, of_gpu, from_second, to_second, evidence, found_at)
            VALUES (@Id, @Epoch, @NodeId, @GpuUuid, @CheckName, @OfGpu, @FromSecond, @ToSecond, @Evidence, @FoundAt)
            ON CONFLICT (epoch, gpu_uuid, check_name, of_gpu) DO NOTHING
            """, row) == 1;
        if (isNew) Feed.Append(tx, "telemetry.finding", row.NodeId.Value, FindingView.Of(row), now);
        return isNew;
    }

    public static Task<List<FindingRow>> List(Tx tx, string? node, long? epoch, string after, int limit) => tx.Query<FindingRow>(
        $"""
        SELECT {Columns} FROM telemetry_findings
        WHERE id > @after AND (@node IS NULL OR node_id = @node) AND (@epoch IS NULL OR epoch = @epoch) ORDER BY id LIMIT @limit
        """,
        new { node, epoch, after, limit });

    /// <summary>Those of some GPUs in a range of epochs, both ends inside.</summary>
    public static Task<List<FindingRow>> OfGpus(Tx tx, IEnumerable<string> uuids, long first, long last, string after, int limit) => tx.Query<FindingRow>(
        $"""
        SELECT {Columns} FROM telemetry_findings
        WHERE gpu_uuid IN @uuids AND epoch >= @first AND epoch <= @last AND id > @after ORDER BY id LIMIT @limit
        """,
        new { uuids = uuids.ToArray(), first, last, after, limit });

    private static async Task<List<BatchLink>> Batches(Tx tx, GpuTime at) => (await tx.Query<LinkRow>(
        """
        SELECT sequence, hash FROM telemetry_batches
        WHERE node_id = @NodeId AND from_second < @To AND from_second + step_seconds * samples > @From ORDER BY sequence LIMIT @MostBatches
        """,
        new { at.NodeId, at.From, at.To, MostBatches })).ConvertAll(r => new BatchLink(r.Sequence, r.Hash.Value));

    private sealed record LinkRow(long Sequence, Hash32 Hash);
}

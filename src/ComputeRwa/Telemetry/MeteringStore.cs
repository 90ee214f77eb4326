using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry;

internal static class MeteringStore
{
    /// <summary>What a lease's GPUs did in an epoch, from rollups; samples are read only of batches that a curtailment notice touches.</summary>
    public static async Task<MeteredUse> Measure(Tx tx, IReadOnlyList<LetGpu> gpus, long epoch, EpochLength length, IEnumerable<TimeRange> notices)
    {
        var start = length.StartOf(epoch).ToUnixTimeSeconds();
        var curtailment = Curtailment.Of(notices, new(start, start + length.Seconds));
        var batches = new List<MeteredBatch>();
        foreach (var node in gpus.Select(g => g.NodeId).Distinct())
            foreach (var row in await Rollups(tx, node, epoch))
                batches.Add(curtailment.Overlap(row.FromSecond, row.ToSecond) == 0 ? row.ToBatch()
                    : row.ToBatch(Rollup.Of(await Columns(tx, epoch, row), row.FromSecond, (int)row.StepSeconds, curtailment)));
        return Metering.Measure(gpus, length, curtailment, batches);
    }

    /// <summary>
    /// Every batch of a node in an epoch with its stored sums, in order of sequence number. One node at a time: for a list of them PostgreSQL plans the
    /// statement anew each time, which takes longer than to run it.
    /// </summary>
    public static Task<List<RollupRow>> Rollups(Tx tx, NodeId node, long epoch) => tx.Query<RollupRow>(
        """
        SELECT b.node_id, n.node_key, b.sequence, b.from_second, b.step_seconds, b.samples, b.hash, b.trust, b.rollup
        FROM telemetry_batches b JOIN nodes n ON n.id = b.node_id
        WHERE b.epoch = @epoch AND b.node_id = @node ORDER BY b.place
        """,
        new { epoch, node = node.Value });

    private static async Task<Columns> Columns(Tx tx, long epoch, RollupRow row) => await SampleStore.Find(tx, epoch, row.NodeId, row.Sequence)
        ?? throw new InvalidOperationException($"The samples of epoch {epoch} were dropped before it was closed.");
}

internal sealed record RollupRow(
    NodeId NodeId, Address NodeKey, long Sequence, long FromSecond, long StepSeconds, long Samples, Hash32 Hash, long Trust, byte[] Rollup)
{
    public long ToSecond => FromSecond + StepSeconds * Samples;

    public MeteredBatch ToBatch() => ToBatch(Telemetry.Rollup.FromBytes(Rollup));

    public MeteredBatch ToBatch(GpuUse[] uses) => new(NodeId, NodeKey, Sequence, Hash, (Trust)Trust, uses);
}

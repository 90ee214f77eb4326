using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry;

internal static class SeriesStore
{
    // Batches whose samples are unpacked at a time: bounds the memory that one chart takes.
    private const int BatchesAtATime = 32;

    /// <summary>From stored sums where a batch lies in one step, else from its samples; once those were dropped a batch counts where it begins.</summary>
    public static async Task<IReadOnlyList<GpuUse>> Read(Tx tx, NodeId node, SeriesRange range, EpochLength length)
    {
        var series = new Series(range);
        var epochs = new List<long>();
        for (var epoch = range.From / length.Seconds; epoch <= (range.To - 1) / length.Seconds; epoch++) epochs.Add(epoch);
        var cut = new List<SumsRow>();
        foreach (var row in await tx.Query<SumsRow>(
            "SELECT epoch, sequence, from_second, step_seconds, samples, rollup FROM telemetry_batches WHERE node_id = @node AND epoch IN @epochs", new { node, epochs = epochs.ToArray() }))
        {
            if (range.IsWithinAStep(row.FromSecond, row.ToSecond)) series.Add(row.FromSecond, Rollup.FromBytes(row.Rollup));
            else if (row.FromSecond < range.To && row.ToSecond > range.From) cut.Add(row);
        }
        foreach (var rows in cut.GroupBy(r => r.Epoch).SelectMany(epoch => epoch.Chunk(BatchesAtATime)))
        {
            var samples = await SampleStore.Read(tx, rows[0].Epoch, node, rows.Min(r => r.Sequence), rows.Max(r => r.Sequence));
            foreach (var row in rows)
            {
                if (samples.TryGetValue(row.Sequence, out var stored)) series.Add(row.FromSecond, (int)row.StepSeconds, stored.Columns);
                else series.Add(row.FromSecond, Rollup.FromBytes(row.Rollup));
            }
        }
        return series.Sums;
    }

    private sealed record SumsRow(long Epoch, long Sequence, long FromSecond, long StepSeconds, long Samples, byte[] Rollup)
    {
        public long ToSecond => FromSecond + StepSeconds * Samples;
    }
}

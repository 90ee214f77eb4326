using ComputeRwa.Fleet;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry;

/// <summary>From the columns that were posted to checked ones: their shape, and what a reading of this hardware can be.</summary>
internal sealed class ColumnsReader(Node node, Fields fields)
{
    public const int MostSamples = 10_000;

    private readonly int _gpus = node.GpuUuids.Count;
    private int _samples;

    /// <summary>What is wrong goes to the fields by path, for each column the first bad value only; the result counts when there is none.</summary>
    public Columns Read(ColumnsJson json)
    {
        if (!MeasureSamples(json)) return Columns.Of(0, 0, [[], [], [], []]);
        return new(_gpus, _samples,
            Flatten(json.SmActiveBps, "columns.smActiveBps", 10_000),
            Flatten(json.GpuUtilPct, "columns.gpuUtilPct", 100),
            Flatten(json.PowerMilliwatts, "columns.powerMilliwatts", node.Model.MostMilliwatts),
            Flatten(json.MemoryMiB, "columns.memoryMiB", node.Model.MemoryMiB));
    }

    private bool MeasureSamples(ColumnsJson json)
    {
        _samples = json.SmActiveBps.Rows is [var first, ..] ? first.Length : 0;
        return fields.Require(_samples is >= 1 and <= MostSamples, "columns.smActiveBps[0]", $"must have 1 to {MostSamples} samples");
    }

    private int[] Flatten(Readings readings, string field, int most)
    {
        var rows = readings.Rows;
        if (!fields.Require(rows.Length == _gpus, field, $"must have {_gpus} rows, one for each GPU of the node")) return [];
        var flat = new int[_gpus * _samples];
        for (var gpu = 0; gpu < _gpus; gpu++)
        {
            if (!fields.Require(rows[gpu].Length == _samples, $"{field}[{gpu}]", $"must have {_samples} samples, as columns.smActiveBps[0] has")) return [];
            // Unsigned, what is negative is larger than any bound.
            var bad = Array.FindIndex(rows[gpu], value => (uint)value > (uint)most && value != Columns.Missing);
            if (!fields.Require(bad < 0, $"{field}[{gpu}][{bad}]", $"must be null or 0 to {most}")) return [];
            rows[gpu].CopyTo(flat, gpu * _samples);
        }
        return flat;
    }
}

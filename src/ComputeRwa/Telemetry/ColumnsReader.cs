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

    /// <summary>The same of columns in the compact form. Nothing is allocated for more than this node may send.</summary>
    public Columns Read(ReadOnlySpan<byte> packed)
    {
        var none = Columns.Of(0, 0, [[], [], [], []]);
        if (!fields.Require(ColumnsCodec.TryMeasure(packed, out var gpus, out _samples), "columns", "must begin with version 2 or 3, the number of GPUs and that of samples")) return none;
        if (!fields.Require(gpus == _gpus, "columns", $"must have {_gpus} rows in each column, one for each GPU of the node")) return none;
        if (!fields.Require(_samples <= MostSamples, "columns", $"must have 1 to {MostSamples} samples")) return none;
        if (!ColumnsCodec.TryRead(packed, gpus, _samples, out var columns))
        {
            fields.Require(false, "columns", $"must have {4 * gpus} rows of {_samples} samples and nothing after them");
            return none;
        }
        CheckValues(columns.SmActiveBps, "columns.smActiveBps", 10_000);
        CheckValues(columns.GpuUtilPct, "columns.gpuUtilPct", 100);
        CheckValues(columns.PowerMilliwatts, "columns.powerMilliwatts", node.Model.MostMilliwatts);
        CheckValues(columns.MemoryMiB, "columns.memoryMiB", node.Model.MemoryMiB);
        return columns;
    }

    private void CheckValues(int[] column, string field, int most)
    {
        // What is missing is −1, so one more lies between 0 and most + 1; unsigned, what is negative is larger than that.
        for (var i = 0; i < column.Length; i++)
        {
            if ((uint)(column[i] + 1) <= (uint)(most + 1)) continue;
            fields.Require(false, $"{field}[{i / _samples}][{i % _samples}]", $"must be missing or 0 to {most}");
            return;
        }
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

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
        _samples = json.SmActiveBps is [{ } first, ..] ? first.Length : 0;
        return fields.Require(_samples is >= 1 and <= MostSamples, "columns.smActiveBps[0]", $"must have 1 to {MostSamples} samples");
    }

    private int[] Flatten(int?[][] rows, string field, int most)
    {
        if (!fields.Require(rows.Length == _gpus, field, $"must have {_gpus} rows, one for each GPU of the node")) return [];
        var flat = new int[_gpus * _samples];
        for (var gpu = 0; gpu < _gpus; gpu++)
        {
            // The rows of a jagged array may be null whatever its type says.
            var row = rows[gpu] ?? [];
            if (!fields.Require(row.Length == _samples, $"{field}[{gpu}]", $"must have {_samples} samples, as columns.smActiveBps[0] has")) return [];
            var bad = Copy(row, flat.AsSpan(gpu * _samples, _samples), most);
            if (!fields.Require(bad < 0, $"{field}[{gpu}][{bad}]", $"must be null or 0 to {most}")) return [];
        }
        return flat;
    }

    /// <returns>the place of the first value out of range, −1 when there is none</returns>
    private static int Copy(int?[] row, Span<int> to, int most)
    {
        for (var i = 0; i < row.Length; i++)
        {
            var value = row[i] ?? Columns.Missing;
            if (row[i] is not null && (uint)value > (uint)most) return i;
            to[i] = value;
        }
        return -1;
    }
}

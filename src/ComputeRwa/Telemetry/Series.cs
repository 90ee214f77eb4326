using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry;

/// <summary>A chart's question: sums of one GPU, or of all of a node, for each step of a range.</summary>
/// <param name="From">unix second of the first step</param>
/// <param name="To">unix second after the last; the last step may be cut short by it</param>
/// <param name="Gpu">its row in the node's telemetry; null for all</param>
internal sealed record SeriesRange(long From, long To, long Step, int? Gpu)
{
    public const long MostSteps = 5_000;
    public const long MostSeconds = 400 * 86_400;

    public int Steps => (int)((To - From + Step - 1) / Step);

    public static Result<SeriesRange> Read(DateTimeOffset from, DateTimeOffset to, long step, int? gpu, int gpus)
    {
        var fields = new Fields();
        var (first, end) = ReadTimes(from, to, fields);
        fields.Require(gpu is null || (gpu >= 0 && gpu < gpus), "gpu", $"must be 0 to {gpus - 1}");
        if (fields.Require(step is >= 1 and <= MostSeconds, "stepSeconds", $"must be 1 to {MostSeconds}") && end > first)
            fields.Require((end - first + step - 1) / step <= MostSteps, "stepSeconds", $"must be so that there are at most {MostSteps} steps");
        return fields.Error is { } error ? error : new SeriesRange(first, end, step, gpu);
    }

    /// <returns>unix seconds; the first outside is the second</returns>
    public static (long From, long To) ReadTimes(DateTimeOffset from, DateTimeOffset to, Fields fields)
    {
        var (first, end) = (from.ToUnixTimeSeconds(), to.ToUnixTimeSeconds());
        fields.Require(first >= 0, "from", "must not be before 1970");
        fields.Require(end > first && end - first <= MostSeconds, "to", $"must be after from, by at most {MostSeconds / 86_400} days");
        return (first, end);
    }

    /// <summary>Whether a batch's stored sums will do: it lies in one step.</summary>
    public bool IsWithinAStep(long from, long to) => from >= From && to <= To && (from - From) / Step == (to - 1 - From) / Step;
}

/// <summary>Sums by step, filled batch by batch in any order.</summary>
internal sealed class Series(SeriesRange range)
{
    private readonly GpuUse[] _sums = new GpuUse[range.Steps];

    public IReadOnlyList<GpuUse> Sums => _sums;

    /// <summary>A batch in the step in which it begins.</summary>
    public void Add(long from, GpuUse[] uses)
    {
        if (from < range.From || from >= range.To) return;
        ref var sum = ref _sums[(from - range.From) / range.Step];
        if (range.Gpu is { } gpu) sum += uses[gpu];
        else foreach (var use in uses) sum += use;
    }

    /// <summary>Each sample in the step in which it begins.</summary>
    public void Add(long from, int step, Columns columns)
    {
        for (var first = 0; first < columns.Samples;)
        {
            var at = from + (long)first * step;
            if (at < range.From || at >= range.To)
            {
                first++;
                continue;
            }
            var index = (at - range.From) / range.Step;
            var end = Math.Min(range.To, range.From + (index + 1) * range.Step);
            var count = (int)Math.Min(columns.Samples - first, (end - at + step - 1) / step);
            for (var gpu = range.Gpu ?? 0; gpu <= (range.Gpu ?? columns.Gpus - 1); gpu++) _sums[index] += Rollup.Of(columns, gpu, first, count, step);
            first += count;
        }
    }
}

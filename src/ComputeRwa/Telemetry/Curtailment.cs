namespace ComputeRwa.Telemetry;

/// <summary>Unix seconds, from the first inside to the first outside.</summary>
internal readonly record struct TimeRange(long From, long To);

/// <summary>The curtailment notices of one lease, cut to one epoch and merged, so that each second counts once.</summary>
internal sealed class Curtailment
{
    public static readonly Curtailment None = new([]);

    private readonly TimeRange[] _ranges;

    private Curtailment(TimeRange[] ranges) => _ranges = ranges;

    /// <summary>Ranges may overlap, touch, stand in any order and reach beyond the epoch.</summary>
    public static Curtailment Of(IEnumerable<TimeRange> notices, TimeRange epoch)
    {
        var merged = new List<TimeRange>();
        foreach (var range in notices.Select(n => new TimeRange(Math.Max(n.From, epoch.From), Math.Min(n.To, epoch.To))).Where(r => r.From < r.To).OrderBy(r => r.From))
        {
            if (merged.Count > 0 && range.From <= merged[^1].To) merged[^1] = merged[^1] with { To = Math.Max(merged[^1].To, range.To) };
            else merged.Add(range);
        }
        return new([.. merged]);
    }

    public long Seconds => _ranges.Sum(r => r.To - r.From);

    /// <summary>Curtailed seconds between <paramref name="from"/> and <paramref name="to"/>, the latter outside.</summary>
    public long Overlap(long from, long to)
    {
        long seconds = 0;
        foreach (var range in _ranges)
        {
            if (range.From >= to) break;
            seconds += Math.Max(0, Math.Min(range.To, to) - Math.Max(range.From, from));
        }
        return seconds;
    }
}

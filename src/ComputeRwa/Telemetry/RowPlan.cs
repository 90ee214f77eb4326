using System.Numerics;

namespace ComputeRwa.Telemetry;

/// <summary>How the values of a row are foretold: docs/telemetry-format.md, "Rows of version 3".</summary>
/// <param name="Kind">0 all are the start; odd, each is near the one before it; even, near the start; then in twos by itself, by the row before and by SM-active</param>
/// <param name="Slope">how far the row goes for 2^Shift of the other row's</param>
internal readonly record struct RowPlan(int Kind, int Start, int Slope = 0, int Shift = 0)
{
    public const int KindBits = 3, Kinds = 1 << KindBits, ShiftBits = 5;

    /// <summary>Digits of a slope: more would cost more than they save.</summary>
    private const int SlopeBits = 7;

    /// <summary>About what a slope takes.</summary>
    private const long SlopeCost = 14;

    public bool IsStill => Kind == 0;

    public bool IsSteps => (Kind & 1) == 1;

    /// <summary>0 none, 1 the row before, 2 SM-active; 3 is no reference.</summary>
    public int Reference => (Kind - 1) >> 1;

    public int Expected(ReadOnlySpan<int> row, ReadOnlySpan<int> reference, int at)
    {
        var near = IsSteps ? row[at - 1] : Start;
        return reference.IsEmpty ? near : near + (int)(((long)Slope * (reference[at] - reference[IsSteps ? at - 1 : 0])) >> Shift);
    }

    /// <summary>The one that surprises least.</summary>
    public static RowPlan Choose(ReadOnlySpan<int> row, ReadOnlySpan<int> before, ReadOnlySpan<int> active)
    {
        if (!row.ContainsAnyExcept(row[0])) return new(0, row[0]);
        var (best, least) = (default(RowPlan), long.MaxValue);
        for (var kind = 1; kind <= 6; kind++)
        {
            var reference = kind <= 2 ? default : kind <= 4 ? before : active;
            if (kind > 2 && reference.IsEmpty) continue;
            var plan = Make(kind, row, reference);
            if (kind > 2 && plan.Slope == 0) continue;
            var cost = plan.Cost(row, reference);
            if (cost < least) (best, least) = (plan, cost);
        }
        return best;
    }

    private static RowPlan Make(int kind, ReadOnlySpan<int> row, ReadOnlySpan<int> reference)
    {
        var plan = new RowPlan(kind, row[0]);
        if (!reference.IsEmpty) plan = plan.WithSlope(row, reference);
        if (plan.IsSteps) return plan;
        // The level is the mean of what the other row leaves.
        var surprise = 0L;
        for (var i = 0; i < row.Length; i++) surprise += row[i] - plan.Expected(row, reference, i);
        return plan with { Start = plan.Start + (int)(surprise / row.Length) };
    }

    /// <summary>The slope of the least squares.</summary>
    private RowPlan WithSlope(ReadOnlySpan<int> row, ReadOnlySpan<int> reference)
    {
        long x = 0, y = 0, xx = 0, xy = 0;
        for (var i = 1; i < row.Length; i++)
        {
            var origin = IsSteps ? i - 1 : 0;
            long dx = reference[i] - reference[origin], dy = row[i] - row[origin];
            (x, y, xx, xy) = (x + dx, y + dy, xx + dx * dx, xy + dx * dy);
        }
        if (!IsSteps) (xx, xy) = (xx - x * x / row.Length, xy - x * y / row.Length);
        if (xx <= 0 || xy == 0) return this;
        var shift = Math.Clamp(SlopeBits - 1 + BitOperations.Log2((ulong)xx) - (int)Int128.Log2(Int128.Abs(xy)), 0, (1 << ShiftBits) - 1);
        var slope = ((Int128)xy << shift) / xx;
        return Int128.Abs(slope) > int.MaxValue ? this : this with { Slope = (int)slope, Shift = shift };
    }

    /// <summary>About how many bits it takes.</summary>
    private long Cost(ReadOnlySpan<int> row, ReadOnlySpan<int> reference)
    {
        var cost = reference.IsEmpty ? 0 : SlopeCost;
        for (var i = 1; i < row.Length; i++)
        {
            var surprise = row[i] - Expected(row, reference, i);
            cost += 32 - BitOperations.LeadingZeroCount((uint)(surprise << 1) ^ (uint)(surprise >> 31));
        }
        return cost;
    }
}

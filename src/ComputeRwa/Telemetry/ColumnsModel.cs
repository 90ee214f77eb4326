using System.Numerics;

namespace ComputeRwa.Telemetry;

/// <summary>
/// What is expected of each value, so that only the surprise is coded: docs/telemetry-format.md, "Columns of version 3". A value follows the one before it
/// or a level, and the GPU before it or its own SM-active by a slope. Arithmetic wraps at 32 bits on both sides.
/// </summary>
internal static class ColumnsModel
{
    /// <summary>Writes the columns, or fills them with what is read.</summary>
    /// <returns>false when a reader has met what no writer writes.</returns>
    public static bool Code<T>(ref T coder, int samples, IReadOnlyList<int[]> columns) where T : ICoder, allows ref struct
    {
        var active = new int[columns[0].Length];
        var other = new int[columns[0].Length];
        ReadOnlySpan<int> above = default;
        for (var c = 0; c < columns.Count; c++)
        {
            var (column, known, model) = (columns[c], c == 0 ? active : other, new ColumnModel());
            var unit = (int)CodeUnit(ref coder, T.IsWriter ? Unit(column) : 0);
            var hasGaps = coder.Bits(1, T.IsWriter && column.Contains(Columns.Missing) ? 1u : 0) == 1;
            for (var at = 0; at < column.Length; at += samples)
            {
                var row = column.AsSpan(at, samples);
                var whole = known.AsSpan(at, samples);
                if (hasGaps) CodeGaps(ref coder, model.Gaps, row, above);
                if (T.IsWriter) Fill(whole, row, unit);
                if (!CodeRow(ref coder, model, at == 0 ? default : known.AsSpan(at - samples, samples), c == 0 ? default : active.AsSpan(at, samples), hasGaps ? row : default, whole)) return false;
                if (!T.IsWriter) Show(row, whole, unit, hasGaps);
                above = row;
            }
        }
        return true;
    }

    /// <summary>The greatest whole number of which all values are multiples: meters that round leave gaps that need no bits.</summary>
    private static uint Unit(int[] column)
    {
        var unit = 0u;
        foreach (var value in column)
        {
            if (value == Columns.Missing) continue;
            for (var rest = (uint)Math.Abs((long)value); rest != 0;) (unit, rest) = (rest, unit % rest);
            if (unit == 1) break;
        }
        return Math.Max(unit, 1);
    }

    private static uint CodeUnit<T>(ref T coder, uint unit) where T : ICoder, allows ref struct
    {
        var bits = (int)coder.Bits(5, (uint)BitOperations.Log2(unit));
        return (1u << bits) | coder.Bits(bits, unit & ((1u << bits) - 1));
    }

    /// <summary>Which samples of a row are missing: most likely those that are in the row above, and those that follow another.</summary>
    private static void CodeGaps<T>(ref T coder, Odds[] odds, Span<int> row, ReadOnlySpan<int> above) where T : ICoder, allows ref struct
    {
        var before = 0;
        for (var i = 0; i < row.Length; i++)
        {
            var near = before + (!above.IsEmpty && above[i] == Columns.Missing ? 2 : 0);
            before = coder.Bit(ref odds[near], T.IsWriter && row[i] == Columns.Missing ? 1 : 0);
            if (!T.IsWriter) row[i] = before == 1 ? Columns.Missing : 0;
        }
    }

    /// <summary>A row in its unit, with what is missing as the value before it; at the start, as the first there is.</summary>
    private static void Fill(Span<int> whole, ReadOnlySpan<int> row, int unit)
    {
        var first = row.IndexOfAnyExcept(Columns.Missing);
        var value = first < 0 ? 0 : row[first] / unit;
        for (var i = 0; i < row.Length; i++) whole[i] = value = row[i] == Columns.Missing ? value : row[i] / unit;
    }

    private static void Show(Span<int> row, ReadOnlySpan<int> whole, int unit, bool hasGaps)
    {
        for (var i = 0; i < row.Length; i++)
            if (!hasGaps || row[i] != Columns.Missing) row[i] = whole[i] * unit;
    }

    /// <param name="gaps">where it is missing; empty when nothing is</param>
    private static bool CodeRow<T>(ref T coder, ColumnModel model, ReadOnlySpan<int> before, ReadOnlySpan<int> active, ReadOnlySpan<int> gaps, Span<int> whole) where T : ICoder, allows ref struct
    {
        var plan = model.Code(ref coder, T.IsWriter ? RowPlan.Choose(whole, before, active) : default);
        var reference = plan.Reference switch { 1 => before, 2 => active, _ => default };
        if (plan.Reference > 0 && reference.IsEmpty) return false;
        if (plan.IsStill) whole.Fill(plan.Start);
        else
            for (var i = 0; i < whole.Length; i++)
            {
                if (i == 0 && plan.IsSteps) whole[i] = plan.Start;
                else if (!gaps.IsEmpty && gaps[i] == Columns.Missing) whole[i] = i == 0 ? plan.Start : whole[i - 1];
                else
                {
                    var expected = plan.Expected(whole, reference, i);
                    whole[i] = expected + model.Values.Code(ref coder, whole[i] - expected);
                }
            }
        return true;
    }

    /// <summary>What the rows of a column have taught.</summary>
    private sealed class ColumnModel
    {
        private readonly Odds[] _kinds = new Odds[RowPlan.Kinds];
        private readonly Odds[] _shifts = new Odds[1 << RowPlan.ShiftBits];
        private readonly NumberModel _starts = new();
        private readonly NumberModel _slopes = new();
        private RowPlan _last;

        public NumberModel Values { get; } = new();

        public Odds[] Gaps { get; } = new Odds[4];

        public RowPlan Code<T>(ref T coder, RowPlan plan) where T : ICoder, allows ref struct
        {
            var kind = NumberModel.Tree(ref coder, _kinds, RowPlan.KindBits, plan.Kind);
            var start = _last.Start + _starts.Code(ref coder, plan.Start - _last.Start);
            var (shift, slope) = (0, _last.Slope);
            if (new RowPlan(kind, 0).Reference > 0)
            {
                shift = NumberModel.Tree(ref coder, _shifts, RowPlan.ShiftBits, plan.Shift);
                slope += _slopes.Code(ref coder, plan.Slope - slope);
            }
            return _last = new(kind, start, slope, shift);
        }
    }
}

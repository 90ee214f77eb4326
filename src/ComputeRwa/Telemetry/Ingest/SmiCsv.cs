using System.Globalization;
using System.Text;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry.Ingest;

/// <summary>
/// Reads what <c>nvidia-smi --query-gpu=… --format=csv</c> prints, with units or with <c>nounits</c>. Needed is the column <c>uuid</c>; taken are
/// <c>timestamp</c>, <c>utilization.gpu</c>, <c>power.draw</c> and <c>memory.used</c>, all others are stepped over. nvidia-smi has no SM-active.
/// <c>[N/A]</c>, <c>[Not Supported]</c> and every other word in brackets is a missing reading: in MIG mode utilisation is.
/// </summary>
internal static class SmiCsv
{
    private const int MostColumns = 1_000;

    /// <param name="at">unix milliseconds for a file without the column <c>timestamp</c>; null when the file must have it</param>
    /// <param name="offset">of the machine's local time, which nvidia-smi prints, from UTC</param>
    public static Result<Arrival> Read(ReadOnlySpan<byte> text, long? at, TimeSpan offset)
    {
        var arrival = new Arrival();
        Plan? plan = null;
        for (var line = 1; !text.IsEmpty; line++)
        {
            var end = text.IndexOf((byte)'\n');
            var row = (end < 0 ? text : text[..end]).Trim(" \t\r"u8);
            text = end < 0 ? default : text[(end + 1)..];
            if (row.IsEmpty) continue;
            if (plan is null)
            {
                if (!Plan.Of(row, at).Ok(out plan, out var error)) return error;
                continue;
            }
            if (arrival.Samples.Count + 3 > Arrival.MostSamples) return new Error("too-large", $"The file has more than {Arrival.MostSamples} samples.", []);
            if (ReadRow(row, plan, at ?? 0, offset, arrival) is var (column, why))
                return Malformed(string.Create(CultureInfo.InvariantCulture, $"line {line}, {column}"), why);
        }
        return plan is null ? Malformed("body", "it has no header line") : arrival;
    }

    private static Error Malformed(string where, string why) => new("malformed", $"The file cannot be read: {where}: {why}.", [new(where, why)]);

    private static (string Column, string Why)? ReadRow(ReadOnlySpan<byte> row, Plan plan, long at, TimeSpan offset, Arrival arrival)
    {
        Span<Range> cells = stackalloc Range[3 + 1];
        ReadOnlySpan<byte> uuid = default, time = default;
        Span<Range> values = cells[..3];
        values.Clear();
        var (column, start) = (0, 0);
        for (var i = 0; i <= row.Length; i++)
        {
            if (i < row.Length && row[i] != ',') continue;
            var cell = row[start..i].Trim(" \t"u8);
            if (column == plan.Uuid) uuid = cell;
            else if (column == plan.Time) time = cell;
            else
                for (var v = 0; v < plan.Values.Length; v++)
                    if (column == plan.Values[v].Index) values[v] = start..i;
            (column, start) = (column + 1, i + 1);
        }
        if (column != plan.Columns) return ("columns", string.Create(CultureInfo.InvariantCulture, $"there are {column}, and the header has {plan.Columns}"));
        if (plan.Time >= 0 && !TryTime(time, offset, out at)) return ("timestamp", "is no time such as 2026/07/14 08:12:38.696");
        var isKnown = SeriesLabels.TryGpu(uuid, out var gpu);
        if (!isKnown) arrival.WithoutGpu++;
        for (var v = 0; v < plan.Values.Length; v++)
        {
            var value = plan.Values[v];
            var cell = row[values[v]].Trim(" \t"u8);
            if (Read(cell, value, out var scaled) is not { } reading) return (value.Name, $"is no number of {value.Unit}, nor a word in brackets");
            if (isKnown) arrival.Add(new(gpu, value.Metric, 0, SeriesLabels.Slices), reading, scaled, at);
        }
        return null;
    }

    private static Reading? Read(ReadOnlySpan<byte> cell, Value value, out int scaled)
    {
        scaled = 0;
        if (cell.Length > 1 && cell[0] == '[' && cell[^1] == ']') return Reading.Missing;
        if (cell.SequenceEqual("N/A"u8)) return Reading.Missing;
        if (cell.EndsWith(value.UnitBytes)) cell = cell[..^value.UnitBytes.Length].TrimEnd(" "u8);
        return FixedPoint.OfText(cell, value.Metric.Scale, out scaled);
    }

    private static bool TryTime(ReadOnlySpan<byte> text, TimeSpan offset, out long at)
    {
        at = 0;
        if (text.Length is < 19 or > 23) return false;
        Span<char> chars = stackalloc char[text.Length];
        if (Encoding.ASCII.GetChars(text, chars) != text.Length) return false;
        if (!DateTime.TryParseExact(chars, text.Length == 19 ? "yyyy/MM/dd HH:mm:ss" : "yyyy/MM/dd HH:mm:ss.FFF", CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)) return false;
        at = (local - DateTime.UnixEpoch - offset).Ticks / TimeSpan.TicksPerMillisecond;
        return true;
    }

    /// <param name="Index">of the column</param>
    private sealed record Value(string Name, string Unit, Metric Metric, int Index)
    {
        public byte[] UnitBytes { get; } = Encoding.ASCII.GetBytes(Unit);
    }

    /// <summary>Which column is what.</summary>
    private sealed record Plan(int Columns, int Uuid, int Time, Value[] Values)
    {
        private static readonly Value[] Known =
        [
            new("utilization.gpu", "%", Metric.Find("DCGM_FI_DEV_GPU_UTIL"u8)!, -1),
            new("power.draw", "W", Metric.Find("DCGM_FI_DEV_POWER_USAGE"u8)!, -1),
            new("memory.used", "MiB", Metric.Find("DCGM_FI_DEV_FB_USED"u8)!, -1),
        ];

        public static Result<Plan> Of(ReadOnlySpan<byte> header, long? at)
        {
            if (header.Length > 64 * MostColumns) return Malformed("header", "it is too long");
            var names = Encoding.ASCII.GetString(header).Split(',');
            if (names.Length > MostColumns) return Malformed("header", $"it has more than {MostColumns} columns");
            var trimmed = names.Select(n => n.Trim()).ToList();
            var uuid = trimmed.FindIndex(n => n is "uuid" or "gpu_uuid");
            if (uuid < 0) return Malformed("header", "it has no column uuid; query uuid as well");
            var time = trimmed.IndexOf("timestamp");
            if (time < 0 && at is null) return Malformed("header", "it has no column timestamp; query timestamp as well, or name the time with ?at=");
            var values = new List<Value>();
            foreach (var known in Known)
            {
                var index = trimmed.FindIndex(n => n == known.Name || n.StartsWith(known.Name + " [", StringComparison.Ordinal));
                if (index < 0) continue;
                if (trimmed[index] != known.Name && trimmed[index] != $"{known.Name} [{known.Unit}]") return Malformed(known.Name, $"its unit must be {known.Unit}");
                values.Add(known with { Index = index });
            }
            if (values.Count == 0) return Malformed("header", "it has none of utilization.gpu, power.draw, memory.used");
            return new Plan(trimmed.Count, uuid, time, [.. values]);
        }
    }
}

using System.Globalization;

namespace ComputeRwa.Demo;

/// <summary>The copied data files (data/LICENSES.md). Decimals are read as whole hundredths or base units: no floating point.</summary>
internal static class DataFiles
{
    public static IEnumerable<Dictionary<string, string>> Csv(string file, string separator = ",") => Csv(Lines(file), separator);

    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "data", file));

    public static IEnumerable<Dictionary<string, string>> Csv(IReadOnlyList<string> lines, string separator)
    {
        var names = lines[0].Split(separator);
        return lines.Skip(1).Select(line => names.Zip(line.Split(separator)).ToDictionary(p => p.First, p => p.Second));
    }

    /// <summary>"12.34" with <paramref name="decimals"/> 2 is 1234; further digits are cut off.</summary>
    public static long Scaled(string text, int decimals)
    {
        var parts = text.Split('.');
        var fraction = (parts.Length > 1 ? parts[1] : "").PadRight(decimals, '0')[..decimals];
        return long.Parse(parts[0] + fraction, CultureInfo.InvariantCulture);
    }
}

/// <summary>A GPU as nvidia-smi describes it. Watts are whole milliwatts.</summary>
internal sealed record GpuKind(string Name, int MemoryMiB, int LimitMilliwatts, int IdleMilliwatts)
{
    /// <summary>Reads the first (idle) --query-gpu section of a capture.</summary>
    public static GpuKind Captured(string file)
    {
        var lines = DataFiles.Lines(file).SkipWhile(l => !l.StartsWith("timestamp,", StringComparison.Ordinal)).Take(2).ToArray();
        var row = DataFiles.Csv(lines, ", ").Single();
        return new(row["name"], (int)Scaled("memory.total [MiB]", 0), (int)Scaled("power.limit [W]", 3), (int)Scaled("power.draw [W]", 3));

        long Scaled(string column, int decimals) => DataFiles.Scaled(row[column].Split(' ')[0], decimals);
    }
}

/// <summary>
/// What a GPU-hour costs on a day: the median of the firm offers of gpurentalprices.com, after dropping rows whose provider could not be
/// fetched that day and was carried forward. Base units (millionths of a dollar), rounded down.
/// </summary>
internal static class Prices
{
    private static readonly string[] Firm = ["on-demand", "secure"];

    public static (long BaseUnits, int Offers) Median(string gpu, DateOnly day)
    {
        var date = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var offers = DataFiles.Csv("gpu_prices_daily.csv")
            .Where(r => r["date"] == date && r["gpu"] == gpu && Firm.Contains(r["kind"]) && r["fetched_at"].StartsWith(date, StringComparison.Ordinal))
            .Select(r => DataFiles.Scaled(r["usd_per_gpu_hour"], 6)).Order().ToList();
        if (offers.Count == 0) throw new DemoException($"The price file has no firm offer of {gpu} on {date}.");
        return ((offers[(offers.Count - 1) / 2] + offers[offers.Count / 2]) / 2, offers.Count);
    }
}

/// <summary>Watts per GPU of a model served at full batch on eight H100, as ML.ENERGY measured it. Milliwatts.</summary>
internal static class ServingPower
{
    public static int Milliwatts(string model) =>
        (int)DataFiles.Scaled(DataFiles.Csv("ml_energy_h100.csv").Single(r => r["model_id"] == model)["power_per_gpu_w"], 3);
}

/// <summary>One column of the AcmeTrace percentile file, in hundredths of a percent: at 1,001 percentiles, straight lines between.</summary>
internal sealed class Distribution
{
    private readonly int[] _values;

    public Distribution(string column) => _values = [.. DataFiles.Csv("acme_gpu_cdf.csv").Select(r => (int)DataFiles.Scaled(r[column], 2))];

    /// <param name="millionths">the percentile, 0 to 999,999</param>
    public int At(int millionths)
    {
        var (index, rest) = (millionths / 1000, millionths % 1000);
        return _values[index] + (_values[index + 1] - _values[index]) * rest / 1000;
    }
}

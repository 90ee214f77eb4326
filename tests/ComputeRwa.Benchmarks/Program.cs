using System.Globalization;
using System.Runtime.InteropServices;
using ComputeRwa.Benchmarks.Telemetry;

namespace ComputeRwa.Benchmarks;

/// <summary>Measures what the product has a budget for, as far as it exists. Figures belong to the machine that is named above them.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (args is [Relay.Mode, .. var rest])
        {
            await Relay.Run(rest);
            return 0;
        }
        if (args is not ([] or ["full"] or ["chain"] or ["telemetry"] or ["full", "telemetry"]))
        {
            await Console.Error.WriteLineAsync(
                """
                usage: ./scripts/bench.sh [full | chain | [full] telemetry]
                  full    closes an epoch of 1,000,000 leases as well
                  chain   only what goes to the chain and comes back from it
                  telemetry  samples made durable and bytes stored, beside others; with full, of four times as many samples
                """);
            return 2;
        }
        var full = args is ["full", ..];
        Console.WriteLine($"{Environment.ProcessorCount} cores, {RuntimeInformation.OSArchitecture}, .NET {Environment.Version}");
        if (args is [.., "telemetry"])
        {
            await TelemetryTable.Measure(full);
            return 0;
        }
        Line("what", "measured", "budget");
        if (args is [.., "chain"])
        {
            string[] engines = ["PostgreSQL", "SQLite"];
            await Backfill.Measure(engines, [50_000, 500_000]);
            await Sending.Measure(engines);
            return 0;
        }
        foreach (var leases in full ? [1_000, 10_000, 100_000, 1_000_000] : new[] { 1_000, 10_000, 100_000 }) Closing.Measure(leases);
        await Ingest.Measure();
        return 0;
    }

    public static void Line(string what, string measured, string budget) => Console.WriteLine($"{what,-60} {measured,22}   {budget}");

    public static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.000} s");

    public static string Rate(double perSecond, string of) => string.Create(CultureInfo.InvariantCulture, $"{perSecond:N0} {of}/s");
}

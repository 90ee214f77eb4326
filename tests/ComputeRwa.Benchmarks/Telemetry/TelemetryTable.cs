using System.Globalization;

namespace ComputeRwa.Benchmarks.Telemetry;

/// <summary>One table: samples made durable a second and bytes stored for each, ours and others', in one run.</summary>
internal static class TelemetryTable
{
    public static async Task Measure(bool full)
    {
        var (nodes, batches) = full ? (64, 80) : (32, 40);
        var long_ = FleetData.Make(nodes, batches, 600);
        var short_ = FleetData.Make(nodes, batches * 8, 60);
        var exported = Writing.Fleet();
        var rows = new List<Stored>();
        foreach (var engine in new[] { "SQLite", "PostgreSQL" })
        {
            rows.Add(await Storing.Measure(engine, long_));
            rows.Add(await Storing.Measure(engine, short_));
            foreach (var shards in new[] { 4, 16 }) rows.Add(await Writing.Measure(engine, exported, shards));
        }
        rows.Add(await Peers.Copy(long_));
        if (Environment.GetEnvironmentVariable("COMPUTERWA_VICTORIA") is { Length: > 0 } victoria && victoria.Split(' ') is [var url, var folder])
            rows.Add(await Peers.Victoria(new(url), folder, long_));
        else Console.WriteLine("VictoriaMetrics is left out: scripts/bench.sh starts one and says where it is");
        Print(rows);
        Console.WriteLine(Storing.ByColumn(long_));
        foreach (var fleet in new[] { long_, short_ }) Console.WriteLine(Storing.ByStep(fleet));
        Console.WriteLine(Writing.ByStep(exported));
        foreach (var engine in new[] { "SQLite", "PostgreSQL" }) await Asking.Measure(engine);
    }

    private static void Print(List<Stored> rows)
    {
        var first = rows[0];
        Console.WriteLine($"{"GPU samples made durable",-52} {"samples/s",12} {"of goal",8} {"ours/this",9} {"bytes each",11} {"this/ours",9}");
        foreach (var row in rows)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{row.What,-52} {row.PerSecond,12:N0} {row.PerSecond / row.Goal,7:0.0}× {first.PerSecond / row.PerSecond,8:0.0}× {row.BytesEach,11:0.00} {row.BytesEach / first.BytesEach,8:0.0}×"));
            Console.WriteLine($"    {row.Note}");
        }
    }
}

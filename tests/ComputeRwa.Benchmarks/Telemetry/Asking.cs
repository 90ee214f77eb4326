using System.Diagnostics;
using ComputeRwa.Db;
using ComputeRwa.EndToEnd;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;

namespace ComputeRwa.Benchmarks.Telemetry;

/// <summary>What is asked of stored telemetry: a chart of a GPU's month, and the sums of one epoch of a whole fleet, lease by lease.</summary>
internal static class Asking
{
    private const int Nodes = 12_500;
    private const int Hours = 24;
    private const int Days = 30;
    private const long FirstEpoch = 20_000;
    private const int Charts = 20;

    private static readonly EpochLength Day = new(86_400);

    public static async Task Measure(string engine)
    {
        var folder = Directory.CreateTempSubdirectory("computerwa-bench-");
        var url = engine == "SQLite" ? $"sqlite:{Path.Combine(folder.FullName, "computerwa.db")}" : await Postgres.CreateDatabase();
        try
        {
            using var database = new Database(url);
            await Migrator.Migrate(database, DateTimeOffset.UtcNow);
            await Fill(database);
            if (engine != "SQLite") await Postgres.Ask(url, "ANALYZE");
            Program.Line($"a GPU's month at hourly steps, batches of 10 minutes, {engine}", Program.Seconds(await Chart(database)), "≤ 0.050 s");
            Program.Line($"sums of one epoch for {Nodes * FleetData.Gpus:N0} GPUs, {Nodes:N0} leases, {engine}", Program.Seconds(await Sum(database)), "≤ 10 s");
        }
        finally
        {
            folder.Delete(recursive: true);
            if (engine != "SQLite") await Postgres.DropDatabase(url);
        }
    }

    private static NodeId Id(int node) => NodeId.From($"{NodeId.Prefix}_{node:x32}");

    /// <summary>One node's month in batches of ten minutes, and one day of all the others in batches of an hour.</summary>
    private static async Task Fill(Database database)
    {
        await using (var tx = database.Write())
        {
            await new Bulk<int>("INSERT INTO nodes").Text("id", n => Id(n).Value).Text("provider_id", _ => "provider").Text("site_id", _ => "site").Text("name", n => $"node {n}")
                .Text("gpu_model", _ => FleetData.Model).Text("node_key", n => $"0x{n:x40}").Number("created_at", _ => 0).Insert(tx, [.. Enumerable.Range(0, Nodes)]);
            await tx.Commit();
        }
        var samples = FleetData.Make(1, 8, 60)[0].Batches.ToArray();
        foreach (var days in Enumerable.Range(0, Days).Chunk(5)) await Store(database, days.SelectMany(d => Enumerable.Range(0, 144).Select(b => Batch(0, d * 144 + b, FirstEpoch + d, b * 600, 10, samples[b % 8]))));
        foreach (var nodes in Enumerable.Range(1, Nodes - 1).Chunk(250))
            await Store(database, nodes.SelectMany(n => Enumerable.Range(0, Hours).Select(h => Batch(n, h, FirstEpoch, h * 3_600, 60, samples[(n + h) % 8]))));
    }

    private static async Task Store(Database database, IEnumerable<ReadyBatch> batches)
    {
        await using var tx = database.Write();
        foreach (var (result, i) in (await TelemetryStore.AppendAll(tx, [.. batches], DateTimeOffset.UtcNow))!.Select((r, i) => (r, i)))
            if (!result.Ok(out _, out var error)) throw new InvalidOperationException($"{i}: {error.Message}");
        await tx.Commit();
    }

    /// <summary>Nothing here looks at hashes but that each names the one before.</summary>
    private static ReadyBatch Batch(int node, int sequence, long epoch, long second, int step, Columns columns)
    {
        var from = epoch * Day.Seconds + second;
        var packed = Packed.GetValueOrDefault(columns) ?? (Packed[columns] = ColumnsCodec.Compress(columns));
        return new(
            new(Id(node), sequence, epoch, from, step, columns.Samples, sequence == 0 ? Hash32.Zero : Hash32.Of(sequence - 1 + node * 1_000_000L + 1), Hash32.Of(sequence + node * 1_000_000L + 1), Signature),
            new(Rollup.ToBytes(Rollup.Of(columns, from, step, Curtailment.None)), packed));
    }

    private static readonly string Signature = "0x" + new string('5', 130);
    private static readonly Dictionary<Columns, byte[]> Packed = new(ReferenceEqualityComparer.Instance);

    /// <summary>The median of a few, the first one left out.</summary>
    private static async Task<TimeSpan> Chart(Database database)
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i <= Charts; i++)
        {
            var watch = Stopwatch.StartNew();
            await using var tx = database.Read();
            var sums = await SeriesStore.Read(tx, Id(0), new(FirstEpoch * Day.Seconds, (FirstEpoch + Days) * Day.Seconds, 3_600, i % FleetData.Gpus), Day);
            if (sums.Count != Days * 24 || sums.Any(s => s.Available == 0)) throw new InvalidOperationException("The month has holes.");
            times.Add(watch.Elapsed);
        }
        return times.Skip(1).Order().ElementAt(Charts / 2);
    }

    private static async Task<TimeSpan> Sum(Database database)
    {
        var watch = Stopwatch.StartNew();
        await using var tx = database.Read();
        for (var node = 1; node < Nodes; node++)
        {
            LetGpu[] gpus = [.. Enumerable.Range(0, FleetData.Gpus).Select(g => new LetGpu(Id(node), $"{g}", g))];
            if ((await MeteringStore.Measure(tx, gpus, FirstEpoch, Day, [])).BatchesUsed.Count != Hours) throw new InvalidOperationException("Batches are missing.");
        }
        return watch.Elapsed;
    }
}

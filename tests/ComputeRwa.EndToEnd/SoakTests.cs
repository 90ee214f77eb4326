using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace ComputeRwa.EndToEnd;

/// <summary>Signed telemetry for a long time, with PostgreSQL killed once: flat memory, and every batch that was answered as stored is there.</summary>
[Trait("group", "telemetry")]
[Trait("profile", "full")]
public sealed class SoakTests(ITestOutputHelper output)
{
    private const double MostGrowth = 1.2;

    private static readonly TimeSpan Length = TimeSpan.FromSeconds(int.Parse(SoakFact.Seconds ?? "900", CultureInfo.InvariantCulture));
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Peak = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(2);

    [SoakFact]
    public async Task Half_the_peak_rate_with_the_database_killed_once()
    {
        await using var server = await PostgresServer.Start();
        await using var api = await ApiProcess.Start("PostgreSQL", server);
        var fleet = await SoakFleet.Register(api);
        await fleet.Send(WarmUp);
        var watch = Stopwatch.StartNew();
        var peak = await fleet.Send(Peak) / watch.Elapsed.TotalSeconds;

        watch.Restart();
        var (memory, recovery) = (new List<long>(), TimeSpan.Zero);
        var sending = fleet.Send(Length, peak / 2);
        while (!sending.IsCompleted)
        {
            await Task.WhenAny(sending, Task.Delay(TimeSpan.FromSeconds(1)));
            memory.Add(api.Memory);
            if (recovery != TimeSpan.Zero || watch.Elapsed < Length / 2) continue;
            await server.Kill();
            var killed = Stopwatch.StartNew();
            await Task.Delay(Away);
            await server.GoOn();
            recovery = killed.Elapsed;
        }
        var (sent, took) = (await sending, watch.Elapsed);
        var (middle, last) = (Mean(memory.Skip(memory.Count / 3).Take(memory.Count / 3)), Mean(memory.Skip(memory.Count * 2 / 3)));
        var stored = await Stored(api);
        var lost = fleet.Answered.Count(a => !stored.Contains($"{a.Value.Node} {a.Value.Sequence} {a.Key}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"soak on PostgreSQL: {took.TotalSeconds:0} s at {sent / took.TotalSeconds:N0} samples/s, half of {peak:N0}, {fleet.Answered.Count:N0} batches of {fleet.Nodes} nodes, killed once and back after {recovery.TotalSeconds:0.0} s, "
            + $"{fleet.TurnedAway} requests sent again, {lost} lost, memory {middle / (1 << 20):0} MiB and then {last / (1 << 20):0} MiB, {api.PeakMemory >> 20} MiB at most"));
        Assert.NotEqual(TimeSpan.Zero, recovery);
        Assert.True(fleet.TurnedAway > 0, "nobody noticed that the database was killed");
        Assert.Equal(0, lost);
        Assert.Equal(stored.Count, fleet.Answered.Count);
        Assert.Equal($"{stored.Count}", await Postgres.Ask(api.Database, "SELECT SUM(batches) FROM telemetry_samples"));
        Assert.True(last <= MostGrowth * middle, $"memory grew from {middle:N0} to {last:N0} bytes");
        Assert.True(sent / took.TotalSeconds > peak / 2 * 0.9, "the rate was not held");
    }

    private static double Mean(IEnumerable<long> values) => values.Average();

    /// <summary>Every batch that PostgreSQL has: node, number and hash.</summary>
    private static async Task<HashSet<string>> Stored(ApiProcess api) =>
        [.. await Postgres.List(api.Database, "SELECT node_id || ' ' || sequence || ' ' || encode(hash, 'hex') FROM telemetry_batches")];
}

/// <summary>In the full profile, or when COMPUTERWA_SOAK_SECONDS says how long.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SoakFact : FactAttribute
{
    public static string? Seconds => Environment.GetEnvironmentVariable("COMPUTERWA_SOAK_SECONDS") is { Length: > 0 } seconds ? seconds : null;

    public SoakFact()
    {
        if (!Repository.FullProfile && Seconds is null) Skip = "takes 15 minutes: in the full profile, or for COMPUTERWA_SOAK_SECONDS";
    }
}

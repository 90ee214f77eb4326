using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using ComputeRwa.Telemetry.Ingest;
using ComputeRwa.Tests.Support;
using static ComputeRwa.Tests.Telemetry.Ingest.IngestWorld;

namespace ComputeRwa.Tests.Telemetry.Ingest;

/// <summary>The recipes of docs/telemetry.md against a real API; Prometheus and vmagent are Debian's own.</summary>
[Trait("engine", "both")]
[StartsEarly(6)]
public sealed class RecipeTests(IngestWorld world) : IClassFixture<IngestWorld>, IAsyncLifetime
{
    private const int Step = 2;
    private FleetClient _fleet = null!;

    public async Task InitializeAsync() => _fleet = await FleetClient.Join(world.App);

    public Task DisposeAsync()
    {
        _fleet.Dispose();
        return Task.CompletedTask;
    }

    [NeedsCollector("prometheus")]
    public Task A_real_prometheus_pushes_what_it_scrapes() => Pushes("prometheus", "Prometheus");

    [NeedsCollector("vmagent")]
    public Task A_real_vmagent_pushes_what_it_scrapes() => Pushes("vmagent", "vmagent");

    private async Task Pushes(string collector, string section)
    {
        var node = await _fleet.AddNode(FleetClient.NextNumber(), 1);
        await using var exporter = await Exporter.Start(node.GpuUuids[0]);
        await using var recorder = await Recorder.Start(world.App.Http.BaseAddress!);
        var folder = Directory.CreateTempSubdirectory($"computerwa-{collector}-").FullName;
        try
        {
            // In the shell's place, so that ending the one ends the other.
            await using var running = new Recipe(section, $"{collector}() {{ exec \"$COLLECTOR\" \"$@\"; }}", new(Environment(node.Id.Value))
            {
                ["API"] = recorder.Url, ["COLLECTOR"] = await NeedsCollectorAttribute.Find(collector), ["STEP"] = $"{Step}", ["EXPORTERS"] = exporter.Url.Authority, ["DIR"] = folder, ["PORT"] = "0",
            });
            var patience = Stopwatch.StartNew();
            while (exporter.Scrapes < 6 || await world.InboxRows(_fleet) == 0)
            {
                Assert.True(!running.HasEnded && patience.Elapsed < TimeSpan.FromSeconds(60), $"{exporter.Scrapes} scrapes; {running.Output}");
                await Task.Delay(100);
            }
            await running.Stop(); // it sends what it has left
            await FleetClient.Ok(await _fleet.Http.DeleteAsync($"/v1/nodes/{node.Id}/ingest"));

            var batches = new List<JsonNode>();
            for (var epoch = Samples.Day.EpochOf(DateTimeOffset.UtcNow) - 1; epoch <= Samples.Day.EpochOf(DateTimeOffset.UtcNow); epoch++) batches.AddRange(await world.Batches(node, epoch));
            Assert.All(batches, b => Assert.Equal(Step, (int)b["stepSeconds"]!));
            // All that was pushed is there, each in the step of its time. Of what was scraped all is pushed, but the last that was under way when it ended.
            var power = Column(batches, "powerMilliwatts").ToList();
            var pushed = recorder.Pushed();
            Assert.Equal(InSteps(pushed), batches.SelectMany(b => b["columns"]!["powerMilliwatts"]![0]!.AsArray().Select((v, i) => ((long)b["from"]! + i * Step, Value: (int?)v))).Where(v => v.Value is not null));
            Assert.Equal("", recorder.Refused());
            Assert.True(pushed.Count >= exporter.Scrapes - 1 && pushed.Count <= exporter.Scrapes, $"{exporter.Scrapes} scrapes, pushed: {string.Join(", ", pushed.Select(s => $"{s.Value} at {s.At}"))}; {running.Output}");
            Assert.Equal(Enumerable.Range(0, pushed.Count).Select(i => 100_500 + 1_000 * i), pushed.Select(s => s.Value));
            foreach (var (column, expected) in ((string, int)[])[("smActiveBps", 8_765), ("gpuUtilPct", 0), ("memoryMiB", 0)])
                Assert.Equal(power.Select(p => p is null ? null : (int?)expected), Column(batches, column));
            Assert.DoesNotContain("level=error", running.Output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The step that its time lies in, or the nearest where a window's first comes within a fiftieth of a step of the grid's lines; of two in one step the later.</summary>
    private static IEnumerable<(long At, int? Value)> InSteps(List<Sample> pushed) =>
        pushed.GroupBy(s => s.At / (IngestSettings.WindowSeconds * 1_000)).SelectMany(window =>
        {
            var shift = window.First().At % (Step * 1_000) is >= Step * 20 and <= Step * 980 ? 0 : Step * 500;
            var last = (window.Key + 1) * IngestSettings.WindowSeconds - Step;
            return window.GroupBy(s => Math.Min((s.At + shift) / (Step * 1_000) * Step, last)).Select(step => (step.Key, (int?)step.Last().Value));
        });

    [Fact]
    public async Task What_nvidia_smi_prints_is_imported()
    {
        var node = await AddNode(_fleet, 1);
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, Encoding.UTF8.GetString(Captures.Read("nvidia-smi_h100_load.csv")).Replace(Captures.MaskedGpu, node.GpuUuids[0], StringComparison.Ordinal));
        await using var recipe = new Recipe("Files", "nvidia-smi() { cat \"$CAPTURED\"; }", new(Environment(node.Id.Value)) { ["CAPTURED"] = file, ["TZ"] = "UTC-2" });
        Assert.True(await recipe.Wait() == 0, recipe.Output);
        File.Delete(file);
        Assert.Contains("{\"stored\":3,", recipe.Output, StringComparison.Ordinal);
        await world.Finish(_fleet);
        var at = DateTimeOffset.Parse("2026-07-14T06:12:45Z", null); // two hours east of Greenwich it was 08:12:53
        var batch = Assert.Single(await world.Batches(node, Samples.Day.EpochOf(at)));
        Assert.Equal((at.ToUnixTimeSeconds(), 631_950), ((long)batch["from"]!, (int)batch["columns"]!["powerMilliwatts"]![0]![0]!));
    }

    private Dictionary<string, string> Environment(string node) => new()
    {
        ["API"] = world.App.Http.BaseAddress!.OriginalString.TrimEnd('/'), ["NODE"] = node, ["KEY"] = _fleet.Http.DefaultRequestHeaders.Authorization!.Parameter!,
    };

    private static IEnumerable<int?> Column(List<JsonNode> batches, string column) => batches.SelectMany(b => b["columns"]![column]![0]!.AsArray()).Select(v => (int?)v);
}

/// <summary>Where there is neither the collector nor a Debian to fetch it from, the test is skipped, and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsCollectorAttribute : FactAttribute
{
    public NeedsCollectorAttribute(string collector)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        if (!folders.Any(f => File.Exists(Path.Combine(f, collector)) || File.Exists(Path.Combine(f, "apt-get")))) Skip = $"This machine has neither {collector} nor apt-get to fetch it with.";
    }

    public static async Task<string> Find(string collector)
    {
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(Recipe.Root, "scripts/collector.sh"), [collector]) { RedirectStandardOutput = true })!;
        var path = (await process.StandardOutput.ReadToEndAsync()).Trim();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? path : throw new InvalidOperationException("scripts/collector.sh failed; .run/logs/apt.log says why.");
    }
}

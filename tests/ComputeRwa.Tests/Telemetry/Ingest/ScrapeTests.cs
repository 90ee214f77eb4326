using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ComputeRwa.Tests.Support;
using Microsoft.AspNetCore.Http;
using static ComputeRwa.Tests.Telemetry.Ingest.IngestWorld;

namespace ComputeRwa.Tests.Telemetry.Ingest;

[Trait("engine", "both")]
[StartsEarly(4)]
public sealed class ScrapeTests(IngestWorld world) : IClassFixture<IngestWorld>, IAsyncLifetime
{
    private FleetClient _fleet = null!;

    private string Scrapes => $"/v1/sites/{_fleet.SiteId}/scrapes";

    public async Task InitializeAsync() => _fleet = await FleetClient.Join(world.App);

    public Task DisposeAsync()
    {
        _fleet.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task An_exporter_is_asked_by_the_recipe_and_its_figures_become_batches()
    {
        var node = await _fleet.AddNode(FleetClient.NextNumber(), 1);
        await using var exporter = await Exporter.Start(node.GpuUuids[0]);
        await using var recipe = new Recipe("Scrape", "", new()
        {
            ["API"] = world.App.Http.BaseAddress!.OriginalString.TrimEnd('/'), ["NODE"] = node.Id.Value, ["SITE"] = _fleet.SiteId, ["EXPORTER"] = exporter.Url.Authority, ["STEP"] = "1",
            ["KEY"] = _fleet.Http.DefaultRequestHeaders.Authorization!.Parameter!,
        });
        Assert.True(await recipe.Wait() == 0, recipe.Output);
        var shown = await Until(s => (long?)s["lastSamples"] == 4 && exporter.Scrapes >= 4);
        Assert.Null((string?)shown["lastError"]);
        await FleetClient.Ok(await _fleet.Http.PutAsJsonAsync($"{Scrapes}/{shown["id"]}", new { intervalSeconds = 1, enabled = false }));
        await Task.Delay(2_500); // what was under way has ended
        var scrapes = exporter.Scrapes;
        await world.Finish(_fleet);

        var batches = new List<JsonNode>();
        for (var epoch = Samples.Day.EpochOf(DateTimeOffset.UtcNow) - 1; epoch <= Samples.Day.EpochOf(DateTimeOffset.UtcNow); epoch++) batches.AddRange(await world.Batches(node, epoch));
        var power = batches.SelectMany(b => b["columns"]!["powerMilliwatts"]![0]!.AsArray()).Select(v => (int?)v).ToList();
        // Asked about once a second, on a machine that may be busy: of two answers in one second the later counts.
        var expected = Enumerable.Range(0, scrapes).Select(i => 100_500 + 1_000 * i).ToList();
        var stored = power.Where(p => p is not null).Select(p => p!.Value).ToList();
        Assert.Equal(stored.Order(), stored);
        Assert.Subset(expected.ToHashSet(), stored.ToHashSet());
        Assert.Equal(expected[^1], stored[^1]);
        Assert.InRange(stored.Count, 2, scrapes);
        Assert.Equal(power.Select(p => p is null ? null : (int?)8_765), batches.SelectMany(b => b["columns"]!["smActiveBps"]![0]!.AsArray()).Select(v => (int?)v));
        Assert.Equal(HttpStatusCode.NoContent, (await _fleet.Http.DeleteAsync($"{Scrapes}/{shown["id"]}")).StatusCode);
        Assert.Empty((await _fleet.Get(Scrapes))["items"]!.AsArray());
    }

    [Theory]
    [InlineData("html", "Line 1 cannot be read")]
    [InlineData("status", "it answered with status 503")]
    [InlineData("redirect", "it answered with status 302")]
    [InlineData("announced", "larger than 16777216 bytes")]
    [InlineData("endless", "larger than 16777216 bytes")]
    [InlineData("slow", "it did not answer in 1000 ms")]
    [InlineData("gone", "refused")]
    public async Task What_an_exporter_does_wrong_is_told_where_it_is_listed(string what, string error)
    {
        await using var exporter = await Exporter.Start(Samples.Uuid(1, 1));
        var asked = 0;
        exporter.Instead = async http =>
        {
            asked++;
            switch (what)
            {
                case "html": await http.Response.WriteAsync("<html>"); break;
                case "status": http.Response.StatusCode = 503; break;
                case "redirect": http.Response.Redirect("/elsewhere"); break;
                case "announced": http.Response.ContentLength = 1L << 40; await http.Response.StartAsync(); break;
                case "endless":
                    while (!http.RequestAborted.IsCancellationRequested) await http.Response.Body.WriteAsync(new byte[1 << 20], http.RequestAborted);
                    break;
                default: await Task.Delay(Timeout.Infinite, http.RequestAborted); break;
            }
        };
        var url = what == "gone" ? new Uri("http://127.0.0.1:1/") : exporter.Url;
        await FleetClient.Ok(await _fleet.Http.PostAsJsonAsync(Scrapes, new { url = new Uri(url, "/metrics"), intervalSeconds = what == "endless" ? 5 : 1 })); // 16 MiB take their time on a busy machine
        var shown = await Until(s => s["lastError"] is not null);
        Assert.Contains(error, (string)shown["lastError"]!, StringComparison.Ordinal);
        Assert.Null(shown["lastSuccessAt"]);
        Assert.True(asked > 0 || what == "gone");
        Assert.Equal(HttpStatusCode.NoContent, (await _fleet.Http.DeleteAsync($"{Scrapes}/{shown["id"]}")).StatusCode);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://127.0.0.1/")]
    [InlineData("metrics")]
    [InlineData("http://user:word@127.0.0.1/")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://[::1]:9400/metrics")]
    [InlineData("http://[::ffff:10.0.0.1]/metrics")]
    [InlineData("http://0x0a000001/metrics")]
    [InlineData("http://167772161/metrics")]
    public async Task An_address_outside_of_the_allowed_networks_is_refused(string url) =>
        await FleetClient.Refused(HttpStatusCode.BadRequest, "invalid", "url", await _fleet.Http.PostAsJsonAsync(Scrapes, new { url, intervalSeconds = 15 }));

    /// <summary>A name may resolve to anything at any time, so it is judged by the address when the connection is made.</summary>
    [Fact]
    public async Task A_name_is_judged_by_the_address_that_is_connected_to()
    {
        using var elsewhere = new ComputeRwa.Telemetry.Ingest.ScrapeClient(Networks("10.0.0.0/8"));
        using var here = new ComputeRwa.Telemetry.Ingest.ScrapeClient(Networks("10.0.0.0/8, 127.0.0.1/32"));
        await using var exporter = await Exporter.Start(Samples.Uuid(1, 2));
        var url = new Uri($"http://localhost:{exporter.Url.Port}/metrics");
        Assert.False((await elsewhere.Ask(url, TimeSpan.FromSeconds(10), default)).Ok(out _, out var error));
        Assert.Equal("localhost lies in no network that this server may ask", error.Message);
        Assert.Equal(0, exporter.Scrapes);
        Assert.True((await here.Ask(url, TimeSpan.FromSeconds(10), default)).Ok(out _, out error), error?.Message);
        Assert.Equal(1, exporter.Scrapes);
    }

    [Fact]
    public async Task A_site_s_exporters_are_its_provider_s_business()
    {
        var request = new { url = "http://127.0.0.1:1/metrics", intervalSeconds = 300 };
        var id = (string)(await FleetClient.Ok(await _fleet.Http.PostAsJsonAsync(Scrapes, request)))["id"]!;
        await FleetClient.Refused(HttpStatusCode.Conflict, "duplicate-name", "url", await _fleet.Http.PostAsJsonAsync(Scrapes, request));
        await FleetClient.Refused(HttpStatusCode.BadRequest, "invalid", "intervalSeconds", await _fleet.Http.PostAsJsonAsync(Scrapes, new { url = "http://127.0.0.1:2/", intervalSeconds = 0 }));
        using var other = await FleetClient.Join(world.App);
        await FleetClient.Refused(HttpStatusCode.Forbidden, "forbidden", "id", await other.Http.PostAsJsonAsync(Scrapes, request));
        await FleetClient.Refused(HttpStatusCode.Forbidden, "forbidden", "id", await other.Http.GetAsync(Scrapes));
        await FleetClient.Refused(HttpStatusCode.NotFound, "not-found", null, await other.Http.DeleteAsync($"/v1/sites/{other.SiteId}/scrapes/{id}"));
        Assert.Single((await _fleet.Get(Scrapes))["items"]!.AsArray());
    }

    private static ComputeRwa.Telemetry.Ingest.ScrapeNetworks Networks(string text) => ComputeRwa.Telemetry.Ingest.ScrapeNetworks.Read(
        new Microsoft.Extensions.Configuration.ConfigurationManager { ["Ingest:ScrapeNetworks"] = text });

    private async Task<JsonNode> Until(Func<JsonNode, bool> holds)
    {
        var patience = Stopwatch.StartNew();
        while (true)
        {
            var shown = (await _fleet.Get(Scrapes))["items"]!.AsArray().Single()!;
            if (holds(shown)) return shown;
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(40), shown.ToJsonString());
            await Task.Delay(100);
        }
    }
}

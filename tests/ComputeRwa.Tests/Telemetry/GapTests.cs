using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;
using ComputeRwa.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeRwa.Tests.Telemetry;

/// <summary>Over HTTP: batches that wait, and what is missing.</summary>
[Collection(SharedApi.Name)]
[Trait("engine", "both")]
public sealed class GapTests(SharedApi shared) : IAsyncLifetime
{
    private FleetClient _fleet = null!;

    public async Task InitializeAsync() => _fleet = await FleetClient.Join(shared.App);

    public Task DisposeAsync()
    {
        _fleet.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_batch_that_comes_too_early_waits_is_shown_and_is_a_link_when_the_gap_is_closed()
    {
        var (node, chain) = await NewChain(7, Yesterday);
        Assert.Equal("202 waiting attested", await Post(chain[1]));
        Assert.Equal("202 waiting attested", await Post(chain[1]));
        Assert.Equal("202 waiting attested", await Post(chain[2]));
        Assert.Equal("202 waiting attested", await Post(chain[5]));
        // What waits counts for nothing: no rollup, no position, no batch.
        var epoch = Yesterday / 86_400;
        Assert.Equal((0, 0, 0), ((int)(await _fleet.Get($"/v1/nodes/{node.Id}/telemetry"))["nextSequence"]!, (int)(await _fleet.Get($"/v1/nodes/{node.Id}/rollups?epoch={epoch}"))["batches"]!, (await Items(node, "batches")).Count));
        var gaps = await _fleet.Get($"/v1/nodes/{node.Id}/gaps");
        Assert.Equal("0-0<1-2 3-4<5-5", Missing(gaps));
        Assert.Equal((chain[1].From, chain[2].From.AddMinutes(10)), (Time(gaps["missing"]![0]!["behind"]!["from"]), Time(gaps["missing"]![0]!["behind"]!["to"])));
        Assert.Null(gaps["holes"]);

        Assert.Equal("201 accepted attested", await Post(chain[0]));
        Assert.Equal("200 duplicate attested", await Post(chain[2]));
        Assert.Equal("3-4<5-5", Missing(await _fleet.Get($"/v1/nodes/{node.Id}/gaps")));
        Assert.Equal("201 accepted attested", await Post(chain[3]));
        Assert.Equal("201 accepted attested", await Post(chain[4]));
        Assert.Equal("201 accepted attested", await Post(chain[6]));
        Assert.Equal("", Missing(await _fleet.Get($"/v1/nodes/{node.Id}/gaps")));
        Assert.Equal(chain.Select(c => (c.Sequence, c.Signature)), (await Items(node, "batches")).Select(b => ((long)b!["sequence"]!, (string?)b["signature"])));
        Assert.Equal(7, (int)(await _fleet.Get($"/v1/nodes/{node.Id}/rollups?epoch={epoch}"))["batches"]!);
    }

    [Fact]
    public async Task What_waited_when_its_epoch_was_closed_is_listed_with_the_reason_and_told_to_the_feed()
    {
        // An epoch that no other test has.
        var start = (Yesterday / 86_400 - 5_000 - FleetClient.NextNumber()) * 86_400;
        var (node, chain) = await NewChain(4, start);
        Assert.Equal("201 accepted attested", await Post(chain[0]));
        Assert.Equal("202 waiting attested", await Post(chain[2]));
        await shared.App.Scratch.Write(tx => TelemetryStore.CloseEpoch(tx, start / 86_400, Samples.Now));
        Assert.Equal("", Missing(await _fleet.Get($"/v1/nodes/{node.Id}/gaps")));
        var refused = Assert.Single(await Items(node, "batches/refused"))!;
        Assert.Equal((2, chain[2].From), ((int)refused["sequence"]!, Time(refused["from"])));
        Assert.StartsWith("epoch-closed: ", (string)refused["reason"]!, StringComparison.Ordinal);
        var told = Assert.Single((await shared.App.Get($"/v1/events?subject={node.Id}&limit=500"))["items"]!.AsArray(), e => (string)e!["type"]! == "telemetry.waiting-refused")!;
        Assert.Equal((1, 2), ((int)told["data"]!["batches"]!, (int)told["data"]!["firstSequence"]!));
        await FleetClient.Refused(HttpStatusCode.Conflict, "epoch-closed", "from", await _fleet.Post(chain[2]));
    }

    [Fact]
    public async Task Another_batch_for_a_number_that_waits_is_a_conflict()
    {
        var (node, chain) = await NewChain(2, Yesterday);
        Assert.Equal("202 waiting attested", await Post(chain[1]));
        var other = Samples.Signed(node, _key, 1, chain[1].From.ToUnixTimeSeconds(), 60, Hash32.Of(7), Samples.Random(new(99), 1, 10));
        await FleetClient.Refused(HttpStatusCode.Conflict, "conflict", "sequence", await _fleet.Post(other));
        Assert.Equal("201 accepted attested", await Post(chain[0]));
        Assert.Equal(2, (int)(await _fleet.Get($"/v1/nodes/{node.Id}/telemetry"))["nextSequence"]!);
    }

    /// <summary>Against a walk over the batches, whatever the range and the size of a page.</summary>
    [Fact]
    public async Task Holes_in_time_are_those_between_links_that_touch_the_range()
    {
        var random = new Random(4);
        var (node, chain) = await NewChain(30, Yesterday, random);
        foreach (var batch in chain) await Post(batch);
        var all = chain.Zip(chain.Skip(1), (a, b) => (After: a.Sequence, From: a.From.AddMinutes(10), To: b.From)).Where(h => h.To > h.From).ToList();
        Assert.InRange(all.Count, 5, 25);
        for (var i = 0; i < 25; i++)
        {
            var from = At(Yesterday + random.Next(-3_000, 30_000));
            var to = from.AddSeconds(random.Next(1, i % 5 == 0 ? 400 : 30_000));
            var (found, after) = (new List<(long, DateTimeOffset, DateTimeOffset)>(), "");
            do
            {
                var page = (await _fleet.Get($"/v1/nodes/{node.Id}/gaps?from={Text(from)}&to={Text(to)}&limit=3{after}"))["holes"]!;
                Assert.True(page["items"]!.AsArray().Count <= 3);
                found.AddRange(page["items"]!.AsArray().Select(h => ((long)h!["afterSequence"]!, Time(h["from"]), Time(h["to"]))));
                after = page["next"] is { } next ? $"&after={next}" : "";
            }
            while (after.Length > 0);
            Assert.Equal(all.Where(h => h.From < to && h.To > from), found);
        }
        await FleetClient.Refused(HttpStatusCode.BadRequest, "invalid", "to", await _fleet.Http.GetAsync($"/v1/nodes/{node.Id}/gaps?from={Text(At(Yesterday))}"));
        await FleetClient.Refused(HttpStatusCode.BadRequest, "invalid", "to", await _fleet.Http.GetAsync($"/v1/nodes/{node.Id}/gaps?from={Text(At(Yesterday))}&to={Text(At(Yesterday))}"));
    }

    [Theory]
    [InlineData("gaps")]
    [InlineData("batches/refused")]
    public async Task An_unknown_node_has_no_gaps(string what) =>
        await FleetClient.Refused(HttpStatusCode.NotFound, "not-found", null, await _fleet.Http.GetAsync($"/v1/nodes/{NodeId.New(Samples.Now)}/{what}"));

    [Fact]
    public async Task How_much_waits_is_shown_at_metrics()
    {
        await using var app = await TestApp.StartWithoutChain();
        using var fleet = await FleetClient.Join(app);
        var node = await fleet.AddNode(_key = FleetClient.NextNumber(), 1);
        var batch = Samples.Signed(node, _key, 3, Yesterday, 60, Hash32.Of(1), Samples.Random(new(1), 1, 10));
        await FleetClient.Ok(await fleet.Post(batch));
        Assert.Contains("computerwa_telemetry_batches_waiting_total 1", await app.Http.GetStringAsync("/metrics"), StringComparison.Ordinal);
        await app.Services.GetRequiredService<WaitingJob>().Step(); // as it does every ten seconds
        Assert.Contains("computerwa_telemetry_waiting_nodes 1", await app.Http.GetStringAsync("/metrics"), StringComparison.Ordinal);
    }

    private static long Yesterday { get; } = Samples.Day.StartOf(Samples.Day.EpochOf(DateTimeOffset.UtcNow) - 1).ToUnixTimeSeconds();

    private int _key;

    /// <summary>Batches of ten minutes; without holes when no chance is given.</summary>
    private async Task<(Node Node, PostBatch[] Chain)> NewChain(int count, long start, Random? random = null)
    {
        var node = await _fleet.AddNode(_key = FleetClient.NextNumber(), 1);
        var (chain, previous, from) = (new PostBatch[count], Hash32.Zero, start);
        for (var i = 0; i < count; i++)
        {
            var columns = Samples.Random(new(_key + i), 1, 10);
            chain[i] = Samples.Signed(node, _key, i, from, 60, previous, columns);
            previous = Batch.HashOf(node.NodeKey, i, from, 60, previous, columns);
            from += 600 + (random?.Next(3) == 0 ? random.Next(1, 1_000) : 0);
        }
        return (node, chain);
    }

    private async Task<string> Post(PostBatch batch)
    {
        using var response = await _fleet.Post(batch);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        return $"{(int)response.StatusCode} {answer["status"]} {answer["trust"]}";
    }

    private async Task<JsonArray> Items(Node node, string what) => (await _fleet.Get($"/v1/nodes/{node.Id}/{what}"))["items"]!.AsArray();

    private static string Missing(JsonNode gaps) => string.Join(' ', gaps["missing"]!.AsArray().Select(m =>
        $"{m!["firstSequence"]}-{m["lastSequence"]}<{m["behind"]!["firstSequence"]}-{m["behind"]!["lastSequence"]}"));

    private static DateTimeOffset At(long second) => DateTimeOffset.FromUnixTimeSeconds(second);

    private static DateTimeOffset Time(JsonNode? time) => time!.GetValue<DateTimeOffset>();

    private static string Text(DateTimeOffset time) => time.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}

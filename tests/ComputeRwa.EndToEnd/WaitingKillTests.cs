using System.Net.Http.Json;
using System.Text.Json;
using ComputeRwa.Demo;

namespace ComputeRwa.EndToEnd;

/// <summary>SIGKILL of the API while batches come before their predecessors, and while those come: COMPUTERWA_SEED chooses the moments.</summary>
[Trait("group", "telemetry")]
public sealed class WaitingKillTests
{
    private const int Gpus = 2;
    private const int Batches = 48;
    private static readonly int _kills = Repository.FullProfile ? 8 : 2;
    private const int LongestDelayMilliseconds = 40;

    [Theory]
    [InlineData("SQLite")]
    [InlineData("PostgreSQL")]
    public async Task What_waits_outlives_the_API_and_the_gap_closes_with_nothing_lost_or_doubled(string engine)
    {
        await using var api = await ApiProcess.Start(engine);
        var random = new Seed(Repository.Seed).Random("waiting kills");
        var (node, chain) = await Chain(api);
        // All but the first, in any order: each was answered as one that waits, or is sent again.
        var early = Enumerable.Range(1, Batches - 1).OrderBy(_ => random.Between(0, 999_999)).ToList();
        for (var part = 0; part < _kills; part++)
            await SendThroughAKill(api, [.. early.Where((_, i) => i % _kills == part).Select(i => chain[i])], random.Between(0, LongestDelayMilliseconds), "waiting");
        var missing = Assert.Single((await api.Http.GetFromJsonAsync<JsonElement>($"/v1/nodes/{node}/gaps")).GetProperty("missing").EnumerateArray());
        Assert.Equal((0L, 0L), (missing.GetProperty("firstSequence").GetInt64(), missing.GetProperty("lastSequence").GetInt64()));
        Assert.Empty((await Stored(api, node)).Keys);

        // The one that was missing: all become links with it, or none.
        await SendThroughAKill(api, [chain[0]], random.Between(0, LongestDelayMilliseconds), "accepted");
        if (Repository.FullProfile) await api.Restart();
        Assert.Equal(chain.Select((b, i) => ((long)i, "0x" + b.Hash)), (await Stored(api, node)).OrderBy(b => b.Key).Select(b => (b.Key, b.Value)));
        foreach (var batch in chain) Assert.Equal("duplicate", await Post(api, batch.Body));
    }

    /// <summary>Sends them one after the other, kills the API in the middle of one, and sends again what had no answer.</summary>
    private static async Task SendThroughAKill(ApiProcess api, List<(byte[] Body, string Hash)> batches, int delayMilliseconds, string expected)
    {
        var (killAt, isRepeat) = (batches.Count / 2, false);
        for (var i = 0; i < batches.Count; i++)
        {
            var sending = Post(api, batches[i].Body);
            if (i == killAt && !isRepeat)
            {
                await Task.Delay(delayMilliseconds);
                api.Kill();
                isRepeat = true;
                try
                {
                    Assert.Equal(expected, await sending);
                }
                catch (HttpRequestException)
                {
                    i--; // no answer: it is sent again
                }
                await api.Restart();
            }
            // What was stored without an answer waits already, or is a link.
            else Assert.Contains(await sending, isRepeat && i == killAt ? [expected, "duplicate"] : (string[])[expected]);
        }
    }

    private static async Task<(string Node, List<(byte[] Body, string Hash)> Chain)> Chain(ApiProcess api)
    {
        var (seed, key) = (new Seed(Repository.Seed), new Keys(new(Repository.Seed)).Of("waiting"));
        var provider = await api.Create("/v1/providers", new { name = "Waiting", address = $"0x{0x5151:x40}" });
        var site = await api.Create("/v1/sites", new { providerId = provider, name = "Rack", region = "US-TX", latitude = 0, longitude = 0, pueBps = 11_000, powerPriceUsdPerMwh = 30, renewableBps = 0, heatReuseBps = 0 });
        var id = await api.Create("/v1/nodes", new { siteId = site, name = "waiting", gpuModel = "H100-SXM5-80GB", gpuUuids = Enumerable.Range(0, Gpus).Select(g => seed.GpuUuid($"waiting {g}")).ToArray(), nodeKey = key.Address });
        var node = new CompactNode(id, key, new DateTimeOffset(DateTimeOffset.UtcNow.UtcDateTime.Date.AddDays(-1), TimeSpan.Zero).ToUnixTimeSeconds());
        return (id, [.. Enumerable.Range(0, Batches).Select(i =>
        {
            using var body = new MemoryStream();
            body.Write(CompactNode.Magic);
            var (_, hash) = node.Write(body, CompactColumns.Of(Gpus, 60, [.. new[] { 5_000, 50, 400_000, 70_000 }.Select(level => Enumerable.Range(0, Gpus * 60).Select(s => level + s % 7 + i % 40).ToArray())]));
            return (body.ToArray(), hash);
        })]);
    }

    /// <returns>what the one batch of this body became</returns>
    private static async Task<string> Post(ApiProcess api, byte[] body)
    {
        using var content = new ByteArrayContent(body) { Headers = { ContentType = new(CompactNode.MediaType) } };
        using var response = await api.Http.PostAsync("/v1/telemetry/batches", content);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        return response.IsSuccessStatusCode ? answer.GetProperty("batches")[0].GetProperty("status").GetString()! : throw new InvalidOperationException($"{answer}");
    }

    /// <returns>hashes of the links by their numbers</returns>
    private static async Task<Dictionary<long, string>> Stored(ApiProcess api, string node)
    {
        var page = await api.Http.GetFromJsonAsync<JsonElement>($"/v1/nodes/{node}/batches?limit=500");
        return page.GetProperty("items").EnumerateArray().ToDictionary(b => b.GetProperty("sequence").GetInt64(), b => b.GetProperty("hash").GetString()!);
    }
}

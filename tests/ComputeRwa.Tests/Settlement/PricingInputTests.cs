using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Tests.Support;

namespace ComputeRwa.Tests.Settlement;

/// <summary>Leases by index and by share of revenue, from what is written before the close to cash, over real HTTP and a real node.</summary>
[Collection(HardhatCollection.Name)]
[Trait("engine", "both")]
public sealed class PricingInputTests(HardhatNode node) : IAsyncLifetime
{
    private readonly LeaseWorld _world = new(node);
    private SettlementStage _stage = null!;
    private TestApp App => _world.App;

    public async Task InitializeAsync()
    {
        await _world.InitializeAsync();
        _stage = new(_world);
    }

    public Task DisposeAsync() => _world.DisposeAsync();

    private static JsonObject Pricing(string method, int rateBps) => new()
    {
        ["method"] = method, ["floorPricePerGpuHour"] = "1.50", ["ceilingPricePerGpuHour"] = "4.00", ["rateBps"] = rateBps,
    };

    [Fact]
    public async Task Index_and_revenue_count_when_they_were_written_before_the_close_and_the_floor_applies_when_not()
    {
        var (one, other) = (await _stage.AddNode(1), await _stage.AddNode(1));
        var first = await _world.PresentEpoch() + 1;
        var indexed = await _stage.Lease(one, epochs: 2, noticeEpochs: 2, pricing: Pricing("indexed", 9_250));
        var share = await _stage.Lease(other, epochs: 2, noticeEpochs: 2, pricing: Pricing("revenue-share", 3_500));
        await Refused.With(409, "conflict", null, App.Post($"/v1/leases/{indexed}/revenue", new { epoch = first, amount = "1", source = "market A" }));
        await Refused.With(400, "invalid", "epoch", App.Post($"/v1/leases/{share}/revenue", new { epoch = first, amount = "1", source = "market A" }));
        await Refused.With(400, "invalid", "epoch", App.Post("/v1/index-values", Index(first, "2.283457")));

        await _stage.End(first);
        await App.PostOk("/v1/index-values", Index(first, "2.283457"));
        var reported = await App.PostOk($"/v1/leases/{share}/revenue", new { epoch = first, amount = "187.345678", source = "market A" });
        Assert.Equal(Keccak.Hash("market A"u8.ToArray()).Value, (string)reported["sourceHash"]!);
        await App.PostOk($"/v1/leases/{share}/revenue", new { epoch = first, amount = "187.345678", source = "market A" });
        await Refused.With(409, "already-written", "epoch", App.Post($"/v1/leases/{share}/revenue", new { epoch = first, amount = "187.345679", source = "market A" }));
        await Refused.With(400, "invalid", "epoch", App.Post($"/v1/leases/{share}/revenue", new { epoch = first - 1, amount = "1", source = "market A" }));
        await Refused.With(400, "invalid", "amount", App.Post($"/v1/leases/{share}/revenue", new { epoch = first, amount = "-1", source = "market A" }));
        await Refused.With(400, "invalid", "source", App.Post($"/v1/leases/{share}/revenue", new { epoch = first, amount = "1", source = "" }));
        await Refused.With(404, "not-found", null, App.Post($"/v1/leases/{Keccak.Hash([1])}/revenue", new { epoch = first, amount = "1", source = "market A" }));
        foreach (var stageNode in new[] { one, other }) await _stage.Telemetry(stageNode, first);
        Assert.Empty((await _stage.Close(first))["staleIndex"]!.AsArray());

        // 24 hours at 92.5 % of 2.283457, and 35 % of 187.345678; the floor would be 36.
        Assert.Equal("50.692745", await Rent(first, indexed));
        Assert.Equal("65.570987", await Rent(first, share));
        Assert.Contains("market A", Text(await Statement(first, share), "share"), StringComparison.Ordinal);
        Assert.Contains("The index of the epoch was 2.283457 tUSD", Text(await Statement(first, indexed), "index"), StringComparison.Ordinal);
        Assert.False((bool)(await Statement(first, indexed))["staleIndex"]!);
        await Refused.With(409, "epoch-closed", "epoch", App.Post("/v1/index-values", Index(first, "1", "H200-SXM5-141GB")));
        await Settle(first);

        await _stage.End(first + 1);
        foreach (var stageNode in new[] { one, other }) await _stage.Telemetry(stageNode, first + 1);
        var closed = await _stage.Close(first + 1);
        Assert.Equal([indexed], closed["staleIndex"]!.AsArray().Select(l => (string)l!));
        await Refused.With(409, "epoch-closed", "epoch", App.Post($"/v1/leases/{share}/revenue", new { epoch = first + 1, amount = "1", source = "market A" }));
        await Refused.With(409, "epoch-closed", "epoch", App.Post("/v1/index-values", Index(first + 1, "2.5")));
        Assert.Equal(("36.000000", "36.000000"), (await Rent(first + 1, indexed), await Rent(first + 1, share)));
        var stale = await Statement(first + 1, indexed);
        Assert.True((bool)stale["staleIndex"]!);
        Assert.Contains($"the newest index value is of epoch {first}", Text(stale, "index"), StringComparison.Ordinal);
        await Settle(first + 1);
        Assert.Single((await App.Get($"/v1/leases/{share}/revenue"))["items"]!.AsArray());
        foreach (var page in new[] { "/", $"/leases/{indexed}", $"/leases/{share}", $"/leases/{indexed}/epochs/{first + 1}", $"/v1/tokens/{share[2..]}.json" })
            Assert.Equal(200, (int)(await App.Http.GetAsync(page)).StatusCode);
    }

    private async Task Settle(long epoch)
    {
        await _stage.Post(epoch);
        Assert.Equal(1, await _stage.Sync(epoch));
        await _stage.Reconciled(true);
    }

    private static object Index(long epoch, string price, string model = "H100-SXM5-80GB") =>
        new { gpuModel = model, region = "US-TX", epoch, pricePerGpuHour = price, source = "desk" };

    private Task<JsonNode> Statement(long epoch, string lease) => App.Get($"/v1/epochs/{epoch}/leases/{lease}/statement");

    private async Task<string> Rent(long epoch, string lease) =>
        new Money(BigInteger.Parse(Step(await Statement(epoch, lease), "gross"), CultureInfo.InvariantCulture) / ComputeRwa.Leases.Rent.Parts, new(Address.Zero, "", 6)).ToDecimal();

    private static string Step(JsonNode statement, string name) => (string)Find(statement, name)["value"]!;

    private static string Text(JsonNode statement, string name) => (string)Find(statement, name)["text"]!;

    private static JsonNode Find(JsonNode statement, string name) => statement["steps"]!.AsArray().Single(s => (string)s!["name"]! == name)!;
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using ComputeRwa.Tests.Support;

namespace ComputeRwa.Tests.Fleet;

[Collection(SharedApi.Name)]
[Trait("engine", "both")]
public sealed class FleetApiTests(SharedApi shared) : IAsyncLifetime
{
    private FleetClient _fleet = null!;

    public async Task InitializeAsync() => _fleet = await FleetClient.Join(shared.App);

    public Task DisposeAsync()
    {
        _fleet.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_registered_node_is_listed_with_its_gpus_in_order()
    {
        var (number, absent) = (FleetClient.NextNumber(), FleetClient.NextNumber());
        var answer = await FleetClient.Ok(await _fleet.Http.PostAsJsonAsync("/v1/nodes", _fleet.NodeRequest(number, 8)));
        Assert.Equal((8, 700, _fleet.ProviderId), ((int)answer["gpuCount"]!, (int)answer["maxWattsPerGpu"]!, (string)answer["providerId"]!));
        var listed = (await _fleet.Get($"/v1/nodes?siteId={_fleet.SiteId}"))["items"]!.AsArray();
        Assert.Equal(answer.ToJsonString(), Assert.Single(listed)!.ToJsonString());
        Assert.Equal(answer.ToJsonString(), (await _fleet.Get($"/v1/nodes/{answer["id"]}")).ToJsonString());
        Assert.Equal(Enumerable.Range(0, 8).Select(i => Samples.Uuid(number, i)), answer["gpuUuids"]!.AsArray().Select(u => (string)u!));
        Assert.Empty((await _fleet.Get($"/v1/nodes?siteId={SiteId.New(Samples.Now)}"))["items"]!.AsArray());

        await using var tx = shared.App.Database.Read();
        var place = Assert.Single(await NodeStore.Locate(tx, [Samples.Uuid(number, 3), Samples.Uuid(absent, 0)]));
        Assert.Equal(((string)answer["id"]!, 3L, _fleet.SiteId, "H100-SXM5-80GB"), (place.NodeId.Value, place.GpuIndex, place.SiteId.Value, place.GpuModel));
    }

    public static TheoryData<string, string, string, int> BadNodes => new()
    {
        { "unknown site", "not-found", "siteId", 404 }, { "unknown model", "invalid", "gpuModel", 400 }, { "bad uuid", "invalid", "gpuUuids[1]", 400 },
        { "same uuid twice", "invalid", "gpuUuids[1]", 400 }, { "malformed key", "invalid", "nodeKey", 400 }, { "bad checksum", "invalid", "nodeKey", 400 },
        { "zero key", "invalid", "nodeKey", 400 }, { "no gpus", "invalid", "gpuUuids", 400 }, { "key of another", "duplicate-name", "nodeKey", 409 },
        { "gpu of another", "duplicate-name", "gpuUuids[1]", 409 },
    };

    [Theory]
    [MemberData(nameof(BadNodes))]
    public async Task A_bad_node_is_refused_by_the_name_of_its_field_and_nothing_is_stored(string what, string code, string field, int status)
    {
        var (other, number) = (FleetClient.NextNumber(), FleetClient.NextNumber());
        await _fleet.AddNode(other, 2);
        var good = _fleet.NodeRequest(number, 2);
        var bad = what switch
        {
            "unknown site" => good with { SiteId = "site_x" },
            "unknown model" => good with { GpuModel = "H100" },
            "bad uuid" => good with { GpuUuids = [good.GpuUuids[0], "GPU-1"] },
            "same uuid twice" => good with { GpuUuids = [good.GpuUuids[0], good.GpuUuids[0]] },
            "malformed key" => good with { NodeKey = "0x12" },
            "bad checksum" => good with { NodeKey = SwapCase(good.NodeKey) },
            "zero key" => good with { NodeKey = Address.Zero.Value },
            "no gpus" => good with { GpuUuids = [] },
            "key of another" => good with { NodeKey = Samples.Key(other).GetPublicAddress() },
            "gpu of another" => good with { GpuUuids = [good.GpuUuids[0], Samples.Uuid(other, 1)] },
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        };
        await FleetClient.Refused((HttpStatusCode)status, code, field, await _fleet.Http.PostAsJsonAsync("/v1/nodes", bad));
        Assert.Single((await _fleet.Get($"/v1/nodes?siteId={_fleet.SiteId}"))["items"]!.AsArray());
        await _fleet.AddNode(number, 2);
    }

    [Fact]
    public async Task A_provider_registers_only_its_own_sites_and_nodes()
    {
        using var other = await FleetClient.Join(shared.App);
        await FleetClient.Refused(HttpStatusCode.Forbidden, "forbidden", "siteId", await other.Http.PostAsJsonAsync("/v1/nodes", _fleet.NodeRequest(FleetClient.NextNumber(), 1)));
        await FleetClient.Refused(HttpStatusCode.Forbidden, "forbidden", "providerId", await other.Http.PostAsJsonAsync("/v1/sites", FleetClient.Site(_fleet.ProviderId)));
        await FleetClient.Refused(HttpStatusCode.NotFound, "not-found", "providerId", await other.Http.PostAsJsonAsync("/v1/sites", FleetClient.Site("provider_x")));
        await FleetClient.Refused(HttpStatusCode.Forbidden, "forbidden", null, await Put(other, _fleet.SiteId, "\"1\"", 11_000));
        Assert.Equal(1, await Sites());
    }

    [Fact]
    public async Task A_bad_site_is_refused_by_the_name_of_its_field_and_nothing_is_stored()
    {
        var good = FleetClient.Site(_fleet.ProviderId);
        foreach (var (field, bad) in new[]
        {
            ("pueBps", good with { PueBps = 9_999 }), ("latitude", good with { Latitude = 91 }), ("region", good with { Region = "Texas, US" }),
            ("renewableBps", good with { RenewableBps = 10_001 }), ("heatReuseBps", good with { HeatReuseBps = -1 }), ("powerPriceUsdPerMwh", good with { PowerPriceUsdPerMwh = 1e9 }),
        })
            await FleetClient.Refused(HttpStatusCode.BadRequest, "invalid", field, await _fleet.Http.PostAsJsonAsync("/v1/sites", bad));
        Assert.Equal(1, await Sites());
    }

    [Fact]
    public async Task A_site_changes_only_from_the_version_that_was_read_and_keeps_its_history()
    {
        using var read = await _fleet.Http.GetAsync($"/v1/sites/{_fleet.SiteId}");
        Assert.Equal("\"1\"", read.Headers.ETag?.Tag);
        using var changed = await Put(_fleet, _fleet.SiteId, "\"1\"", 11_000);
        Assert.Equal((HttpStatusCode.OK, "\"2\""), (changed.StatusCode, changed.Headers.ETag?.Tag));

        await FleetClient.Refused(HttpStatusCode.PreconditionFailed, "precondition-failed", "If-Match", await Put(_fleet, _fleet.SiteId, "\"1\"", 10_500));
        await FleetClient.Refused(HttpStatusCode.PreconditionRequired, "precondition-required", "If-Match", await Put(_fleet, _fleet.SiteId, null, 10_500));
        await FleetClient.Refused(HttpStatusCode.BadRequest, "invalid", "pueBps", await Put(_fleet, _fleet.SiteId, "\"2\"", 9_000));
        await FleetClient.Refused(HttpStatusCode.NotFound, "not-found", null, await Put(_fleet, "site_x", "\"1\"", 10_500));

        var history = (await _fleet.Get($"/v1/sites/{_fleet.SiteId}/factors"))["items"]!.AsArray();
        Assert.Equal([(1, 12_500), (2, 11_000)], history.Select(f => ((int)f!["version"]!, (int)f["pueBps"]!)));
        Assert.Equal(11_000, (int)(await _fleet.Get($"/v1/sites/{_fleet.SiteId}"))["pueBps"]!);
    }

    [Fact]
    public async Task Of_many_changes_at_once_from_one_version_one_wins()
    {
        var responses = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Put(_fleet, _fleet.SiteId, "\"1\"", 11_000 + i)));
        Assert.Single(responses, r => r.StatusCode == HttpStatusCode.OK);
        Assert.Equal(7, responses.Count(r => r.StatusCode == HttpStatusCode.PreconditionFailed));
    }

    [Fact]
    public async Task The_hardware_catalogue_is_public()
    {
        using var http = new HttpClient { BaseAddress = shared.App.Http.BaseAddress };
        var items = JsonNode.Parse(await http.GetStringAsync("/v1/hardware"))!["items"]!.AsArray();
        Assert.Contains(items, i => ((string)i!["gpuModel"]!, (string)i["product"]!, (int)i["maxWatts"]!, (int)i["memoryMiB"]!) == ("H200-SXM5-141GB", "NVIDIA H200", 700, 143_771));
    }

    private async Task<int> Sites() =>
        (await _fleet.Get("/v1/sites?limit=500"))["items"]!.AsArray().Count(s => (string)s!["providerId"]! == _fleet.ProviderId);

    private static async Task<HttpResponseMessage> Put(FleetClient client, string site, string? ifMatch, long pueBps)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/v1/sites/{site}") { Content = JsonContent.Create(new ChangeSite(pueBps, 30, 0, 0), options: JsonSerializerOptions.Web) };
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return await client.Http.SendAsync(request);
    }

    /// <summary>The same digits under another checksum.</summary>
    private static string SwapCase(string address) => "0x" + string.Concat(address[2..].Select(c => char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c)));
}

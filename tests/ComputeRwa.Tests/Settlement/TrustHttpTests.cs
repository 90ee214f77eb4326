using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ComputeRwa.Telemetry.Findings;
using ComputeRwa.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeRwa.Tests.Settlement;

/// <summary>From samples, meters and findings to a label that stands beside what is settled.</summary>
[Collection(HardhatCollection.Name)]
[Trait("engine", "both")]
public sealed class TrustHttpTests(HardhatNode node) : IAsyncLifetime
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

    [Fact]
    public async Task A_lease_is_cross_checked_when_meters_agree_and_a_lie_lowers_it_by_its_policy_while_what_is_settled_stays_provable()
    {
        var (honest, liar) = (await _stage.AddNode(2), await _stage.AddNode(2));
        var (believed, doubted) = (await _stage.Lease(honest, epochs: 2, noticeEpochs: 2), await _stage.Lease(liar, epochs: 2, noticeEpochs: 2));
        var epoch = await _world.PresentEpoch() + 1;
        Assert.Equal(("report", false), Said(await App.Get($"/v1/leases/{doubted}/finding-policy")));
        foreach (var _ in (int[])[1, 2])
            Assert.Equal(("lowerTrust", true), Said((await (await SetPolicy(doubted, "lowerTrust")).Content.ReadFromJsonAsync<JsonNode>())!));
        await Refused.With(409, "already-written", "policy", SetPolicy(doubted, "report"));
        await Refused.With(400, "malformed", null, SetPolicy(believed, "ignore"));
        await Refused.With(404, "not-found", "epoch", App.Http.GetAsync($"/v1/leases/{believed}/epochs/{epoch}/trust"));

        await _stage.End(epoch);
        await Refused.With(409, "conflict", "policy", SetPolicy(believed, "lowerTrust"));
        await _stage.Telemetry(honest, epoch);
        await _stage.Telemetry(liar, epoch, load: 9_000, watts: 60);
        // 22,080 Wh of GPUs; all machines took 48,000, the building 60,000, of which 6,000 left as heat.
        foreach (var (meter, used) in ((string, long)[])[("it", 48_000), ("facility", 60_000), ("heat", 6_000)])
            await App.PostOk($"/v1/sites/{_world.SiteId}/meters/{meter}", new { readings = new[] { Read(0, 1_000), Read(12, 1_000 + used / 3), Read(24, 1_000 + used) } });
        await _stage.Close(epoch);
        await App.Services.GetRequiredService<CheckJob>().Step();

        var good = await Trust(believed, epoch);
        Assert.Equal(("crossChecked", "attested", "report"), ((string)good["label"]!, (string)good["recordTrust"]!, (string)good["policy"]!));
        Assert.Contains("22,080 Wh, and by the site's IT meter its machines 48,000 Wh, 46.00 % of it", (string)good["reasons"]![3]!["text"]!, StringComparison.Ordinal);
        Assert.Equal((12_500, 1_000), ((int)good["measured"]!["pueBps"]!, (int)good["measured"]!["heatReuseBps"]!));
        Assert.Equal((12_500, 0), ((int)good["registered"]!["pueBps"]!, (int)good["registered"]!["heatReuseBps"]!));
        var bad = await Trust(doubted, epoch);
        Assert.Equal(("selfReported", "attested"), ((string)bad["label"]!, (string)bad["recordTrust"]!));
        Assert.Equal(["findings"], Failing(bad));
        var found = (await App.Get($"/v1/leases/{doubted}/findings"))["items"]!.AsArray();
        Assert.Equal([("busy-at-idle-power", liar.Uuids[0]), ("busy-at-idle-power", liar.Uuids[1])], found.Select(f => ((string)f!["check"]!, (string)f["gpuUuid"]!)).OrderBy(f => f.Item2));
        Assert.Empty((await App.Get($"/v1/leases/{believed}/findings"))["items"]!.AsArray());

        // Records and roots are as they were: an auditor needs none of this to prove them.
        var report = await _stage.Check(epoch, null);
        Assert.True(report.Passed, report.ToText());
        Assert.Equal(1, (int)(await App.Get($"/v1/epochs/{epoch}/leases/{doubted}/statement"))["trust"]!);

        object Read(int hour, long wh) => new { at = _stage.Length.StartOf(epoch).AddHours(hour), registerWh = wh };
    }

    private Task<HttpResponseMessage> SetPolicy(string lease, string policy) => App.Http.PutAsJsonAsync($"/v1/leases/{lease}/finding-policy", new { policy });

    private Task<JsonNode> Trust(string lease, long epoch) => App.Get($"/v1/leases/{lease}/epochs/{epoch}/trust");

    private static IEnumerable<string> Failing(JsonNode trust) => trust["reasons"]!.AsArray().Where(r => !(bool)r!["holds"]!).Select(r => (string)r!["name"]!);

    private static (string, bool) Said(JsonNode policy) => ((string)policy["policy"]!, (bool)policy["isSet"]!);
}

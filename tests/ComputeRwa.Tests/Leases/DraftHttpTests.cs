using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ComputeRwa.Tests.Support;
using Nethereum.Signer;

namespace ComputeRwa.Tests.Leases;

/// <summary>What drafts are taken, refused and withdrawn, over real HTTP.</summary>
[Collection(HardhatCollection.Name)]
[Trait("engine", "both")]
public sealed class DraftHttpTests(LeaseWorld world) : IClassFixture<LeaseWorld>
{
    private TestApp App => world.App;

    [Theory]
    [InlineData("units", "0", "units")]
    [InlineData("epochs", "0", "epochs")]
    [InlineData("startEpoch", "1", "startEpoch")]
    [InlineData("noticeEpochs", "8", "noticeEpochs")]
    [InlineData("lessee", "\"0x123\"", "lessee")]
    [InlineData("lessee", "\"0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\"", "lessee")]
    [InlineData("gpus", "[]", "gpus")]
    [InlineData("gpus", "[null]", "gpus[0]")]
    [InlineData("gpus", "[{\"nodeId\":\"node_1\",\"uuid\":\"GPU-1\"}]", "gpus[0].uuid")]
    [InlineData("gpuModel", "\"H200-SXM5-141GB\"", "gpus[0]")]
    [InlineData("region", "\"NO-01\"", "region")]
    [InlineData("pricing", "{\"method\":\"fixed\",\"pricePerGpuHour\":\"2.3500001\",\"takeOrPayBps\":0}", "pricing.pricePerGpuHour")]
    [InlineData("pricing", "{\"method\":\"auction\",\"pricePerGpuHour\":\"2.35\",\"takeOrPayBps\":0}", "pricing.method")]
    [InlineData("split", "{\"poolBps\":9000,\"feeBps\":1001}", "split.feeBps")]
    [InlineData("salt", "\"0xzz\"", "salt")]
    public async Task A_bad_draft_is_a_400_that_names_the_field_and_nothing_is_stored(string member, string value, string field)
    {
        var draft = await world.Draft(await world.AddGpus());
        draft[member] = JsonNode.Parse(value);
        var leases = await Leases();
        await Refused.With(400, "invalid", field, App.Post("/v1/leases", draft, Guid.NewGuid().ToString()));
        Assert.Equal(leases, await Leases());
    }

    [Fact]
    public async Task A_draft_with_a_missing_or_unknown_member_or_a_wrong_type_is_malformed()
    {
        var draft = await world.Draft(await world.AddGpus());
        foreach (var (member, value) in new (string, JsonNode?)[] { ("units", "many"), ("units", 1.5), ("epochs", null), ("surprise", 1) })
        {
            var bad = draft.DeepClone();
            bad[member] = value;
            var problem = await Refused.With(400, "malformed", null, App.Post("/v1/leases", bad, Guid.NewGuid().ToString()));
            Assert.Contains(member, problem.ToJsonString(), StringComparison.Ordinal);
        }
        draft.Remove("sla");
        draft["split"]!.AsObject().Remove("feeBps");
        await Refused.With(400, "malformed", "providerId", App.Post("/v1/leases", new JsonObject(), Guid.NewGuid().ToString()));
        await Refused.With(400, "malformed", "split.feeBps", App.Post("/v1/leases", draft, Guid.NewGuid().ToString()));
        draft["split"]!["feeBps"] = 200;
        var missing = await Refused.With(400, "malformed", "sla", App.Post("/v1/leases", draft, Guid.NewGuid().ToString()));
        Assert.Contains("sla", missing.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_draft_needs_an_idempotency_key_a_known_provider_and_that_providers_key()
    {
        var draft = await world.Draft(await world.AddGpus());
        await Refused.With(400, "idempotency-key-missing", "Idempotency-Key", App.Post("/v1/leases", draft));
        var other = await App.PostOk("/v1/providers", new { name = "Other", address = EthECKey.GenerateKey().GetPublicAddress() });
        var key = (string)(await App.PostOk($"/v1/providers/{other["id"]}/keys", new { }))["apiKey"]!;
        using var request = world.Request(HttpMethod.Post, "/v1/leases", key);
        request.Content = JsonContent.Create(draft);
        request.Headers.Add("Idempotency-Key", "foreign");
        await Refused.With(403, "forbidden", "providerId", App.Http.SendAsync(request));
        draft["providerId"] = "provider_nobody";
        await Refused.With(404, "not-found", "providerId", App.Post("/v1/leases", draft, "nobody"));
    }

    [Fact]
    public async Task A_GPU_of_another_provider_or_site_cannot_be_let()
    {
        var other = await App.PostOk("/v1/providers", new { name = "Other", address = EthECKey.GenerateKey().GetPublicAddress() });
        var foreign = await world.AddGpus(1, await world.AddSite((string)other["id"]!));
        var elsewhere = await world.AddGpus(1, await world.AddSite(world.ProviderId));
        var own = await world.AddGpus(1);
        await Refused.With(400, "invalid", "gpus[1]", App.Post("/v1/leases", await world.Draft([.. own, .. foreign]), Guid.NewGuid().ToString()));
        await Refused.With(400, "invalid", "gpus[1]", App.Post("/v1/leases", await world.Draft([.. own, .. elsewhere]), Guid.NewGuid().ToString()));
    }

    [Fact]
    public async Task No_GPU_is_let_twice_in_one_epoch_not_even_by_a_draft()
    {
        var gpus = await world.AddGpus(3);
        var first = (string)(await App.PostOk("/v1/leases", await world.Draft(gpus[..2])))["id"]!;
        var leases = await Leases();
        var again = await world.Draft([gpus[2], gpus[1]]);
        var problem = await Refused.With(409, "gpu-already-let", "gpus[1]", App.Post("/v1/leases", again, Guid.NewGuid().ToString()));
        Assert.Contains(first, problem.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(leases, await Leases());

        var later = again.DeepClone();
        later["startEpoch"] = (long)again["startEpoch"]! + 7;
        await App.PostOk("/v1/leases", later);
    }

    [Fact]
    public async Task Two_drafts_at_once_cannot_both_have_a_GPU()
    {
        var draft = await world.Draft(await world.AddGpus());
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => App.Post("/v1/leases", draft.DeepClone(), Guid.NewGuid().ToString())));
        Assert.Equal([201, 409, 409, 409, 409, 409], answers.Select(a => (int)a.StatusCode).Order());
    }

    [Fact]
    public async Task A_withdrawn_draft_frees_its_GPUs_and_takes_no_signature()
    {
        var draft = await world.Draft(await world.AddGpus());
        var id = (string)(await App.PostOk("/v1/leases", draft))["id"]!;
        using (var withdrawn = await App.Http.SendAsync(world.Request(HttpMethod.Delete, $"/v1/leases/{id}"))) Assert.Equal(HttpStatusCode.OK, withdrawn.StatusCode);
        Assert.Equal("withdrawn", (string)(await App.Get($"/v1/leases/{id}"))["status"]!);
        await Refused.With(409, "conflict", null, App.Post($"/v1/leases/{id}/signatures", new { party = "provider", signature = LeaseWorld.Sign(world.Provider, id) }));
        await App.PostOk("/v1/leases", draft);
    }

    [Fact]
    public async Task Leases_are_listed_oldest_first_by_cursor()
    {
        var (first, second) = (await world.Drafted(), await world.Drafted());
        var all = new List<string>();
        string? after = "";
        do
        {
            var page = await App.Get($"/v1/leases?limit=3&after={after}");
            all.AddRange(page["items"]!.AsArray().Select(l => (string)l!["id"]!));
            after = (string?)page["next"];
        }
        while (after is not null);
        Assert.Equal(all.Distinct(), all);
        Assert.Equal([first, second], all.Where(id => id == first || id == second));
    }

    private Task<long> Leases() => world.Read(tx => tx.Single<long>("SELECT (SELECT COUNT(*) FROM leases) + (SELECT COUNT(*) FROM lease_gpus) + (SELECT COUNT(*) FROM feed WHERE type = 'lease.drafted')"));
}

using System.Net;
using System.Net.Http.Json;
using System.Numerics;
using System.Text.Json.Nodes;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Tests.Support;
using Nethereum.Signer;
using Nethereum.Signer.EIP712;

namespace ComputeRwa.Tests.Leases;

/// <summary>From draft to a lease on chain, over real HTTP and with real contracts.</summary>
[Collection(HardhatCollection.Name)]
public sealed class LeaseHttpTests(LeaseWorld world) : IClassFixture<LeaseWorld>
{
    private TestApp App => world.App;

    [Fact]
    public async Task A_draft_becomes_an_offered_lease_with_units_minted_and_escrow_funded()
    {
        var id = await world.Drafted();
        Assert.Equal("draft", await Status(id));
        await App.PostOk($"/v1/leases/{id}/signatures", new { party = "provider", signature = LeaseWorld.Sign(world.Provider, id) });
        var signed = await App.PostOk($"/v1/leases/{id}/signatures", new { party = "lessee", signature = LeaseWorld.Sign(world.Lessee, id) });
        Assert.Equal("signed", (string)signed["status"]!);
        Assert.NotNull(signed["signatures"]!["provider"]);
        Assert.NotNull(signed["signatures"]!["lessee"]);

        var before = await world.Dollars(world.Lessee.GetPublicAddress());
        using var response = await App.Post($"/v1/leases/{id}/origination", new { permit = await world.Permit(id) }, "originate-1");
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var sent = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal($"/v1/transactions/{sent["id"]}", response.Headers.Location!.ToString());
        var mined = await App.Settled((string)sent["id"]!);
        Assert.Equal("LeaseBook.originate", (string)mined["call"]!["method"]!);

        var lease = await App.Get($"/v1/leases/{id}");
        Assert.Equal("offered", (string)lease["status"]!);
        Assert.Equal("225.600000", Amount(lease["prefunding"])); // 2 epochs × 48 GPU-hours × 2.35
        Assert.Equal("225.600000", Amount(lease["escrow"]));
        Assert.Equal("0.000000", Amount(lease["applied"]));
        Assert.Equal(before - 225_600_000, await world.Dollars(world.Lessee.GetPublicAddress()));
        var holder = Assert.Single((await App.Get($"/v1/leases/{id}/holders"))["items"]!.AsArray())!;
        Assert.Equal((world.Provider.GetPublicAddress(), 1_000_000), ((string)holder["address"]!, (int)holder["units"]!));
    }

    [Fact]
    public async Task The_lease_id_is_the_digest_that_the_contract_a_signer_and_the_api_all_compute()
    {
        var id = await world.Drafted();
        var lease = (await world.Read(tx => LeaseStore.Find(tx, id)))!;
        var onChain = await world.Chain.Ask<LeaseBook.LeaseId, BigInteger>(world.Book, new() { Terms = lease.Terms.ToDto() });
        var offer = await App.Get($"/v1/leases/{id}/typed-data");
        Assert.Equal(Hash32.Of(onChain).Value, id);
        Assert.Equal(id, (string)offer["digest"]!);
        var signature = new Eip712TypedDataSigner().SignTypedDataV4(offer["typedData"]!.ToJsonString(), world.Provider);
        await App.PostOk($"/v1/leases/{id}/signatures", new { party = "provider", signature });
        Assert.Equal(lease.CapPerEpoch, await world.Chain.Ask<LeaseBook.CapPerEpoch, BigInteger>(world.Book, new() { Terms = lease.Terms.ToDto() }));
    }

    [Fact]
    public async Task A_repeated_origination_is_the_same_transaction_whatever_its_key()
    {
        var id = await world.Signed();
        var body = new { permit = await world.Permit(id) };
        var (first, replayed, other) = (await Id(App.Post($"/v1/leases/{id}/origination", body, "a-" + id)),
            await Id(App.Post($"/v1/leases/{id}/origination", body, "a-" + id)), await Id(App.Post($"/v1/leases/{id}/origination", body, "b-" + id)));
        Assert.Equal((first, first), (replayed, other));
        await App.Settled(first);
        await Refused.With(409, "conflict", null, App.Post($"/v1/leases/{id}/origination", body, "c-" + id));
        await Refused.With(409, "idempotency-key-reused", "Idempotency-Key", App.Post($"/v1/leases/{id}/origination", new { permit = (object?)null }, "a-" + id));
    }

    [Fact]
    public async Task An_origination_that_failed_can_be_asked_for_again()
    {
        // The lessee's money leaves in the same block, just before.
        var (id, lessee) = (await world.Signed(), world.Lessee.GetPublicAddress());
        var money = await world.Dollars(lessee);
        var permit = await world.Permit(id);
        await world.Node.Automine(false);
        var failing = await Id(App.Post($"/v1/leases/{id}/origination", new { permit }, "fails-" + id));
        await Until(async () => (string)(await App.Get($"/v1/transactions/{failing}"))["state"]! == "broadcast");
        await world.SpendFirst(lessee, money);
        await world.Node.Automine(true);
        await world.Node.Mine();
        await App.Settled(failing, "failed");
        Assert.Equal("failed", await Status(id));
        await Refused.With(409, "escrow-short", null, App.Post($"/v1/leases/{id}/origination", new { permit = await world.Permit(id) }, "poor-" + id));

        await world.Mint(world.Lessee, money);
        var again = await Id(App.Post($"/v1/leases/{id}/origination", new { permit = await world.Permit(id) }, "again-" + id));
        Assert.NotEqual(failing, again);
        await App.Settled(again);
        Assert.Equal("offered", await Status(id));
    }

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
        var missing = await Refused.With(400, "malformed", null, App.Post("/v1/leases", draft, Guid.NewGuid().ToString()));
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
        Assert.Equal("withdrawn", await Status(id));
        await Refused.With(409, "conflict", null, App.Post($"/v1/leases/{id}/signatures", new { party = "provider", signature = LeaseWorld.Sign(world.Provider, id) }));
        await App.PostOk("/v1/leases", draft);
    }

    [Fact]
    public async Task A_lease_on_chain_cannot_be_withdrawn()
    {
        var id = await world.Originated();
        await Refused.With(409, "conflict", null, App.Http.SendAsync(world.Request(HttpMethod.Delete, $"/v1/leases/{id}")));
    }

    [Fact]
    public async Task A_signature_by_another_party_or_of_another_lease_or_of_the_wrong_shape_is_refused()
    {
        var (id, another) = (await world.Drafted(), await world.Drafted());
        await Refused.With(403, "wrong-signature", "signature", SignWith("provider", LeaseWorld.Sign(world.Lessee, id)));
        await Refused.With(403, "wrong-signature", "signature", SignWith("lessee", LeaseWorld.Sign(world.Provider, id)));
        await Refused.With(403, "wrong-signature", "signature", SignWith("provider", LeaseWorld.Sign(world.Provider, another)));
        await Refused.With(400, "invalid", "signature", SignWith("provider", "0x1234"));
        await Refused.With(400, "invalid", "signature", SignWith("provider", "not hex"));
        await Refused.With(400, "invalid", "party", SignWith("landlord", LeaseWorld.Sign(world.Provider, id)));
        Assert.Equal("draft", await Status(id));

        Task<HttpResponseMessage> SignWith(string party, string signature) => App.Post($"/v1/leases/{id}/signatures", new { party, signature });
    }

    [Fact]
    public async Task Origination_needs_both_signatures_and_a_lessee_that_can_pay()
    {
        var id = await world.Drafted();
        await Refused.With(409, "not-ready", "signatures.provider", App.Post($"/v1/leases/{id}/origination", new { permit = (object?)null }, "early-" + id));
        await App.PostOk($"/v1/leases/{id}/signatures", new { party = "provider", signature = LeaseWorld.Sign(world.Provider, id) });
        await Refused.With(409, "not-ready", "signatures.lessee", App.Post($"/v1/leases/{id}/origination", new { permit = (object?)null }, "early-" + id));
        await App.PostOk($"/v1/leases/{id}/signatures", new { party = "lessee", signature = LeaseWorld.Sign(world.Lessee, id) });
        await Refused.With(409, "escrow-short", "permit", App.Post($"/v1/leases/{id}/origination", new { permit = (object?)null }, "early-" + id));
        var stranger = await world.Permit(id, EthECKey.GenerateKey());
        await Refused.With(403, "wrong-signature", "permit.signature", App.Post($"/v1/leases/{id}/origination", new { permit = stranger }, "early-" + id));
        await Refused.With(400, "invalid", "permit.value", App.Post($"/v1/leases/{id}/origination",
            new { permit = new { value = "1", deadline = 4_000_000_000, signature = LeaseWorld.Sign(world.Lessee, id) } }, "early-" + id));
        Assert.Equal("signed", await Status(id));
    }

    [Fact]
    public async Task Escrow_is_funded_by_two_signatures_of_the_payer()
    {
        var id = await world.Originated();
        var order = new JsonObject { ["kind"] = "rent", ["amount"] = "100.5", ["payer"] = world.Lessee.GetPublicAddress(), ["nonce"] = "77", ["deadline"] = 4_000_000_000 };
        var offer = await App.PostOk($"/v1/leases/{id}/funding/typed-data", order);
        order["signature"] = LeaseWorld.Sign(world.Lessee, (string)offer["funding"]!["digest"]!);
        order["permit"] = new JsonObject { ["value"] = "100500000", ["deadline"] = 4_000_000_000, ["signature"] = LeaseWorld.Sign(world.Lessee, (string)offer["permit"]!["digest"]!) };

        foreach (var (member, value, status, code) in new (string, JsonNode, int, string)[]
        {
            ("kind", "heat", 400, "invalid"), ("amount", "0", 400, "invalid"), ("amount", "1.0000001", 400, "invalid"), ("payer", "0x1", 400, "invalid"), ("nonce", "-1", 400, "invalid"),
            ("deadline", 1, 400, "invalid"), ("amount", "100.4", 403, "wrong-signature"), ("signature", LeaseWorld.Sign(world.Provider, id), 403, "wrong-signature"),
        })
        {
            var bad = order.DeepClone();
            bad[member] = value.DeepClone();
            await Refused.With(status, code, status == 403 ? "signature" : member, App.Post($"/v1/leases/{id}/funding", bad, Guid.NewGuid().ToString()));
        }
        var sent = await App.PostOk($"/v1/leases/{id}/funding", order);
        await App.Settled((string)sent["id"]!);
        Assert.Equal("326.100000", Amount((await App.Get($"/v1/leases/{id}"))["escrow"]));
        Assert.Equal(["225.600000", "100.500000"], (await App.Get($"/v1/leases/{id}/cash"))["items"]!.AsArray().Select(c => Amount(c!["amount"])));
        await Refused.With(409, "conflict", "nonce", App.Post($"/v1/leases/{id}/funding", order, Guid.NewGuid().ToString()));
    }

    [Fact]
    public async Task What_is_not_on_chain_can_neither_be_funded_nor_paid_out_nor_curtailed()
    {
        var id = await world.Drafted();
        var start = world.Deployment.Epochs.StartOf(await world.PresentEpoch() + 1);
        foreach (var route in (string[])["provider-payments", "refunds", "fee-collections"])
            await Refused.With(409, "not-ready", null, App.Post($"/v1/leases/{id}/{route}", new { }, Guid.NewGuid().ToString()));
        await Refused.With(409, "not-ready", null, App.Post($"/v1/leases/{id}/curtailments", new { from = start, to = start.AddHours(1), reason = "grid" }));
        await Refused.With(404, "not-found", null, App.Http.GetAsync($"/v1/leases/0x{new string('0', 64)}"));
        await Refused.With(404, "not-found", null, App.Http.GetAsync("/v1/leases/nonsense"));
    }

    [Fact]
    public async Task A_curtailment_notice_lies_within_the_lease_and_the_present()
    {
        var id = await world.Originated();
        var start = world.Deployment.Epochs.StartOf(await world.PresentEpoch() + 1);
        var notice = await App.PostOk($"/v1/leases/{id}/curtailments", new { from = start.AddHours(3), to = start.AddHours(5), reason = "ERCOT emergency" });
        Assert.Equal((start.AddHours(3), start.AddHours(5)), ((DateTimeOffset)notice["from"]!, (DateTimeOffset)notice["to"]!));
        Assert.Single((await App.Get($"/v1/leases/{id}/curtailments"))["items"]!.AsArray());
        await Refused.With(400, "invalid", "from", App.Post($"/v1/leases/{id}/curtailments", new { from = start.AddDays(-1), to = start.AddHours(5), reason = "x" }));
        await Refused.With(400, "invalid", "to", App.Post($"/v1/leases/{id}/curtailments", new { from = start, to = start, reason = "x" }));
        await Refused.With(400, "invalid", "reason", App.Post($"/v1/leases/{id}/curtailments", new { from = start, to = start.AddHours(1), reason = "" }));
        await Refused.With(400, "malformed", null, App.Post($"/v1/leases/{id}/curtailments", new { from = "soon", to = start.AddHours(1), reason = "x" }));
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

    private async Task<string> Status(string id) => (string)(await App.Get($"/v1/leases/{id}"))["status"]!;

    private Task<long> Leases() => world.Read(tx => tx.Single<long>("SELECT (SELECT COUNT(*) FROM leases) + (SELECT COUNT(*) FROM lease_gpus) + (SELECT COUNT(*) FROM feed WHERE type = 'lease.drafted')"));

    private static async Task Until(Func<Task<bool>> holds)
    {
        for (var i = 0; i < 500 && !await holds(); i++) await Task.Delay(20);
        Assert.True(await holds());
    }

    private static string Amount(JsonNode? money) => (string)money!["amount"]!;

    private static async Task<string> Id(Task<HttpResponseMessage> sending)
    {
        using var response = await sending;
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, text);
        return (string)JsonNode.Parse(text)!["id"]!;
    }
}

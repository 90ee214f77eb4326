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
[Trait("engine", "both")]
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
            ("kind", "wind", 400, "invalid"), ("amount", "0", 400, "invalid"), ("amount", "1.0000001", 400, "invalid"), ("payer", "0x1", 400, "invalid"), ("nonce", "-1", 400, "invalid"),
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

    private async Task<string> Status(string id) => (string)(await App.Get($"/v1/leases/{id}"))["status"]!;

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

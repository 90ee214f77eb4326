using System.Net;
using System.Numerics;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Claims;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Tests.Support;
using Nethereum.Signer;

namespace ComputeRwa.Tests.Claims;

/// <summary>Transfers, claims and payments of leases on chain, over real HTTP. Revenue comes from leaves that the attestors' keys post.</summary>
[Collection(HardhatCollection.Name)]
[Trait("engine", "both")]
public sealed class ClaimHttpTests(LeaseWorld world) : IClassFixture<LeaseWorld>
{
    private const long Distant = 4_000_000_000;
    private TestApp App => world.App;

    [Fact]
    public async Task Nothing_is_claimed_before_anything_is_owed()
    {
        var id = await world.Originated();
        await Refused.With(409, "nothing-due", "holder", App.Post("/v1/claims", new { leaseId = id, holder = world.Provider.GetPublicAddress() }, "early-" + id));
        await Refused.With(404, "not-found", "leaseId", App.Post("/v1/claims", new { leaseId = Hash32.Zero.Value, holder = world.Provider.GetPublicAddress() }, "unknown"));
        await Refused.With(400, "invalid", "holder", App.Post("/v1/claims", new { leaseId = id, holder = "0x5" }, "bad-holder"));
        Assert.Empty((await App.Get($"/v1/holders/{EthECKey.GenerateKey().GetPublicAddress()}"))["positions"]!.AsArray());
        await Refused.With(400, "invalid", "address", App.Http.GetAsync("/v1/holders/0x5"));
        await Refused.With(400, "idempotency-key-missing", "Idempotency-Key", App.Post("/v1/claims", new { leaseId = id, holder = world.Provider.GetPublicAddress() }));
        await Refused.With(409, "nothing-due", null, App.Post($"/v1/leases/{id}/provider-payments", new { }, "nothing-" + id));
        await Refused.With(409, "not-ready", null, App.Post($"/v1/leases/{id}/refunds", new { }, "nothing-" + id));
    }

    [Fact]
    public async Task Rent_reaches_holders_provider_platform_and_at_last_the_lessee_to_the_unit()
    {
        var (id, holder) = (await world.Originated(epochs: 1, noticeEpochs: 1), EthECKey.GenerateKey());
        await App.Settled(await Transfer(id, world.Provider, holder.GetPublicAddress(), 333_333));
        // 50 of at most 112.8 dollars; 80 % to the pool, 40 base units a unit.
        await Sync(id, 50_000_001);

        var lease = await App.Get($"/v1/leases/{id}");
        Assert.Equal(("ended", "50.000001", "62.799999", "0.000000"), ((string)lease["status"]!, Amount(lease["applied"]), Amount(lease["escrow"]), Amount(lease["arrears"])));
        await SameAsChain(id, holder.GetPublicAddress(), world.Provider.GetPublicAddress());
        Assert.Equal(["13.333320", "26.666680"], (await Holders(id)).Select(h => Amount(h["claimable"])).Order());

        var first = await Id(App.Post("/v1/claims", new { leaseId = id, holder = holder.GetPublicAddress() }, "claim-" + id));
        var same = await Id(App.Post("/v1/claims", new { leaseId = id, holder = holder.GetPublicAddress() }, "claim-" + id));
        Assert.Equal(first, same);
        await App.Settled(first);
        Assert.Equal(13_333_320, await world.Dollars(holder.GetPublicAddress()));
        await Refused.With(409, "nothing-due", "holder", App.Post("/v1/claims", new { leaseId = id, holder = holder.GetPublicAddress() }, "more-" + id));
        await SameAsChain(id, holder.GetPublicAddress(), world.Provider.GetPublicAddress());

        // Fee: 2 % of 20 % against 80 %, of what the pool leaves; the provider has the rest.
        await Paid($"/v1/leases/{id}/provider-payments", world.Provider.GetPublicAddress(), 9_000_001);
        await Paid($"/v1/leases/{id}/fee-collections", world.Deployment.FeeRecipient, 1_000_000);
        await Paid($"/v1/leases/{id}/refunds", world.Lessee.GetPublicAddress(), 62_799_999);
        lease = await App.Get($"/v1/leases/{id}");
        Assert.Equal(("0.000000", "9.000001", "1.000000"), (Amount(lease["escrow"]), Amount(lease["providerPaid"]), Amount(lease["feeCollected"])));
        var positions = await App.Get($"/v1/holders/{holder.GetPublicAddress()}");
        var position = Assert.Single(positions["positions"]!.AsArray())!;
        Assert.Equal((id, 333_333, "0.000000", "13.333320"), ((string)position["leaseId"]!, (int)position["units"]!, Amount(position["claimable"]), Amount(position["claimed"])));
    }

    [Fact]
    public async Task Revenue_before_a_transfer_stays_with_the_sender_and_after_it_goes_with_the_units()
    {
        var (id, buyer) = (await world.Originated(epochs: 3, noticeEpochs: 3), EthECKey.GenerateKey().GetPublicAddress());
        var epoch = await Sync(id, 50_000_000);
        await App.Settled(await Transfer(id, world.Provider, buyer, 500_000, epoch));
        await Sync(id, 75_000_000);
        await SameAsChain(id, buyer, world.Provider.GetPublicAddress());
        var holders = await Holders(id);
        Assert.Equal("10.000000", Amount(holders.Single(h => (string)h["address"]! == buyer)["claimable"]));
        Assert.Equal("50.000000", Amount(holders.Single(h => (string)h["address"]! != buyer)["claimable"]));
        var moves = (await App.Get($"/v1/leases/{id}/transfers"))["items"]!.AsArray();
        Assert.Equal([1_000_000, 500_000], moves.Select(m => (int)m!["units"]!));
        Assert.Equal(Address.Zero.Value, (string)moves[0]!["from"]!);
    }

    [Fact]
    public async Task A_transfer_needs_the_holders_signature_units_a_fresh_nonce_and_the_epoch_it_names()
    {
        var (id, to) = (await world.Originated(), EthECKey.GenerateKey().GetPublicAddress());
        var order = Order(id, world.Provider.GetPublicAddress(), to, 10, nonce: "900");
        order["signature"] = LeaseWorld.Sign(world.Provider, (string)(await App.PostOk("/v1/transfers/typed-data", order))["digest"]!);

        foreach (var (member, value, status, code, field) in new (string, JsonNode?, int, string, string)[]
        {
            ("leaseId", "0x12", 400, "invalid", "leaseId"), ("from", "0x12", 400, "invalid", "from"), ("to", Address.Zero.Value, 400, "invalid", "to"),
            ("units", 0, 400, "invalid", "units"), ("units", -5, 400, "invalid", "units"), ("nonce", "x", 400, "invalid", "nonce"), ("deadline", 5, 400, "invalid", "deadline"),
            ("syncedThrough", -1, 400, "invalid", "syncedThrough"), ("leaseId", Hash32.Zero.Value, 404, "not-found", "leaseId"),
            ("units", 11, 403, "wrong-signature", "signature"), ("signature", LeaseWorld.Sign(world.Lessee, id), 403, "wrong-signature", "signature"),
            ("signature", "0x00", 400, "invalid", "signature"),
        })
        {
            var bad = order.DeepClone();
            bad[member] = value?.DeepClone();
            await Refused.With(status, code, field, App.Post("/v1/transfers", bad, Guid.NewGuid().ToString()));
        }
        await Refused.With(409, "insufficient-units", "units", Post(Order(id, world.Provider.GetPublicAddress(), to, 1_000_001, nonce: "901")));
        await Refused.With(409, "synced-through", "syncedThrough", Post(Order(id, world.Provider.GetPublicAddress(), to, 10, syncedThrough: 5, nonce: "902")));

        var sent = await Id(App.Post("/v1/transfers", order, "once-" + id));
        Assert.Equal(sent, await Id(App.Post("/v1/transfers", order, "once-" + id)));
        await App.Settled(sent);
        await Refused.With(409, "conflict", "nonce", App.Post("/v1/transfers", order, "twice-" + id));
        Assert.Equal(10, (int)(await Holders(id)).Single(h => (string)h["address"]! == to)["units"]!);
    }

    [Fact]
    public async Task A_blocked_account_receives_nothing_and_frozen_units_stay()
    {
        var (id, to) = (await world.Originated(), EthECKey.GenerateKey().GetPublicAddress());
        await world.SendAsOwner(world.Deployment.Contracts.Eligibility, new Eligibility.SetMember { Account = to, Member = new() { Blocked = true } });
        await Refused.With(409, "not-eligible", "to", Post(Order(id, world.Provider.GetPublicAddress(), to, 10, nonce: "910")));
        await world.SendAsOwner(world.Deployment.Contracts.LeaseClaims,
            new LeaseClaims.SetFrozenTokens { Account = world.Provider.GetPublicAddress(), TokenId = Hash32.Parse(id).ToInteger(), Amount = 999_995 });
        var other = EthECKey.GenerateKey().GetPublicAddress();
        await Refused.With(409, "not-eligible", "to", Post(Order(id, world.Provider.GetPublicAddress(), other, 6, nonce: "911")));
        await Seen(async () => (await Holders(id))[0]["frozen"]!.GetValue<long>() == 999_995);

        await world.SendAsOwner(world.Deployment.Contracts.LeaseClaims,
            new LeaseClaims.ForcedTransfer { From = world.Provider.GetPublicAddress(), To = other, TokenId = Hash32.Parse(id).ToInteger(), Amount = 100 });
        await Seen(async () => (await App.Get($"/v1/leases/{id}/transfers"))["items"]!.AsArray().Count == 2);
        Assert.Equal([false, true], (await App.Get($"/v1/leases/{id}/transfers"))["items"]!.AsArray().Select(m => (bool)m!["forced"]!));
    }

    [Fact]
    public async Task The_tokens_uri_leads_to_metadata_and_an_image()
    {
        var id = await world.Originated();
        var uri = await world.Chain.Ask<LeaseClaims.Uri, string>(world.Claims, new() { Id = Hash32.Parse(id).ToInteger() });
        var metadata = await App.Get(new Uri(uri).PathAndQuery);
        Assert.Equal(id, (string)metadata["properties"]!["leaseId"]!);
        Assert.StartsWith(App.Http.BaseAddress!.ToString(), (string)metadata["image"]!, StringComparison.Ordinal);
        using var image = await App.Http.GetAsync(new Uri((string)metadata["image"]!));
        Assert.Equal((HttpStatusCode.OK, "image/svg+xml"), (image.StatusCode, image.Content.Headers.ContentType!.MediaType));
        Assert.Equal("svg", XDocument.Parse(await image.Content.ReadAsStringAsync()).Root!.Name.LocalName);
        var collection = await world.Chain.Ask<LeaseClaims.ContractURI, string>(world.Claims, new());
        Assert.Equal("CRWA", (string)(await App.Get(new Uri(collection).PathAndQuery))["symbol"]!);
        await Refused.With(404, "not-found", null, App.Http.GetAsync($"/v1/tokens/{new string('0', 64)}.json"));
        await Refused.With(404, "not-found", null, App.Http.GetAsync("/v1/tokens/..%2f.svg"));
    }

    /// <summary>Ends the lease's next epoch, has its leaf attested and applied, and waits until this API has read it.</summary>
    /// <param name="rent">cumulative, base units</param>
    private async Task<long> Sync(string id, BigInteger rent)
    {
        var lease = (await world.Read(tx => LeaseStore.Find(tx, id)))!;
        var epoch = (await LeaseOnChain.Read(world.Chain, world.Deployment, lease))!.SyncedThrough + 1;
        if (await world.PresentEpoch() <= epoch) await world.MoveToEpoch(epoch + 1);
        await world.PostAndSync(new EpochLeaf(lease.Id, (uint)epoch, rent, 0, 0, 0, 0, 0, 0, Hash32.Zero));
        await Seen(async () => (long?)(await App.Get($"/v1/leases/{id}"))["syncedThrough"] == epoch);
        await Seen(async () => (await world.Read(tx => ClaimStore.Book(tx, lease))).Pool == Split.Of(rent, lease.Terms.PoolBps, 0).Pool);
        return epoch;
    }

    /// <summary>The replayed holdings are the contract's accounts, slot by slot.</summary>
    private async Task SameAsChain(string id, params string[] holders)
    {
        var lease = (await world.Read(tx => LeaseStore.Find(tx, id)))!;
        var book = await world.Read(tx => ClaimStore.Book(tx, lease));
        foreach (var holder in holders)
        {
            var account = (await world.Chain.AskOutput<LeaseClaims.AccountOf, LeaseClaims.AccountOfOutput>(world.Claims, new() { Id = lease.Id.ToInteger(), Holder = holder })).Value;
            var ours = book.Of(Address.Parse(holder));
            Assert.Equal(((BigInteger)account.Balance, account.Checkpoint, account.Accrued), (ours.Units, ours.Checkpoint, ours.Accrued));
            Assert.Equal(await world.Chain.Ask<LeaseClaims.Claimable, BigInteger>(world.Claims, new() { Id = lease.Id.ToInteger(), Holder = holder }), book.Claimable(Address.Parse(holder)));
        }
    }

    private async Task Paid(string route, string account, BigInteger amount)
    {
        var before = await world.Dollars(account);
        await App.Settled((string)(await App.PostOk(route, new { }))["id"]!);
        Assert.Equal(before + amount, await world.Dollars(account));
    }

    private async Task<string> Transfer(string id, EthECKey from, string to, long units, long? syncedThrough = null)
    {
        var order = Order(id, from.GetPublicAddress(), to, units, syncedThrough);
        order["signature"] = LeaseWorld.Sign(from, (string)(await App.PostOk("/v1/transfers/typed-data", order))["digest"]!);
        return (string)(await App.PostOk("/v1/transfers", order))["id"]!;
    }

    /// <summary>A transfer of the provider's, signed.</summary>
    private async Task<HttpResponseMessage> Post(JsonObject order)
    {
        order["signature"] = LeaseWorld.Sign(world.Provider, (string)(await App.PostOk("/v1/transfers/typed-data", order))["digest"]!);
        return await App.Post("/v1/transfers", order, Guid.NewGuid().ToString());
    }

    private static JsonObject Order(string id, string from, string to, long units, long? syncedThrough = null, string? nonce = null) => new()
    {
        ["leaseId"] = id, ["from"] = from, ["to"] = to, ["units"] = units, ["syncedThrough"] = syncedThrough,
        ["nonce"] = nonce ?? $"{Random.Shared.NextInt64()}", ["deadline"] = Distant,
    };

    private async Task<List<JsonNode>> Holders(string id) => [.. (await App.Get($"/v1/leases/{id}/holders"))["items"]!.AsArray().Select(h => h!)];

    private static async Task Seen(Func<Task<bool>> holds)
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

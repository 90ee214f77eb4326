using System.Numerics;
using System.Text.Json.Nodes;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Tests.Support;
using Nethereum.Signer;

namespace ComputeRwa.Tests.Settlement;

/// <summary>How leases end, and what else is paid into them, over real HTTP and a real node; the books balance after every step.</summary>
[Collection(HardhatCollection.Name)]
[Trait("engine", "both")]
public sealed class LifecycleHttpTests(HardhatNode node) : IAsyncLifetime
{
    /// <summary>2 GPUs × 24 hours × 2.35: what an epoch of these leases costs when all is delivered, and at most.</summary>
    private const string Cap = "112.800000";

    private readonly LeaseWorld _world = new(node);
    private SettlementStage _stage = null!;
    private TestApp App => _world.App;

    public async Task InitializeAsync()
    {
        await _world.InitializeAsync();
        _stage = new(_world);
    }

    public Task DisposeAsync() => _world.DisposeAsync();

    private async Task<long> InAnHour() => (await node.Head()).MinedAt.AddHours(1).ToUnixTimeSeconds();

    /// <summary>A lease on all GPUs of a node, its draft changed.</summary>
    private async Task<string> Lease(StageNode stageNode, int epochs, int noticeEpochs, Action<JsonObject>? change = null)
    {
        var draft = await _world.Draft(stageNode.Uuids.Select(u => new Gpu(stageNode.Id, u)), epochs, noticeEpochs);
        change?.Invoke(draft);
        var id = (string)(await App.PostOk("/v1/leases", draft))["id"]!;
        await App.PostOk($"/v1/leases/{id}/signatures", new { party = "provider", signature = LeaseWorld.Sign(_world.Provider, id) });
        await App.PostOk($"/v1/leases/{id}/signatures", new { party = "lessee", signature = LeaseWorld.Sign(_world.Lessee, id) });
        await Settled($"/v1/leases/{id}/origination", new { permit = await _world.Permit(id) });
        return id;
    }

    private async Task Settled(string path, object body) => await App.Settled((string)(await App.PostOk(path, body))["id"]!);

    private async Task Settle(long epoch)
    {
        await _stage.Close(epoch);
        await _stage.Post(epoch);
        await _stage.Sync(epoch);
        await _stage.Reconciled(true);
    }

    private async Task<JsonNode> Lease(string id) => await App.Get($"/v1/leases/{id}");

    private async Task<string> Status(string id) => (string)(await Lease(id))["status"]!;

    private static string Amount(JsonNode lease, string member) => (string)lease[member]!["amount"]!;

    [Fact]
    public async Task A_lessee_leaves_with_notice_and_has_its_escrow_and_deposit_back_after_the_last_epoch()
    {
        var stageNode = await _stage.AddNode(2);
        var first = await _world.PresentEpoch() + 1;
        var lease = await Lease(stageNode, epochs: 5, noticeEpochs: 2, d => (d["deposit"], d["graceEpochs"]) = ("25.5", 1));
        Assert.Equal(("25.500000", "225.600000", "offered"), (Amount(await Lease(lease), "depositStanding"), Amount(await Lease(lease), "escrow"), await Status(lease)));
        await _stage.Reconciled(true);

        var deadline = await InAnHour();
        await Refused.With(400, "invalid", "endEpoch", App.Post($"/v1/leases/{lease}/exit/typed-data", new { endEpoch = first, deadline }));
        await Refused.With(400, "invalid", "endEpoch", App.Post($"/v1/leases/{lease}/exit/typed-data", new { endEpoch = first + 4, deadline }));
        await Refused.With(400, "invalid", "deadline", App.Post($"/v1/leases/{lease}/exit/typed-data", new { endEpoch = first + 1, deadline = 1 }));
        var asked = await App.PostOk($"/v1/leases/{lease}/exit/typed-data", new { endEpoch = first + 1, deadline });
        Assert.Equal("Exit", (string)asked["typedData"]!["primaryType"]!);
        var exit = $"/v1/leases/{lease}/exit";
        await Refused.With(403, "wrong-signature", "signature", App.Post(exit, new { endEpoch = first + 1, deadline, signature = LeaseWorld.Sign(EthECKey.GenerateKey(), (string)asked["digest"]!) }, "stranger"));
        await Refused.With(400, "invalid", "signature", App.Post(exit, new { endEpoch = first + 1, deadline, signature = "0x" }, "nothing"));
        await Settled(exit, new { endEpoch = first + 1, deadline, signature = LeaseWorld.Sign(_world.Lessee, (string)asked["digest"]!) });
        Assert.Equal(first + 1, (long)(await Lease(lease))["lastEpoch"]!);
        await Refused.With(400, "invalid", "endEpoch", App.Post($"/v1/leases/{lease}/exit/typed-data", new { endEpoch = first + 1, deadline }));
        await _stage.Reconciled(true);

        // Its machines are free from the epoch after.
        var next = await _world.Draft(stageNode.Uuids.Select(u => new Gpu(stageNode.Id, u)), 3, 1);
        next["startEpoch"] = first + 1;
        await Refused.With(409, "gpu-already-let", "gpus[0]", App.Post("/v1/leases", next, "too-early"));
        next["startEpoch"] = first + 2;
        await App.PostOk("/v1/leases", next);

        foreach (var epoch in new[] { first, first + 1 })
        {
            await _stage.End(epoch);
            await _stage.Telemetry(stageNode, epoch);
            await Settle(epoch);
        }
        Assert.Equal("ended", await Status(lease));
        await _stage.End(first + 2);
        var closed = await _stage.Close(first + 2);
        Assert.Equal(1, (int)closed["leases"]!);
        Assert.Equal((string)(await App.Get($"/v1/epochs/{first + 1}/leases/{lease}/proof"))["leaf"]!, (string)(await App.Get($"/v1/epochs/{first + 2}/leases/{lease}/proof"))["leaf"]!);

        var before = await _world.Dollars(_world.Lessee.GetPublicAddress());
        await Settled($"/v1/leases/{lease}/refunds", new { });
        Assert.Equal(25_500_000, await _world.Dollars(_world.Lessee.GetPublicAddress()) - before);
        var after = await Lease(lease);
        Assert.Equal(("0.000000", "0.000000", "225.600000"), (Amount(after, "escrow"), Amount(after, "depositStanding"), Amount(after, "applied")));
        await _stage.Reconciled(true);
    }

    [Fact]
    public async Task A_lessee_that_stops_paying_is_declared_in_default_and_the_deposit_pays_on()
    {
        var stageNode = await _stage.AddNode(2);
        var first = await _world.PresentEpoch() + 1;
        var lease = await Lease(stageNode, epochs: 9, noticeEpochs: 2, d => d["deposit"] = "120");
        var path = $"/v1/leases/{lease}/default";
        var deadline = await InAnHour();
        await Refused.With(409, "not-in-default", null, App.Post($"{path}/typed-data", new { deadline }));
        await Refused.With(409, "not-ready", null, App.Post($"/v1/leases/{lease}/deposit-use", new { }, "no-arrears"));
        await _stage.End(first);
        await _stage.Telemetry(stageNode, first);
        await Settle(first);
        Assert.Equal("delinquent", await Status(lease));

        deadline = await InAnHour();
        var digest = (string)(await App.PostOk($"{path}/typed-data", new { deadline }))["digest"]!;
        await Refused.With(400, "invalid", "signature", App.Post(path, new { deadline }, "unsigned"));
        await Refused.With(403, "wrong-signature", "signature", App.Post(path, new { deadline, signature = LeaseWorld.Sign(_world.Lessee, digest) }, "lessee"));
        await Settled(path, new { deadline, signature = LeaseWorld.Sign(_world.Provider, digest) });
        // One epoch's cap of escrow and a deposit of a little more: two epochs after the first.
        var view = await Lease(lease);
        Assert.Equal(("defaulted", first + 2, "232.800000", "0.000000"), ((string)view["status"]!, (long)view["lastEpoch"]!, Amount(view, "escrow"), Amount(view, "depositStanding")));
        await Refused.With(409, "conflict", null, App.Post($"{path}/typed-data", new { deadline }));
        await _stage.Reconciled(true);

        foreach (var epoch in new[] { first + 1, first + 2 })
        {
            await _stage.End(epoch);
            await _stage.Telemetry(stageNode, epoch);
            await Settle(epoch);
        }
        view = await Lease(lease);
        Assert.Equal(("338.400000", "0.000000"), (Amount(view, "applied"), Amount(view, "arrears")));
        await Settled($"/v1/leases/{lease}/refunds", new { });
        await _stage.Reconciled(true);
    }

    [Fact]
    public async Task Arrears_are_paid_from_the_deposit_when_somebody_asks()
    {
        var stageNode = await _stage.AddNode(2);
        var first = await _world.PresentEpoch() + 1;
        var lease = await Lease(stageNode, epochs: 3, noticeEpochs: 1, d => d["deposit"] = "100");
        foreach (var epoch in new[] { first, first + 1 })
        {
            await _stage.End(epoch);
            await _stage.Telemetry(stageNode, epoch);
            await Settle(epoch);
        }
        Assert.Equal((Cap, "100.000000"), (Amount(await Lease(lease), "arrears"), Amount(await Lease(lease), "depositStanding")));
        await Settled($"/v1/leases/{lease}/deposit-use", new { });
        await _stage.Reconciled(true);
        Assert.Equal(1, await _stage.Sync(first + 1));
        Assert.Equal(("12.800000", "0.000000"), (Amount(await Lease(lease), "arrears"), Amount(await Lease(lease), "depositStanding")));
        await Refused.With(409, "nothing-due", null, App.Post($"/v1/leases/{lease}/deposit-use", new { }, "again"));
        await _stage.Reconciled(true);
    }

    [Fact]
    public async Task A_lease_that_nobody_syncs_is_settled_by_both_parties()
    {
        var stageNode = await _stage.AddNode(2);
        var first = await _world.PresentEpoch() + 1;
        var lease = await Lease(stageNode, epochs: 20, noticeEpochs: 2);
        var path = $"/v1/leases/{lease}/co-settlement";
        await Refused.With(409, "not-ready", null, App.Post($"{path}/typed-data", new { epoch = first, rent = "1", deadline = await InAnHour() }));
        await _world.MoveToEpoch(first + 8);
        var deadline = await InAnHour();
        // Fixed at 2.35: no less than the price less the largest SLA credit of 30 %.
        await Refused.With(400, "invalid", "rent", App.Post($"{path}/typed-data", new { epoch = first, rent = "78.959999", deadline }));
        await Refused.With(400, "invalid", "epoch", App.Post($"{path}/typed-data", new { epoch = first + 8, rent = "800", deadline }));
        var digest = (string)(await App.PostOk($"{path}/typed-data", new { epoch = first + 1, rent = "200.000001", deadline }))["digest"]!;
        await Refused.With(403, "wrong-signature", "lesseeSignature", App.Post(path, new
        {
            epoch = first + 1, rent = "200.000001", deadline, providerSignature = LeaseWorld.Sign(_world.Provider, digest), lesseeSignature = LeaseWorld.Sign(_world.Provider, digest),
        }, "one-party"));
        await Settled(path, new
        {
            epoch = first + 1, rent = "200.000001", deadline, providerSignature = LeaseWorld.Sign(_world.Provider, digest), lesseeSignature = LeaseWorld.Sign(_world.Lessee, digest),
        });
        var view = await Lease(lease);
        Assert.Equal((first + 1, "200.000001"), ((long)view["syncedThrough"]!, Amount(view, "applied")));
        await _stage.Reconciled(true);
    }

    [Fact]
    public async Task Heat_mining_and_grid_income_is_shared_out_at_once_beside_the_rent()
    {
        var stageNode = await _stage.AddNode(2);
        var first = await _world.PresentEpoch() + 1;
        var lease = await Lease(stageNode, epochs: 3, noticeEpochs: 3);
        var payer = EthECKey.GenerateKey();
        await _world.Mint(payer, 50_000_000);
        var deadline = await InAnHour();
        await Refused.With(400, "invalid", "kind", App.Post($"/v1/leases/{lease}/funding/typed-data", new { kind = "wind", amount = "1", payer = payer.GetPublicAddress(), nonce = "1", deadline }));
        var order = new { kind = "heat", amount = "10.000001", payer = payer.GetPublicAddress(), nonce = "1", deadline };
        var offer = await App.PostOk($"/v1/leases/{lease}/funding/typed-data", order);
        await Settled($"/v1/leases/{lease}/funding", new
        {
            order.kind, order.amount, order.payer, order.nonce, order.deadline, signature = LeaseWorld.Sign(payer, (string)offer["funding"]!["digest"]!),
            permit = new { value = "10000001", deadline, signature = LeaseWorld.Sign(payer, (string)offer["permit"]!["digest"]!) },
        });
        var view = await Lease(lease);
        Assert.Equal(("10.000001", "0.000000", "338.400000"), (Amount(view, "otherIncome"), Amount(view, "applied"), Amount(view, "escrow")));
        Assert.Equal("8.000000", Amount(view["earned"]!, "pool"));
        await _stage.Reconciled(true);

        var authorization = new { kind = "grid", amount = "5", payer = payer.GetPublicAddress(), validAfter = 0, validBefore = deadline, salt = Keccak.Hash([1]).Value };
        var path = $"/v1/leases/{lease}/funding/authorization";
        await Refused.With(400, "invalid", "salt", App.Post($"{path}/typed-data", new { authorization.kind, authorization.amount, authorization.payer, authorization.validAfter, authorization.validBefore, salt = "0x1" }));
        await Refused.With(400, "invalid", "validBefore", App.Post($"{path}/typed-data", new { authorization.kind, authorization.amount, authorization.payer, authorization.validAfter, validBefore = 1, authorization.salt }));
        var asked = await App.PostOk($"{path}/typed-data", authorization);
        Assert.Equal("ReceiveWithAuthorization", (string)asked["typedData"]!["primaryType"]!);
        object Signed(EthECKey key) => new
        {
            authorization.kind, authorization.amount, authorization.payer, authorization.validAfter, authorization.validBefore, authorization.salt,
            signature = LeaseWorld.Sign(key, (string)asked["digest"]!),
        };
        await Refused.With(403, "wrong-signature", "signature", App.Post(path, Signed(_world.Lessee), "another's"));
        await Settled(path, Signed(payer));
        await _stage.Reconciled(true);
        Assert.Equal(["rent", "heat", "grid"], (await App.Get($"/v1/leases/{lease}/cash"))["items"]!.AsArray().Select(c => (string)c!["line"]!));

        // The rent follows its own rule; what was shared out already stays.
        await _stage.End(first);
        await _stage.Telemetry(stageNode, first);
        await Settle(first);
        view = await Lease(lease);
        Assert.Equal(("15.000001", Cap), (Amount(view, "otherIncome"), Amount(view, "applied")));
        var statement = await App.Get($"/v1/epochs/{first}/leases/{lease}/statement");
        Assert.Contains("15.000001 tUSD", (string)statement["steps"]!.AsArray().Single(s => (string)s!["name"]! == "otherIncome")!["text"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_right_of_use_is_the_lessees_and_is_sub_let_with_the_providers_consent()
    {
        var lease = await Lease(await _stage.AddNode(1), epochs: 3, noticeEpochs: 1);
        await Settled($"/v1/leases/{lease}/use-right", new { });
        var user = EthECKey.GenerateKey().GetPublicAddress();
        var deadline = await InAnHour();
        var order = new { user, expires = deadline + 86_400, deadline };
        var digest = (string)(await App.PostOk($"/v1/leases/{lease}/use-right/sublet/typed-data", order))["digest"]!;
        await Refused.With(403, "wrong-signature", "consent", App.Post($"/v1/leases/{lease}/use-right/sublet", new
        {
            order.user, order.expires, order.deadline, consent = LeaseWorld.Sign(_world.Lessee, digest), signature = LeaseWorld.Sign(_world.Lessee, digest),
        }, "without-consent"));
        await Settled($"/v1/leases/{lease}/use-right/sublet", new
        {
            order.user, order.expires, order.deadline, consent = LeaseWorld.Sign(_world.Provider, digest), signature = LeaseWorld.Sign(_world.Lessee, digest),
        });
        var right = await App.Get($"/v1/leases/{lease}/use-right");
        Assert.Equal((user, deadline + 86_400), ((string)right["user"]!, ((DateTimeOffset)right["expires"]!).ToUnixTimeSeconds()));
    }

    [Fact]
    public async Task A_standstill_is_told_to_the_chain_by_the_provider()
    {
        var lease = await Lease(await _stage.AddNode(1), epochs: 3, noticeEpochs: 1);
        var first = await _world.PresentEpoch() + 1;
        var deadline = await InAnHour();
        var digest = (string)(await App.PostOk($"/v1/leases/{lease}/standstill/typed-data", new { throughEpoch = first, deadline }))["digest"]!;
        await Settled($"/v1/leases/{lease}/standstill", new { throughEpoch = first, deadline, signature = LeaseWorld.Sign(_world.Provider, digest) });
        await _world.MoveToEpoch(first);
        Assert.Equal("curtailed", await Status(lease));
        Assert.Equal(3, await _world.Chain.Ask<LeaseBook.StatusOf, byte>(_world.Book, new() { Id = Hash32.Parse(lease).ToInteger() }));
        await _world.MoveToEpoch(first + 1);
        Assert.Equal("active", await Status(lease));
    }
}

using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Kernel;
using ComputeRwa.Settlement;
using ComputeRwa.Tests.Support;
using Nethereum.Contracts;
using Nethereum.Hex.HexConvertors.Extensions;
using PayToken = ComputeRwa.Chain.Contracts.PayToken;

namespace ComputeRwa.Tests.Settlement;

/// <summary>Roots under a challenge window of six hours: waiting, a lie and its end, a demand and its answer.</summary>
[Collection(HardhatCollection.Name)]
[Trait("engine", "both")]
public sealed class ChallengeHttpTests(HardhatNode node) : IAsyncLifetime
{
    private const long Window = 21_600;
    /// <summary>Whose transactions <see cref="LeaseWorld.Send"/> sends.</summary>
    private const int Stranger = 7;

    private readonly LeaseWorld _world = new(node) { DeployOptions = ["--window", $"{Window}"] };
    private SettlementStage _stage = null!;
    private TestApp App => _world.App;
    private Address Ledger => Address.Parse(_world.Deployment.Contracts.EpochLedger);

    public async Task InitializeAsync()
    {
        await _world.InitializeAsync();
        _stage = new(_world);
    }

    public Task DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Leaves_wait_for_the_window_of_their_root()
    {
        var (_, epoch) = await Closed();
        await _stage.Post(epoch);
        Assert.Equal("posted", await Status(epoch));
        var refused = await Refused.With(409, "not-ready", "epoch", App.Post($"/v1/epochs/{epoch}/sync", new { }, "in-the-window"));
        Assert.Contains("challenge window", (string)refused["detail"]!);
        await _stage.Reconciled(true);

        await Pass(Window);
        Assert.Equal("active", await Status(epoch));
        Assert.Equal(1, await _stage.Sync(epoch));
        await _stage.Reconciled(true);
    }

    [Fact]
    public async Task A_false_root_is_challenged_away_and_the_true_one_posted_with_the_next_attempt()
    {
        var (lease, epoch) = await Closed();
        var lie = await PostLie(epoch, lease);
        await Until(epoch, "contested");
        await Refused.With(409, "not-ready", "epoch", App.Post($"/v1/epochs/{epoch}/sync", new { }, "contested"));
        await _stage.Reconciled(false);

        // What the API publishes of its own root, with the liar's leaf in place of the true one, is all that a challenger needs.
        await _world.Send(Ledger.Value, new EpochLedger.Challenge { Epoch = (uint)epoch, Step = lie });
        await Until(epoch, "cancelled");
        await Refused.With(409, "root-cancelled", "epoch", App.Post($"/v1/epochs/{epoch}/attestations",
            new { signature = await _stage.Signature(epoch, HardhatNode.DevelopmentKey(1)) }));
        var half = BigInteger.Parse(_world.Deployment.RootBond) / 2;
        Assert.Equal(half, await _world.Chain.Ask<EpochLedger.CreditOf, BigInteger>(Ledger, new() { Account = HardhatNode.DevelopmentKey(Stranger).GetPublicAddress() }));

        var again = await _stage.Close(epoch);
        Assert.Equal((1, "closed"), ((int)again["attempt"]!, (string)again["status"]!));
        await _stage.Post(epoch);
        Assert.Equal("posted", await Status(epoch));
        await Pass(Window);
        await _stage.Sync(epoch);
        await _stage.Reconciled(true);
    }

    [Fact]
    public async Task A_demand_to_reveal_is_answered_without_being_asked()
    {
        var (lease, epoch) = await Closed();
        await _stage.Post(epoch);
        await _world.Send(_world.Deployment.Contracts.TestDollar, new PayToken.Mint { To = HardhatNode.DevelopmentKey(Stranger).GetPublicAddress(), Amount = 1_000_000_000 });
        await _world.Send(_world.Deployment.Contracts.TestDollar, new PayToken.Approve { Spender = Ledger.Value, Value = 1_000_000_000 });
        await _world.Send(Ledger.Value, new EpochLedger.DemandReveal { Epoch = (uint)epoch, Id = Hash32.Parse(lease).ToInteger() });
        var reveal = await Eventually(async () => (await App.Get($"/v1/transactions?kind=reveal&subject={epoch}"))["items"]!.AsArray().FirstOrDefault());
        await App.Settled((string)reveal["id"]!);
        var demand = await _world.Chain.Ask<EpochLedger.DemandOf, EpochLedger.DemandOfOutput>(Ledger, new() { Epoch = (uint)epoch, Id = Hash32.Parse(lease).ToInteger() });
        Assert.Equal(0ul, (ulong)demand.Value.Posted);
        // It put the root off by a window, once.
        await Pass(Window);
        Assert.Equal("posted", await Status(epoch));
        var posted = (await App.Get($"/v1/epochs/{epoch}"))["posted"]!;
        Assert.Equal((DateTimeOffset)posted["at"]! + TimeSpan.FromSeconds(2 * Window), (DateTimeOffset)posted["activeAt"]!);
        Assert.Equal(((DateTimeOffset)posted["activeAt"]!).ToUnixTimeSeconds(), (long)await _world.Chain.Ask<EpochLedger.ActiveAt, BigInteger>(Ledger, new() { Epoch = (uint)epoch }));
        await Pass(Window);
        Assert.Equal("active", await Status(epoch));
    }

    [Fact]
    public async Task A_disputed_epoch_is_held_back_until_it_is_decided_and_only_that()
    {
        var (lease, epoch) = await Closed();
        var path = $"/v1/leases/{lease}/objections";
        var deadline = (await node.Head()).MinedAt.AddDays(2).ToUnixTimeSeconds();
        await Refused.With(409, "not-ready", "epoch", App.Post($"{path}/typed-data", new { epoch, deadline }));
        await _stage.Post(epoch);
        var asked = await App.PostOk($"{path}/typed-data", new { epoch, deadline });
        var signed = new { epoch, deadline, signature = LeaseWorld.Sign(_world.Lessee, (string)asked["digest"]!) };
        await Refused.With(403, "wrong-signature", "signature", App.Post(path, new { epoch, deadline, signature = LeaseWorld.Sign(_world.Provider, (string)asked["digest"]!) }, "provider"));
        await Refused.With(409, "escrow-short", null, App.Post(path, signed, "without-bond"));
        await _world.SendAs(_world.Lessee, _world.Deployment.Contracts.TestDollar, new PayToken.Approve { Spender = Ledger.Value, Value = 1_000_000_000 });
        await App.Settled((string)(await App.PostOk(path, signed))["id"]!);
        var objection = Assert.Single((await App.Get(path))["items"]!.AsArray())!;
        // 24 hours at 2.35 and a bonus of 5 %; without the bonus it is the minimum.
        Assert.Equal(("59.220000", "56.400000", null), ((string)objection["increment"]!["amount"]!, (string)objection["minimum"]!["amount"]!, objection["granted"]));
        Assert.Equal("59.220000", (string)(await App.Get($"/v1/leases/{lease}"))["held"]!["amount"]!);
        await _stage.Reconciled(true);

        await Pass(Window / 2);
        await Refused.With(409, "not-ready", null, App.Post($"{path}/{epoch}/resolution", new { }, "too-early"));
        await Pass(Window / 2);
        Assert.Equal(1, await _stage.Sync(epoch));
        Assert.Equal("0.000000", (string)(await App.Get($"/v1/leases/{lease}"))["applied"]!["amount"]!);
        await _stage.Reconciled(true);

        await Refused.With(400, "invalid", "granted", App.Post($"{path}/{epoch}/resolution/typed-data", new { granted = "59.220001" }));
        var decided = (string)(await App.PostOk($"{path}/{epoch}/resolution/typed-data", new { granted = "40" }))["digest"]!;
        var one = LeaseWorld.Sign(HardhatNode.DevelopmentKey(1), decided);
        await Refused.With(400, "invalid", "attestations", App.Post($"{path}/{epoch}/resolution", new { granted = "40", attestations = new[] { one, one } }, "one-attestor"));
        await App.Settled((string)(await App.PostOk($"{path}/{epoch}/resolution", new
        {
            granted = "40", attestations = new[] { LeaseWorld.Sign(HardhatNode.DevelopmentKey(3), decided), one },
        }))["id"]!);
        Assert.Equal("40.000000", (string)Assert.Single((await App.Get(path))["items"]!.AsArray())!["granted"]!["amount"]!);
        Assert.Equal("19.220000", (string)(await App.Get($"/v1/leases/{lease}"))["held"]!["amount"]!);
        await Refused.With(404, "not-found", "epoch", App.Post($"{path}/{epoch}/resolution", new { }, "decided"));
        Assert.Equal(1, await _stage.Sync(epoch));
        var view = await App.Get($"/v1/leases/{lease}");
        Assert.Equal(("40.000000", "0.000000"), ((string)view["applied"]!["amount"]!, (string)view["arrears"]!["amount"]!));
        Assert.Equal(0, await _stage.Sync(epoch));
        await _stage.Reconciled(true);
    }

    [Fact]
    public async Task Parties_decide_a_dispute_between_them_and_silence_decides_it_for_the_minimum()
    {
        var (lease, epoch) = await Closed();
        var path = $"/v1/leases/{lease}/objections";
        await _world.SendAs(_world.Lessee, _world.Deployment.Contracts.TestDollar, new PayToken.Approve { Spender = Ledger.Value, Value = 1_000_000_000 });
        await _stage.Post(epoch);
        await Object(lease, epoch);
        await Refused.With(409, "conflict", "epoch", App.Post($"{path}/typed-data", new { epoch, deadline = long.MaxValue }));
        var little = (string)(await App.PostOk($"{path}/{epoch}/resolution/typed-data", new { granted = "39.479999" }))["digest"]!;
        await Refused.With(400, "invalid", "granted", App.Post($"{path}/{epoch}/resolution", new
        {
            granted = "39.479999", providerSignature = LeaseWorld.Sign(_world.Provider, little), lesseeSignature = LeaseWorld.Sign(_world.Lessee, little),
        }, "too-little-for-holders"));
        var decided = (string)(await App.PostOk($"{path}/{epoch}/resolution/typed-data", new { granted = "59.22" }))["digest"]!;
        await App.Settled((string)(await App.PostOk($"{path}/{epoch}/resolution", new
        {
            granted = "59.22", providerSignature = LeaseWorld.Sign(_world.Provider, decided), lesseeSignature = LeaseWorld.Sign(_world.Lessee, decided),
        }))["id"]!);
        await _stage.Reconciled(true);

        await Refused.With(409, "conflict", "epoch", App.Post($"{path}/typed-data", new { epoch, deadline = long.MaxValue }));

        // Without telemetry the SLA takes 30 %: that is all the leaf asks, so silence decides for no more.
        await _stage.End(++epoch);
        await _stage.Close(epoch);
        await _stage.Post(epoch);
        await Object(lease, epoch);
        await Pass(Window);
        await App.Settled((string)(await App.PostOk($"{path}/{epoch}/resolution", new { }))["id"]!);
        Assert.Equal(["59.220000", "39.480000"], (await App.Get(path))["items"]!.AsArray().Select(o => (string)o!["granted"]!["amount"]!));
        await _stage.Sync(epoch);
        await _stage.Reconciled(true);
    }

    private async Task Object(string lease, long epoch)
    {
        var deadline = (await node.Head()).MinedAt.AddDays(2).ToUnixTimeSeconds();
        var digest = (string)(await App.PostOk($"/v1/leases/{lease}/objections/typed-data", new { epoch, deadline }))["digest"]!;
        await App.Settled((string)(await App.PostOk($"/v1/leases/{lease}/objections", new { epoch, deadline, signature = LeaseWorld.Sign(_world.Lessee, digest) }))["id"]!);
    }

    private async Task<(string Lease, long Epoch)> Closed()
    {
        var (stageNode, epoch) = (await _stage.AddNode(1), await _world.PresentEpoch() + 1);
        var lease = await _stage.Lease(stageNode, epochs: 2, noticeEpochs: 2);
        await _stage.End(epoch);
        await _stage.Telemetry(stageNode, epoch);
        await _stage.Close(epoch);
        return (lease, epoch);
    }

    /// <summary>Two attestors collude: one lease's rent is a base unit too high.</summary>
    private async Task<StepDto> PostLie(long epoch, string lease)
    {
        var view = await App.Get($"/v1/epochs/{epoch}/leases/{lease}/step");
        var step = new EpochLedger.Challenge().DecodeInput((string)view["challenge"]!).Step;
        step.Leaf.Rent += 1;
        var root = await _world.Chain.Ask<EpochLedger.LeafHash, byte[]>(Ledger, new() { Leaf = step.Leaf });
        var message = RootMessage.Of(epoch, 0, Hash32.Of(root), Hash32.Zero, new(1, step.Leaf.Rent, step.Leaf.GpuSeconds, step.Leaf.WattHours), Hash32.Zero);
        var digest = Attestation.Digest(message, _world.Deployment);
        var signers = new[] { HardhatNode.DevelopmentKey(1), HardhatNode.DevelopmentKey(2) }.OrderBy(k => k.GetPublicAddress().ToLowerInvariant(), StringComparer.Ordinal);
        await _world.Send(Ledger.Value, new EpochLedger.Post { Root = message, Signatures = [.. signers.Select(k => LeaseWorld.Sign(k, digest.Value).HexToByteArray())] });
        return step;
    }

    private async Task Pass(long seconds) => await node.MoveTo((await node.Head()).MinedAt.AddSeconds(seconds));

    private async Task<string> Status(long epoch) => (string)(await App.Get($"/v1/epochs/{epoch}"))["status"]!;

    private Task Until(long epoch, string status) => Eventually(async () => await Status(epoch) == status ? status : null);

    private static async Task<T> Eventually<T>(Func<Task<T?>> look) where T : class
    {
        for (var i = 0; i < 500; i++)
        {
            if (await look() is { } seen) return seen;
            await Task.Delay(20);
        }
        throw new TimeoutException("It did not come about in 10 s.");
    }
}

using System.Numerics;
using System.Text.Json.Nodes;
using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Settlement;
using ComputeRwa.Tests.Support;
using ComputeRwa.Verify;
using ComputeRwa.Verify.Auditing;
using ComputeRwa.Verify.Reading;
using Nethereum.Contracts;
using Nethereum.Hex.HexConvertors.Extensions;
using PayToken = ComputeRwa.Chain.Contracts.PayToken;

namespace ComputeRwa.Tests.Verify;

/// <summary>Challenge windows, disputes and early ends: what an honest life of a lease may hold beside rent.</summary>
public sealed class EventfulHistory(HardhatNode node) : IAsyncLifetime
{
    private const int Window = 600;

    internal History Story { get; private set; } = null!;

    /// <summary>What was found halfway, while an objection is open.</summary>
    internal ChainReport Halfway { get; private set; } = null!;

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>Three leases of four epochs at a fixed price, which earn in each of them.</summary>
    private static LeaseTerms Draft(LeaseTerms terms) => terms with
    {
        Method = PricingMethod.Fixed,
        Price = 3_000_000,
        SlaCreditCapBps = 100,
        CurtailLimitBps = 0,
        CurtailCreditBps = 0,
        EfficiencyTarget = 0,
        Epochs = 4,
        NoticeEpochs = 1,
        GraceEpochs = 0,
        Deposit = 2_000_000,
        StartEpoch = terms.StartEpoch,
        PoolBps = 8_000,
        FeeBps = 200,
    };

    private static readonly int Seed = Enumerable.Range(1, 1_000).First(seed =>
        History.Of(seed, new(Deployments.Example, World.FirstEpoch, Draft)) is { Leases.Count: 3 } world && world.Leases.All(l => l.Terms.StartEpoch == World.FirstEpoch));

    private static async Task<History> Begin(HardhatNode node)
    {
        var history = await History.Begin(node, Seed, Draft, ["--window", $"{Window}", "--liveness", "1"]);
        foreach (var lease in history.World.Leases)
            await history.Send(lease.Terms.Lessee.Value, history.Deployment.Contracts.TestDollar, new PayToken.Approve { Spender = history.Deployment.Contracts.EpochLedger, Value = BigInteger.Pow(10, 12) });
        return history;
    }

    public async Task InitializeAsync()
    {
        var history = Story = await Begin(node);
        var (challenged, exited, defaulted) = (history.World.Leases[0], history.World.Leases[1], history.World.Leases[2]);
        var contracts = history.Deployment.Contracts;

        // A root that shaves the first lease's rent is cancelled, and the honest one carries the next attempt.
        var lie = history.World.Close(forge: closed => Shaved(closed, challenged.Id))[0];
        await history.Post(lie);
        await history.Send(history.Lessee(1), contracts.EpochLedger, new EpochLedger.Challenge { Epoch = (uint)lie.Closed.Epoch, Step = StepOf(lie, null, challenged.Id) });
        history.Withdrawn.Add(lie);
        var epochs = history.World.Close(forge: closed => KeptAfterTheirEnd(closed with { Attempt = 1 }, [exited, defaulted]));
        history.Published = epochs[..1];
        await history.Post(epochs[0]);

        // Somebody asks to see a step, and is shown it; the root waits for a second window.
        await history.Send(history.Lessee(1), contracts.EpochLedger, new EpochLedger.DemandReveal { Epoch = (uint)epochs[0].Closed.Epoch, Id = challenged.Id.ToInteger() });
        await history.Send(history.Lessee(2), contracts.EpochLedger, new EpochLedger.Reveal { Epoch = (uint)epochs[0].Closed.Epoch, Step = StepOf(epochs[0], null, challenged.Id) });
        await history.Send(history.Lessee(1), contracts.EpochLedger, new EpochLedger.Collect { Account = history.Lessee(2) });
        await history.Wait(2 * Window);
        await history.Sync(epochs[0]);

        // The second lessee leaves an epoch before the end.
        await history.Send(history.Lessee(1), contracts.LeaseBook, new LeaseBook.Exit { Terms = exited.Terms.ToDto(), EndEpoch = exited.Terms.LastEpoch - 1 });

        // The first lessee objects to the second epoch; what it disputes is held back until a quorum grants a part of it.
        history.Published = epochs[..2];
        await history.Post(epochs[1]);
        await history.Send(history.Lessee(0), contracts.EpochLedger, new EpochLedger.Object { Epoch = (uint)epochs[1].Closed.Epoch, Step = StepOf(epochs[1], epochs[0], challenged.Id) });
        await history.Wait(Window);
        await history.Sync(epochs[1]);
        Halfway = await history.Audit();
        await Resolve(history, challenged.Id, epochs[1], granted: 1_000);
        await history.Sync(epochs[1]);

        // The third lessee has not funded beyond the notice: its deposit is used, and it is in default.
        await history.Send(history.Lessee(2), contracts.LeaseClaims, new LeaseClaims.UseDeposit { Id = defaulted.Id.ToInteger() });
        await history.Sync(epochs[1]);
        await history.Send(defaulted.Terms.Provider.Value, contracts.LeaseBook, new LeaseBook.DeclareDefault { Terms = defaulted.Terms.ToDto() });

        // Nobody syncs the third epoch of the exited lease for so long that its parties settle it themselves.
        history.Published = epochs[..3];
        await history.Post(epochs[2]);
        await history.MoveTo((epochs[2].Closed.Epoch + 2) * World.EpochSeconds);
        await CoSettle(history, exited, epochs[2]);
        await history.Send(history.Lessee(1), contracts.LeaseBook, new LeaseBook.Fund { Id = exited.Id.ToInteger(), Kind = 2, Amount = 777_777 });

        // The fourth epoch keeps both leases' final leaves.
        history.Published = epochs;
        await history.Post(epochs[3]);
        await history.Wait(Window);
        await history.Finish(exited);
        foreach (var lease in history.World.Leases)
        {
            await history.Send(history.Lessee(0), contracts.LeaseClaims, new LeaseClaims.Claim { Id = lease.Id.ToInteger(), Holder = lease.Terms.Provider.Value });
            await history.Send(history.Lessee(0), contracts.LeaseClaims, new LeaseClaims.CollectFee { Id = lease.Id.ToInteger() });
            await history.Send(lease.Terms.Provider.Value, contracts.LeaseBook, new LeaseBook.PayProviderTo { Terms = lease.Terms.ToDto(), To = history.Lessee(0) });
        }
    }

    /// <summary>The leases have one epoch less than was signed.</summary>
    private static ClosedEpoch KeptAfterTheirEnd(ClosedEpoch closed, IEnumerable<WorldLease> ended) => Forgery.Of(closed, leases =>
    {
        foreach (var lease in ended.Where(l => l.Terms.LastEpoch == closed.Epoch))
        {
            var at = leases.FindIndex(l => l.Lease.Id == lease.Id);
            leases[at] = Forgery.WithLeaf(leases[at] with { Lease = leases[at].Lease with { Record = null }, Rent = null }, leases[at].Lease.Previous!);
        }
    });

    private static ClosedEpoch Shaved(ClosedEpoch closed, Hash32 lease) => Forgery.Of(closed, leases =>
    {
        var at = leases.FindIndex(l => l.Lease.Id == lease);
        leases[at] = Forgery.WithLeaf(leases[at], leases[at].Leaf with { Rent = leases[at].Leaf.Rent - 1 });
    });

    private static StepDto StepOf(PublishedEpoch epoch, PublishedEpoch? before, Hash32 lease)
    {
        var settled = epoch.Closed.Leases.Single(l => l.Lease.Id == lease);
        var previous = before?.Closed.Leases.Single(l => l.Lease.Id == lease).Leaf;
        return new()
        {
            Terms = settled.Lease.Terms.ToDto(), Leaf = Syncing.ToDto(settled.Leaf), Previous = previous is null ? new() { RecordHash = new byte[32] } : Syncing.ToDto(previous),
            Record = ToDto(settled.Lease.Record!), Proof = Proof(epoch, lease), PreviousProof = before is null ? [] : Proof(before, lease),
        };
    }

    private static List<byte[]> Proof(PublishedEpoch epoch, Hash32 lease)
    {
        var leaves = epoch.Closed.Leases.ToList();
        return MerkleTree.Of(leaves.ConvertAll(l => l.LeafHash)).Proof(leaves.FindIndex(l => l.Lease.Id == lease)).ConvertAll(h => h.ToBytes());
    }

    private static MeteringRecordDto ToDto(MeteringRecord r) => new()
    {
        LeaseId = r.LeaseId.ToInteger(), Epoch = r.Epoch, ReservedSeconds = r.ReservedSeconds, AvailableSeconds = r.AvailableSeconds, BusySeconds = r.BusySeconds,
        CurtailedSeconds = r.CurtailedSeconds, LoadBps = r.LoadBps, ItWattHours = r.ItWattHours, FacilityWattHours = r.FacilityWattHours, HeatWattHours = r.HeatWattHours,
        IndexValue = r.IndexValue, IndexEpoch = r.IndexEpoch, Revenue = r.Revenue, RevenueSource = r.RevenueSource.ToBytes(), EvidenceHash = r.EvidenceHash.ToBytes(), Trust = r.Trust,
    };

    private static Task Resolve(History history, Hash32 lease, PublishedEpoch epoch, BigInteger granted)
    {
        var resolution = new ResolutionDto { LeaseId = lease.ToInteger(), Epoch = (uint)epoch.Closed.Epoch, Attempt = (uint)epoch.Closed.Attempt, Granted = granted };
        var digest = Eip712.Digest(SigningDomains.EpochLedger(history.Deployment), resolution);
        var signatures = History.Attestors().OrderBy(k => k.GetPublicAddress().ToLowerInvariant(), StringComparer.Ordinal).Select(k => LeaseWorld.Sign(k, digest.Value).HexToByteArray()).ToList();
        return history.Send(history.Lessee(1), history.Deployment.Contracts.EpochLedger, new EpochLedger.ResolveByQuorum { R = resolution, Signatures = signatures });
    }

    private static Task CoSettle(History history, WorldLease lease, PublishedEpoch epoch)
    {
        var settlement = new CoSettlementDto
        {
            LeaseId = lease.Id.ToInteger(), Epoch = (uint)epoch.Closed.Epoch, Rent = epoch.Closed.Leases.Single(l => l.Lease.Id == lease.Id).Leaf.Rent + 5, Deadline = uint.MaxValue,
        };
        var digest = Eip712.Digest(SigningDomains.LeaseBook(history.Deployment), settlement);
        return history.Send(history.Lessee(0), history.Deployment.Contracts.LeaseBook, new LeaseBook.SettleByParties
        {
            C = settlement, Terms = lease.Terms.ToDto(), ProviderSignature = history.SignedBy(lease.Terms.Provider, digest), LesseeSignature = history.SignedBy(lease.Terms.Lessee, digest),
        });
    }
}

[Collection(HardhatCollection.Name)]
public sealed class LifecycleAuditTests(EventfulHistory eventful) : IClassFixture<EventfulHistory>
{
    [Fact]
    public async Task A_history_with_a_challenge_a_reveal_an_objection_an_exit_a_default_and_a_settlement_by_both_parties_passes()
    {
        Assert.True(eventful.Halfway.ExitCode == 0, eventful.Halfway.ToText());
        var report = await eventful.Story.Audit();
        Assert.True(report.ExitCode == 0, report.ToText());
        foreach (var what in new[] { "cancelled roots", "objections replayed", "deposits used", "leases ended early", "settlements by both parties", "refunds replayed" })
            Assert.Contains(report.Checked, c => c.What == what && c.Count > 0);
    }

    [Fact]
    public void A_lease_that_ended_early_keeps_its_final_leaf_when_the_chain_says_so_and_not_otherwise()
    {
        var (last, before) = (eventful.Story.Published[3], eventful.Story.Published[2]);
        var exited = eventful.Story.World.Leases[1];
        var defaulted = eventful.Story.World.Leases[2];
        var end = new Ends(new Dictionary<string, BigInteger> { [exited.Id.Value] = exited.Terms.Epochs - 1, [defaulted.Id.Value] = defaulted.Terms.Epochs - 1 });
        var report = EpochCheck.Run(last.File, last.Evidence, before.File, end);
        Assert.True(report.Passed, report.ToText());
        Assert.Contains(EpochCheck.Run(last.File, last.Evidence, before.File).Findings, f => f.Code == "record" && f.Where.Contains(exited.Id.Value, StringComparison.Ordinal));
        Assert.Contains(EpochCheck.Run(before.File, before.Evidence, eventful.Story.Published[1].File, new(new Dictionary<string, BigInteger> { [exited.Id.Value] = 1 })).Findings,
            f => f.Code == "record" && f.Message.Contains("has ended", StringComparison.Ordinal));
    }

    /// <param name="word">of the event's data, of which the last digit is altered</param>
    [Theory]
    [InlineData("HeldBack(uint256 indexed id,uint96 held)", 0, "objection", "held")]
    [InlineData("Objected(uint256 indexed id,uint32 indexed epoch,address indexed lessee,uint96 increment,uint96 minimum,uint40 decideBy)", 0, "objection", "increment")]
    [InlineData("Objected(uint256 indexed id,uint32 indexed epoch,address indexed lessee,uint96 increment,uint96 minimum,uint40 decideBy)", 1, "objection", "minimum")]
    [InlineData("ObjectionResolved(uint256 indexed id,uint32 indexed epoch,uint96 granted)", 0, "objection", "held")]
    [InlineData("Shortened(uint256 indexed id,uint24 epochs)", 0, "series", "epochs")]
    [InlineData("CoSettled(uint256 indexed id,uint32 indexed epoch,uint96 rent)", 0, "sync-leaf", "rent")]
    [InlineData("DepositPaid(uint256 indexed id,address indexed lessee,uint96 amount)", 0, "lease-terms", "deposit")]
    [InlineData("DepositUsed(uint256 indexed id,uint96 amount)", 0, "deposit", "0x")]
    [InlineData("Refunded(uint256 indexed id,address indexed to,uint96 amount)", 0, "refunded", "0x")]
    [InlineData("Funded(uint256 indexed id,uint8 indexed kind,address indexed payer,uint96 amount)", 0, "cash-in", "0x")]
    [InlineData("ProviderPaid(uint256 indexed id,address indexed provider,uint96 amount)", 0, "provider-paid", "0x")]
    [InlineData("FeeCollected(uint256 indexed id,address indexed recipient,uint96 amount)", 0, "fee-collected", "0x")]
    [InlineData("BondDeposited(address indexed from,uint96 amount)", 0, "ledger", "bond")]
    [InlineData("RootsCancelled(uint32 indexed epoch,uint32 last,uint32 attempt,address indexed challenger,uint96 reward,uint96 burned)", 3, "conservation", "EpochLedger")]
    [InlineData("Collected(address indexed account,address indexed to,uint256 amount)", 0, "cash-out", "0x")]
    [InlineData("LeaseOriginated(uint256 indexed id,address indexed provider,address indexed lessee,uint96 funded,uint96 capPerEpoch)", 0, "lease-terms", "funded")]
    public async Task An_event_of_which_a_digit_is_altered_is_found(string shape, int word, string code, string subject) => Found(code, subject, await Told(shape, (_, log) =>
    {
        var text = ((string)log["data"]!).ToCharArray();
        var last = 2 + 64 * word + 63;
        text[last] = text[last] == '7' ? '6' : '7';
        log["data"] = new string(text);
    }));

    [Fact]
    public async Task A_bond_that_is_owed_and_not_there_is_found()
    {
        using var wire = new LyingWire("eth_call", (asked, answer) =>
            ((string)asked[0]!["data"]!).StartsWith(Hashing.Hex(Hashing.Selector("creditOf(address)")), StringComparison.Ordinal) ? Hashing.Hex(Hashing.Word(1_000_000_000)) : answer);
        Found("conservation", "EpochLedger", await eventful.Story.Audit(wire));
    }

    [Fact]
    public async Task A_cancellation_that_is_left_out_is_found() =>
        Found("epoch-order", "attempt", await Told("RootsCancelled(uint32 indexed epoch,uint32 last,uint32 attempt,address indexed challenger,uint96 reward,uint96 burned)", (logs, log) => logs.Remove(log)));

    [Fact]
    public async Task A_leaf_applied_while_its_root_can_be_challenged_is_found()
    {
        using var wire = new LyingWire("eth_call", (asked, answer) =>
            (string)asked[0]!["data"]! == Hashing.Hex(Hashing.Selector("challengeWindow()")) ? Hashing.Hex(Hashing.Word(1_700)) : answer);
        Found("sync-early", "epoch", await eventful.Story.Audit(wire));
    }

    [Fact]
    public async Task An_exit_without_its_notice_is_found()
    {
        Found("ending", "block", await Told("LeaseExited(uint256 indexed id,address indexed by,uint32 endEpoch)",
            (_, log) => log["data"] = Hashing.Hex(Hashing.Word(Hashing.WordAt(Hashing.Bytes((string)log["data"]!), 0) - 1))));
    }

    private static void Found(string code, string subject, ChainReport report)
    {
        Assert.True(report.Findings.Any(f => f.Code == code && f.Where.Contains(subject, StringComparison.Ordinal)), report.ToText());
        Assert.Equal(1, report.ExitCode);
    }

    /// <summary>Changes the first log of a kind, on its way to the program.</summary>
    private async Task<ChainReport> Told(string shape, Action<JsonArray, JsonNode> change)
    {
        var topic = new EventShape(shape).Topic;
        using var wire = new LyingWire("eth_getLogs", (_, logs) =>
        {
            if (logs.AsArray().FirstOrDefault(l => (string)l!["topics"]![0]! == topic) is { } log) change(logs.AsArray(), log);
            return logs;
        });
        var report = await eventful.Story.Audit(wire);
        Assert.True(wire.Lies > 0, "Nothing was altered.");
        return report;
    }
}

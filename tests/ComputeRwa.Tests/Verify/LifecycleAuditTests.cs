using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Settlement;
using ComputeRwa.Tests.Leases;
using ComputeRwa.Tests.Support;
using ComputeRwa.Verify.Auditing;
using Nethereum.Contracts;
using Nethereum.Hex.HexConvertors.Extensions;
using PayToken = ComputeRwa.Chain.Contracts.PayToken;

namespace ComputeRwa.Tests.Verify;

/// <summary>Challenge windows, disputes and early ends: what an honest life of a lease may hold beside rent.</summary>
[Collection(HardhatCollection.Name)]
public sealed class LifecycleAuditTests(HardhatNode node)
{
    private const int Window = 600;

    /// <summary>Three leases of four epochs at a fixed price, which earn in each of them.</summary>
    private static LeaseTerms Draft(LeaseTerms terms) => terms with
    {
        Method = PricingMethod.Fixed, Price = 3_000_000, SlaCreditCapBps = 100, CurtailLimitBps = 0, CurtailCreditBps = 0, EfficiencyTarget = 0, Epochs = 4, NoticeEpochs = 1, GraceEpochs = 0,
        Deposit = 2_000_000, StartEpoch = terms.StartEpoch, PoolBps = 8_000, FeeBps = 200,
    };

    private static readonly int Seed = Enumerable.Range(1, 1_000).First(seed =>
        History.Of(seed, new(World.Deployment, World.FirstEpoch, Draft)) is { Leases.Count: 3 } world && world.Leases.All(l => l.Terms.StartEpoch == World.FirstEpoch));

    private static async Task<History> Begin(HardhatNode node)
    {
        var history = await History.Begin(node, Seed, Draft, "--window", $"{Window}", "--liveness", "1");
        foreach (var lease in history.World.Leases)
            await history.Send(lease.Terms.Lessee.Value, history.Deployment.Contracts.TestDollar, new PayToken.Approve { Spender = history.Deployment.Contracts.EpochLedger, Value = BigInteger.Pow(10, 12) });
        return history;
    }

    [Fact]
    public async Task A_history_with_a_challenge_a_reveal_an_objection_an_exit_a_default_and_a_settlement_by_both_parties_passes()
    {
        var history = await Begin(node);
        var (challenged, exited, defaulted) = (history.World.Leases[0], history.World.Leases[1], history.World.Leases[2]);
        var contracts = history.Deployment.Contracts;

        // A root that shaves the first lease's rent is cancelled, and the honest one carries the next attempt.
        var lie = history.World.Close(forge: closed => Shaved(closed, challenged.Id))[0];
        await history.Post(lie);
        await history.Send(history.Lessee(1), contracts.EpochLedger, new EpochLedger.Challenge { Epoch = (uint)lie.Closed.Epoch, Step = StepOf(lie, null, challenged.Id) });
        history.Withdrawn.Add(lie);
        var epochs = history.World.Close(forge: closed => closed with { Attempt = 1 });
        history.Published = epochs[..1];
        await history.Post(epochs[0]);

        // Somebody asks to see a step, and is shown it; the root waits for a second window.
        await history.Send(history.Lessee(1), contracts.EpochLedger, new EpochLedger.DemandReveal { Epoch = (uint)epochs[0].Closed.Epoch, Id = challenged.Id.ToInteger() });
        await history.Send(history.Lessee(2), contracts.EpochLedger, new EpochLedger.Reveal { Epoch = (uint)epochs[0].Closed.Epoch, Step = StepOf(epochs[0], null, challenged.Id) });
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
        var passed = await history.Audit();
        Assert.True(passed.ExitCode == 0, passed.ToText());
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
        await history.Finish(exited);

        var report = await history.Audit();
        Assert.True(report.ExitCode == 0, report.ToText());
        foreach (var what in new[] { "cancelled roots", "objections replayed", "deposits used", "leases ended early", "settlements by both parties", "refunds replayed" })
            Assert.Contains(report.Checked, c => c.What == what && c.Count > 0);
    }

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

using System.Numerics;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Settlement;
using ComputeRwa.Tests.Support;
using ComputeRwa.Verify.Auditing;
using Nethereum.Contracts;
using Nethereum.Signer;
using EpochClosed = ComputeRwa.Settlement.ClosedEpoch;

namespace ComputeRwa.Tests.Verify;

/// <summary>
/// Ten lies, each planted in a history on a real node, and each found. Where the contracts would refuse one, the attestors collude, or
/// the chain's own state is changed behind the contracts' back.
/// </summary>
[Collection(HardhatCollection.Name)]
public sealed class TenLiesTests(HardhatNode node)
{
    private static readonly int Seed = Enumerable.Range(1, 1_000).First(HasSomethingToLieAbout);

    /// <summary>In every epoch two leases and more earn rent at a load that is neither none nor full.</summary>
    private static bool HasSomethingToLieAbout(int seed) =>
        History.Of(seed).Close().All(e => e.Closed.Leases.Count(l => l.Rent is { Net.IsZero: false, LoadBps: > 0 and < 10_000 }) > 1);

    private static void Found(string code, string subject, ChainReport report)
    {
        Assert.True(report.Findings.Any(f => f.Code == code && f.Where.Contains(subject, StringComparison.Ordinal)), report.ToText());
        Assert.Equal(1, report.ExitCode);
    }

    private static async Task<ChainReport> Played(History history, Func<long, LeaseToSettle, LeaseToSettle>? lie = null, Func<EpochClosed, EpochClosed>? forge = null, Action<EpochRootDto>? sign = null)
    {
        await history.Play(lie, forge, sign);
        return await history.Audit();
    }

    private async Task<History> Played()
    {
        var history = await History.Begin(node, Seed);
        await history.Play();
        return history;
    }

    [Fact]
    public async Task The_history_into_which_the_lies_are_planted_passes_without_them()
    {
        var report = await (await Played()).Audit();
        Assert.True(report.ExitCode == 0, report.ToText());
    }

    [Fact]
    public async Task A_shaved_rent()
    {
        var history = await History.Begin(node, Seed);
        var report = await Played(history, forge: closed => closed.Epoch != history.LastEpoch - 1 ? closed
            : Forgery.Of(closed, leases => leases[0] = Forgery.WithLeaf(leases[0], leases[0].Leaf with { Rent = leases[0].Leaf.Rent - 1 })));
        Found("leaf", $"epoch {history.LastEpoch - 1} {history.Published[^2].Closed.Leases[0].Lease.Id} leaf.rent", report);
    }

    [Fact]
    public async Task An_inflated_load()
    {
        var history = await History.Begin(node, Seed);
        Hash32? lied = null;
        var report = await Played(history, (epoch, lease) =>
        {
            if (epoch != history.LastEpoch - 1 || lied is not null || lease.Record is not { LoadBps: > 0 and < 10_000 } record) return lease;
            lied = lease.Id;
            return lease with { Record = record with { LoadBps = (ushort)(record.LoadBps + 1) } };
        });
        Found("record", $"epoch {history.LastEpoch - 1} {lied} record.loadBps", report);
    }

    [Fact]
    public async Task A_swapped_leaf()
    {
        var history = await History.Begin(node, Seed);
        var report = await Played(history, forge: closed => closed.Epoch != history.LastEpoch ? closed : Forgery.Of(closed, leases =>
            (leases[0], leases[1]) = (Forgery.WithLeaf(leases[0], leases[1].Leaf), Forgery.WithLeaf(leases[1], leases[0].Leaf))));
        foreach (var lease in history.Published[^1].Closed.Leases.Take(2)) Found("leaf", $"epoch {history.LastEpoch} {lease.Lease.Id} leaf.leaseId", report);
    }

    [Fact]
    public async Task A_lease_that_is_on_chain_and_in_no_file()
    {
        var history = await History.Begin(node, Seed);
        var left = history.World.Leases[0];
        history.World.Withheld.Add(left.Id);
        var report = await Played(history);
        for (var epoch = left.Terms.StartEpoch; epoch <= history.LastEpoch; epoch++) Found("lease-missing", $"epoch {epoch} {left.Id}", report);
        Assert.All(report.Findings, f => Assert.Equal("lease-missing", f.Code));
    }

    [Fact]
    public async Task A_wrong_carry()
    {
        var history = await History.Begin(node, Seed);
        Hash32? lied = null;
        var report = await Played(history, (epoch, lease) =>
        {
            if (epoch != history.LastEpoch || lied is not null || lease.Record is null || lease.Previous is not { } previous) return lease;
            lied = lease.Id;
            return lease with { Previous = previous with { Remainder = previous.Remainder + 1 } };
        });
        var subject = $"epoch {history.LastEpoch} {lied}";
        Found("previous-leaf", $"{subject} previousLeaf.remainder", report);
        Found("leaf", $"{subject} leaf.remainder", report);
    }

    [Fact]
    public async Task A_forged_signature()
    {
        var history = await Played();
        var stranger = HardhatNode.UsableKey();
        await Storage.SetMapped(node, history.Deployment.Contracts.EpochLedger, [Storage.Word(stranger.GetPublicAddress())], Storage.Word(HardhatNode.DevelopmentKey(1).GetPublicAddress()), BigInteger.One);
        var next = history.Published[^1];
        await PostNext(history, next, [HardhatNode.DevelopmentKey(1), stranger]);
        var report = await history.Audit();
        var finding = report.Findings.Single(f => f.Code == "signature");
        Assert.Equal(stranger.GetPublicAddress().ToLowerInvariant(), finding.Actual);
        Found("quorum", $"epoch {next.Closed.Epoch + 1}", report);
    }

    [Fact]
    public async Task A_replayed_epoch()
    {
        var history = await Played();
        await PostNext(history, history.Published[^1], History.Attestors());
        Found("replayed-epoch", $"epoch {history.Published[^1].Closed.Epoch + 1}", await history.Audit());
    }

    [Fact]
    public async Task A_double_sync()
    {
        var history = await Played();
        var lease = history.Published[^1].Closed.Leases[0].Lease;
        var series = (await history.Ask<LeaseClaims.SeriesOf, LeaseClaims.SeriesOfOutput>(new() { Id = lease.Id.ToInteger() })).Value;
        Assert.True(series.Applied > 0);
        // Whoever had taken the ledger over could ask for the same epoch's rent once more; somebody must have funded it.
        var (book, claims, ledger) = (history.Deployment.Contracts.LeaseBook, history.Deployment.Contracts.LeaseClaims, history.Deployment.Contracts.EpochLedger);
        await history.Send(lease.Terms.Lessee.Value, book, new LeaseBook.Fund { Id = lease.Id.ToInteger(), Kind = 0, Amount = series.Applied });
        await history.Raw(ledger, claims, Storage.Settle(lease.Id, series.LastEpoch, series.Applied + 1));
        Found("double-sync", $"{lease.Id} epoch {series.LastEpoch}", await history.Audit());
    }

    [Fact]
    public async Task A_stolen_checkpoint()
    {
        var history = await Played();
        var (lease, holder) = await SomebodyPaid(history);
        var account = await history.Ask<LeaseClaims.AccountOf, LeaseClaims.AccountOfOutput>(new() { Id = lease.Id.ToInteger(), Holder = holder });
        // A lower checkpoint lets the holder earn the same revenue again.
        var (before, after) = (Packed(account.Value), Packed(account.Value, checkpoint: 0));
        await Storage.Replace(node, history.Deployment.Contracts.LeaseClaims, [Storage.Word(lease.Id.ToInteger()), Storage.Word(holder)], before, after);
        var subject = $"{lease.Id} {holder.ToLowerInvariant()}";
        var report = await history.Audit();
        Found("account", $"{subject} checkpoint", report);
        Found("account", $"{subject} claimable", report);
        Found("conservation", history.Deployment.Contracts.TestDollar.ToLowerInvariant(), report);

        await history.Send(holder, history.Deployment.Contracts.LeaseClaims, new LeaseClaims.Claim { Id = lease.Id.ToInteger(), Holder = holder });
        Found("claimed", subject, await history.Audit());
    }

    [Fact]
    public async Task A_false_total()
    {
        var history = await History.Begin(node, Seed);
        var report = await Played(history, sign: root => root.Rent += 1);
        foreach (var epoch in history.Published) Found("posted-total", $"epoch {epoch.Closed.Epoch} rent", report);
    }

    [Fact]
    public async Task And_a_GPU_let_twice()
    {
        var history = await History.Begin(node, Seed, overlapping: true);
        var report = await Played(history);
        var twice = history.World.Leases[^1].Gpus.Single().Uuid;
        Found("gpu-let-twice", twice, report);
        Assert.All(report.Findings, f => Assert.Equal("gpu-let-twice", f.Code));
    }

    /// <summary>A holder with units whose revenue was paid out.</summary>
    private static async Task<(WorldLease Lease, string Holder)> SomebodyPaid(History history)
    {
        foreach (var lease in history.World.Leases)
            foreach (var holder in history.Holders(lease))
            {
                await history.Send(holder, history.Deployment.Contracts.LeaseClaims, new LeaseClaims.Claim { Id = lease.Id.ToInteger(), Holder = holder });
                var account = await history.Ask<LeaseClaims.AccountOf, LeaseClaims.AccountOfOutput>(new() { Id = lease.Id.ToInteger(), Holder = holder });
                if (account.Value is { Balance: > 0, Checkpoint.IsZero: false }) return (lease, holder);
            }
        throw new InvalidOperationException("Nobody in this history holds units that have earned.");
    }

    private static BigInteger Packed(AccountDto a, BigInteger? checkpoint = null) =>
        a.Balance + ((checkpoint ?? a.Checkpoint) << 64) + (a.Accrued << 152) + ((BigInteger)a.Flags << 248);

    /// <summary>The latest root once more, as the epoch after its own.</summary>
    private async Task PostNext(History history, PublishedEpoch latest, IEnumerable<EthECKey> signers)
    {
        await node.MoveTo(DateTimeOffset.FromUnixTimeSeconds((latest.Closed.Epoch + 2) * World.EpochSeconds));
        var root = RootMessage.Of(latest.Closed, Keccak.Hash(latest.File));
        (root.Epoch, root.PreviousRoot) = (root.Epoch + 1, root.Root);
        await history.Post(root, signers);
    }
}

using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Claims;
using ComputeRwa.Db;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Pricing;
using Nethereum.JsonRpc.Client;
using Token = ComputeRwa.Chain.Contracts.PayToken;

namespace ComputeRwa.Settlement;

/// <summary>
/// Reads both sides for <see cref="Reconciliation"/>: the database in one snapshot, and the chain at the last block that every
/// projection in that snapshot has folded in. Projections that lag behind the chain therefore are no difference.
/// </summary>
internal sealed class Reconciler(IClient rpc, ChainClient client, Deployment deployment, PayTokens tokens)
{
    private const int LeasesAtOnce = 500;
    private static readonly string[] Projectors = ["leases", "claims", RootProjector.ProjectorName];

    private DeployedContracts Contracts => deployment.Contracts;

    /// <param name="epochs">how many of the latest epochs' trees are rebuilt</param>
    public async Task<Result<(ProjectedBlock Block, List<Check> Checks)>> Run(Tx tx, int epochs)
    {
        if (await ProjectedBlock.Find(tx, Projectors) is not { } block) return Error.Conflict("not-ready", "the chain has not been read yet");
        if ((await client.Blocks([block.Number]))[0]?.Hash != block.Hash) return Error.Conflict("not-ready", $"block {block.Number} is being reorganised");
        var chain = new ChainAtBlock(rpc, block.Number);
        var leases = new List<(LeaseBooks, LeaseState)>();
        foreach (var some in (await LeasesOnChain(tx, block.Number)).Chunk(LeasesAtOnce))
        {
            var books = await Books(tx, some, block.Number);
            leases.AddRange(books.Zip(await States(chain, books)));
        }
        var checks = (await Roots(tx, chain, epochs)).Concat(Reconciliation.Leases(leases, block.Number)).ToList();
        foreach (var token in leases.Select(l => l.Item1.Lease.Terms.PayToken).Distinct()) checks.Add(await Cash(chain, token, leases));
        return (block, checks);
    }

    private static async Task<List<Lease>> LeasesOnChain(Tx tx, long block)
    {
        var leases = await LeaseStore.StartedBy(tx, uint.MaxValue);
        var here = (await tx.Query<Hash32>("SELECT lease_id FROM lease_originations WHERE block_number <= @block", new { block })).ToHashSet();
        return leases.FindAll(l => here.Contains(l.Id));
    }

    private static async Task<List<LeaseBooks>> Books(Tx tx, IReadOnlyCollection<Lease> leases, long block)
    {
        var ids = leases.Select(l => l.Id).ToList();
        var beyond = ChainLog.PositionOf(block + 1, 0);
        var (events, leaves) = (await LeaseChainStore.Events(tx, ids), await EpochStore.OwnLeaves(tx, ids));
        var books = new List<LeaseBooks>();
        foreach (var lease in leases)
        {
            var own = events[lease.Id].Where(e => e.Position < beyond).OrderBy(e => e.Position).ToList();
            books.Add(new(lease, own, await Holders(tx, lease, own, beyond), leaves[lease.Id].ToDictionary(l => l.Epoch, l => l.Rent)));
        }
        return books;
    }

    private static async Task<HolderBook> Holders(Tx tx, Lease lease, IEnumerable<ILeaseEvent> events, long beyond)
    {
        var moved = (await ClaimStore.Transfers(tx, lease.Id)).Select(t => (ClaimEvent)new UnitsMoved(t.Position, t.Sender, t.Recipient, t.Units));
        var paid = (await ClaimStore.Payouts(tx, lease.Id)).Select(p => new CashClaimed(p.Position, p.Holder, p.Amount));
        var account = LeaseCash.Before(lease);
        var applied = events.Select(e => (ClaimEvent)new RevenueApplied(e.Position, (account = account.After(e)).Applied)).ToList();
        return HolderBook.Replay(lease.Terms, moved.Concat(paid).Concat(applied).Where(e => e.Position < beyond));
    }

    private async Task<List<LeaseState>> States(ChainAtBlock chain, IReadOnlyList<LeaseBooks> books)
    {
        var ids = books.Select(b => b.Lease.Id.ToInteger()).ToList();
        var series = await chain.Ask<LeaseClaims.SeriesOf, LeaseClaims.SeriesOfOutput>(Contracts.LeaseClaims, ids.Select(id => new LeaseClaims.SeriesOf { Id = id }));
        var bounds = await chain.Ask<LeaseClaims.BoundsOf, LeaseClaims.BoundsOfOutput>(Contracts.LeaseClaims, ids.Select(id => new LeaseClaims.BoundsOf { Id = id }));
        var provider = await chain.Ask<LeaseClaims.ProviderDue, OneInteger>(Contracts.LeaseClaims, ids.Select(id => new LeaseClaims.ProviderDue { Id = id }));
        var fee = await chain.Ask<LeaseClaims.FeeDue, OneInteger>(Contracts.LeaseClaims, ids.Select(id => new LeaseClaims.FeeDue { Id = id }));
        var sides = await chain.Ask<LeaseClaims.SidelineOf, LeaseClaims.SidelineOfOutput>(Contracts.LeaseClaims, ids.Select(id => new LeaseClaims.SidelineOf { Id = id }));
        var deposits = await chain.Ask<LeaseClaims.DepositOf, OneInteger>(Contracts.LeaseClaims, ids.Select(id => new LeaseClaims.DepositOf { Id = id }));
        var holders = await HolderStates(chain, books);
        return [.. books.Select((b, i) => new LeaseState(
            series[i].Value.Applied, series[i].Value.Units, series[i].Value.LastEpoch, bounds[i].Value.Funded, bounds[i].Value.CapPerEpoch,
            provider[i].Value, fee[i].Value, holders[b.Lease.Id].ToDictionary(h => h.Holder, h => h.State))
        {
            Epochs = bounds[i].Value.Epochs, Income = sides[i].Value.Income, Held = sides[i].Value.Held, Deposit = deposits[i].Value,
        })];
    }

    private async Task<ILookup<Hash32, (Address Holder, HolderState State)>> HolderStates(ChainAtBlock chain, IEnumerable<LeaseBooks> books)
    {
        var all = books.SelectMany(b => b.Holders.Holdings.Keys.Select(holder => (b.Lease.Id, Holder: holder))).ToList();
        var accounts = await chain.Ask<LeaseClaims.AccountOf, LeaseClaims.AccountOfOutput>(Contracts.LeaseClaims,
            all.Select(h => new LeaseClaims.AccountOf { Id = h.Id.ToInteger(), Holder = h.Holder.Value }));
        var claimable = await chain.Ask<LeaseClaims.Claimable, OneInteger>(Contracts.LeaseClaims,
            all.Select(h => new LeaseClaims.Claimable { Id = h.Id.ToInteger(), Holder = h.Holder.Value }));
        return all.Select((h, i) => (h.Id, h.Holder, State: new HolderState(accounts[i].Value.Balance, claimable[i].Value))).ToLookup(h => h.Id, h => (h.Holder, h.State));
    }

    private async Task<IEnumerable<Check>> Roots(Tx tx, ChainAtBlock chain, int epochs)
    {
        var cancelled = await CancellationStore.All(tx, chain.Block);
        var posts = (await RootStore.AllPosted(tx, chain.Block)).FindAll(p => !cancelled.Exists(c => c.Position > p.Position && c.FirstEpoch <= p.Epoch));
        var byEpoch = posts.ToLookup(p => (p.Epoch, p.Attempt));
        var evidence = new List<EpochEvidence>();
        foreach (var epoch in await EpochStore.List(tx, long.MaxValue, epochs))
            evidence.Add(new(epoch, await EpochStore.Leaves(tx, epoch), await EpochStore.File(tx, epoch), byEpoch[(epoch.Epoch, epoch.Attempt)].LastOrDefault()));
        var closed = await EpochStore.Numbers(tx);
        return RootReconciliation.Check(evidence, await Latest(chain, posts), posts.FindAll(p => !closed.Contains(p.Epoch)), chain.Block);
    }

    private async Task<(long, bool)?> Latest(ChainAtBlock chain, List<PostedRoot> posts)
    {
        if (posts.Count == 0) return null;
        // A root within its challenge window is recorded and not active yet, which is no difference.
        var latest = await chain.Ask<EpochLedger.LatestEpoch, OneInteger>(Contracts.EpochLedger, [new()]);
        if (deployment.ChallengeWindow > 0) return (posts[^1].Epoch, latest[0].Value == posts[^1].Epoch);
        var active = await chain.Ask<EpochLedger.IsActive, OneBool>(Contracts.EpochLedger, [new() { Epoch = checked((uint)posts[^1].Epoch), Root = posts[^1].Root.ToBytes() }]);
        return (posts[^1].Epoch, latest[0].Value == posts[^1].Epoch && active[0].Value);
    }

    private async Task<Check> Cash(ChainAtBlock chain, Address token, IEnumerable<(LeaseBooks Books, LeaseState State)> leases)
    {
        var balance = await chain.Ask<Token.BalanceOf, OneInteger>(token.Value, [new() { Account = Contracts.LeaseClaims }]);
        var known = tokens.Find(token) ?? throw new InvalidOperationException($"The pay token {token} is not one of this deployment.");
        return Reconciliation.Cash(known, balance[0].Value, [.. leases.Where(l => l.Books.Lease.Terms.PayToken == token)], chain.Block);
    }
}

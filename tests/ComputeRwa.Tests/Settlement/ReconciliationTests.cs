using System.Numerics;
using ComputeRwa.Claims;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Settlement;
using ComputeRwa.Tests.Support;
using ComputeRwa.Tests.Verify;

namespace ComputeRwa.Tests.Settlement;

public sealed class ReconciliationTests
{
    private const long Block = 77;
    private static readonly Address Provider = LeaseCases.Account(1);
    private static readonly Address Holder = LeaseCases.Account(5);
    private static readonly Lease Lease = LeaseCases.Lease();
    private static readonly long Start = Lease.Terms.StartEpoch;

    private static SyncRow Sync(long position, long epoch, long asked, long applied) => new(position, Lease.Id, epoch, asked, applied, LeaseCases.Now, Hash32.Zero);
    private static CashRow Cash(long position, string kind, long amount) => new(position, Lease.Id, kind, 0, Provider, amount, LeaseCases.Now, Hash32.Zero);

    /// <summary>1,000 funded; leaf 1 asks 600; half the units sold; leaf 2 asks 1,100 of which the escrow has 1,000; the holder claimed.</summary>
    private static (LeaseBooks, LeaseState) World()
    {
        var terms = Lease.Terms with { Units = 100, PoolBps = 8_000, FeeBps = 200 };
        ClaimEvent[] events =
        [
            new UnitsMoved(10, Address.Zero, Provider, 100), new RevenueApplied(20, 600), new UnitsMoved(30, Provider, Holder, 50), new RevenueApplied(40, 1_000), new CashClaimed(50, Holder, 200),
        ];
        var books = new LeaseBooks(Lease with { Terms = terms, CapPerEpoch = 700 },
            [Cash(10, CashKind.Funded, 1_000), Sync(20, Start, 600, 600), Sync(40, Start + 1, 1_100, 1_000), Cash(60, CashKind.ProviderPaid, 100)],
            HolderBook.Replay(terms, events), new Dictionary<long, BigInteger> { [Start] = 600, [Start + 1] = 1_100 });
        // Pool 800, 8 a unit: provider 4 × 100 + 4 × 50 = 600 of which 50 units × 4 after the sale; holder 50 × 4 = 200, claimed.
        var holders = new Dictionary<Address, HolderState> { [Provider] = new(50, 600), [Holder] = new(50, 0) };
        var split = Split.Of(1_000, 8_000, 200);
        return (books, new(1_000, 100, Start + 1, 1_000, 700, split.Provider - 100, split.Fee, holders) { Epochs = terms.Epochs, Income = 0, Held = 0, Deposit = 0 });
    }

    private static List<Check> Run((LeaseBooks, LeaseState) lease) => [.. Reconciliation.Leases([lease], Block)];

    [Fact]
    public void Books_that_follow_from_the_events_balance()
    {
        Assert.All(Run(World()), c => Assert.True(c.Balanced, $"{c.Name} {c.Differences.FirstOrDefault()}"));
        var cash = Reconciliation.Cash(LeaseCases.Dollar, Balance(World()), [World()], Block);
        Assert.True(cash.Balanced, $"{cash.Differences.FirstOrDefault()}");
        Assert.Equal("0", cash.Terms!["donated"]);
        Assert.Equal(cash.Expected, cash.Actual);
    }

    private static BigInteger Balance((LeaseBooks Books, LeaseState State) w) => w.State.Funded - 100 - 200;

    public static TheoryData<string, string> Lies => new()
    {
        { "applied", "lease_syncs.applied" }, { "synced-through", "lease_syncs.epoch" }, { "funded", "lease_cash.amount" }, { "cap", "leases.cap_per_epoch" }, { "units", "leases.terms.units" },
        { "provider-due", "lease_cash.amount" }, { "fee-due", "lease_cash.amount" }, { "supply", "claim_transfers.units" }, { "holdings", "claim_transfers.units" },
        { "claimable", "claim_transfers, claim_revenue, claim_payouts" }, { "epochs", "lease_turns.epoch" }, { "other-income", "lease_cash.amount" },
        { "held-back", "lease_turns.amount" }, { "deposit", "lease_cash.amount, lease_turns.amount" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_chain_that_says_otherwise_is_a_difference_that_names_all(string name, string table)
    {
        var (books, state) = World();
        var holders = new Dictionary<Address, HolderState>(state.Holders);
        if (name == "holdings") holders[Holder] = holders[Holder] with { Units = 51 };
        if (name == "claimable") holders[Holder] = holders[Holder] with { Claimable = 1 };
        var lie = name switch
        {
            "applied" => state with { Applied = 999 },
            "synced-through" => state with { LastEpoch = Start },
            "funded" => state with { Funded = 1_001 },
            "cap" => state with { CapPerEpoch = 701 },
            "units" or "supply" => state with { Units = 101 },
            "provider-due" => state with { ProviderDue = 0 },
            "fee-due" => state with { FeeDue = 0 },
            "epochs" => state with { Epochs = state.Epochs - 1 },
            "other-income" => state with { Income = 1 },
            "held-back" => state with { Held = 1 },
            "deposit" => state with { Deposit = 1 },
            _ => state with { Holders = holders },
        };
        var check = Run((books, lie)).Single(c => c.Name == name);
        var difference = Assert.Single(check.Differences);
        Assert.Equal((table, Block), (difference.Table, difference.Block));
        Assert.StartsWith(Lease.Id.Value, difference.Row, StringComparison.Ordinal);
        Assert.NotEqual(difference.Expected, difference.Actual);
    }

    [Fact]
    public void A_sync_of_another_rent_than_the_leafs_is_found()
    {
        var (books, state) = World();
        var checks = Run((books with { Leaves = new Dictionary<long, BigInteger> { [Start] = 599, [Start + 1] = 1_100 } }, state));
        Assert.Equal(("599", "600"), checks.Single(c => c.Name == "synced-leaves").Differences.Select(d => (d.Expected, d.Actual)).Single());
        Assert.False(checks.Single(c => c.Name == "applied-by-rule").Balanced);
        checks = Run((books with { Leaves = new Dictionary<long, BigInteger> { [Start] = 600 } }, state));
        Assert.Equal("no leaf", checks.Single(c => c.Name == "synced-leaves").Differences.Single().Expected);
    }

    private static LeaseBooks With(LeaseBooks books, IReadOnlyList<ILeaseEvent> events) => new(books.Lease, events, books.Holders, books.Leaves);

    [Fact]
    public void More_applied_than_escrow_and_cap_allowed_is_found()
    {
        var (books, state) = World();
        Assert.False(Run((With(books, [Cash(10, CashKind.Funded, 999), .. books.Events.Skip(1)]), state)).Single(c => c.Name == "applied-by-rule").Balanced);
        Assert.False(Run((new LeaseBooks(books.Lease with { CapPerEpoch = 499 }, books.Events, books.Holders, books.Leaves), state)).Single(c => c.Name == "applied-by-rule").Balanced);
        // Funded after the sync does not count for it.
        Assert.False(Run((With(books, [Cash(10, CashKind.Funded, 700), books.Events[1], books.Events[2], Cash(45, CashKind.Funded, 300), books.Events[3]]), state)).Single(c => c.Name == "applied-by-rule").Balanced);
    }

    [Fact]
    public void A_token_short_of_one_base_unit_is_found_and_a_gift_is_named()
    {
        var w = World();
        var missing = Reconciliation.Cash(LeaseCases.Dollar, Balance(w) - 1, [w], Block);
        Assert.False(missing.Balanced);
        Assert.Equal(LeaseCases.Dollar.Address.Value, Assert.Single(missing.Differences).Row);
        var gift = Reconciliation.Cash(LeaseCases.Dollar, Balance(w) + 5, [w], Block);
        Assert.True(gift.Balanced);
        Assert.Equal("5", gift.Terms!["donated"]);
    }

    [Fact]
    public void A_residue_of_a_whole_base_unit_a_unit_is_found()
    {
        var (books, state) = World();
        var short100 = state with { Holders = new Dictionary<Address, HolderState> { [Provider] = new(50, 500), [Holder] = new(50, 0) } };
        Assert.Contains(Reconciliation.Cash(LeaseCases.Dollar, Balance((books, state)), [(books, short100)], Block).Differences, d => d.Row == $"residue of {Lease.Id}");
    }

    [Fact]
    public void Roots_files_and_leaves_are_held_against_what_was_posted()
    {
        var made = new World(5, nodes: 3, leases: 3, epochs: 2).Close();
        var epochs = made.ConvertAll(e => Evidence(e));
        Assert.All(RootReconciliation.Check(epochs, (epochs[1].Epoch.Epoch, true), [], Block), c => Assert.True(c.Balanced, c.Name));

        Assert.False(Named("posted-roots", [epochs[0] with { Posted = epochs[0].Posted! with { Root = Hash32.Zero } }]).Balanced);
        Assert.False(Named("posted-files", [epochs[0] with { Posted = epochs[0].Posted! with { DataHash = Hash32.Zero } }]).Balanced);
        Assert.False(Named("files", [epochs[0] with { File = [.. epochs[0].File, 32] }]).Balanced);
        var leaf = epochs[0].Leaves[0];
        var changed = epochs[0] with { Leaves = [leaf with { Leaf = leaf.Leaf with { Rent = leaf.Leaf.Rent + 1 } }, .. epochs[0].Leaves.Skip(1)] };
        Assert.Contains(leaf.Leaf.LeaseId.Value, Named("leaves", [changed]).Differences.Single().Row, StringComparison.Ordinal);
        Assert.False(Named("trees", [changed]).Balanced);
        Assert.False(Named("totals", [changed]).Balanced);
        Assert.True(Named("posted-roots", [epochs[0] with { Posted = null }]).Balanced);
        Assert.False(RootReconciliation.Check(epochs, (epochs[1].Epoch.Epoch, false), [], Block).Single(c => c.Name == "recorded-root").Balanced);
        Assert.False(RootReconciliation.Check([], null, [epochs[0].Posted!], Block).Single(c => c.Name == "posted-roots").Balanced);
    }

    private static Check Named(string name, IReadOnlyList<EpochEvidence> epochs) => RootReconciliation.Check(epochs, null, [], Block).Single(c => c.Name == name);

    private static EpochEvidence Evidence(PublishedEpoch e)
    {
        var (c, hash) = (e.Closed, Keccak.Hash(e.File));
        var row = new EpochRow(c.Epoch, c.Attempt, c.Root, c.PreviousRoot, c.Totals.Leases, c.Totals.Rent, (long)c.Totals.GpuSeconds, (long)c.Totals.WattHours, hash, LeaseCases.Now);
        var post = new PostedRoot(1, c.Epoch, c.Attempt, c.Root, c.PreviousRoot, c.Totals.Leases, c.Totals.Rent, row.GpuSeconds, row.WattHours, hash, Provider, 5, LeaseCases.Now, Hash32.Zero);
        return new(row, [.. c.Leases.Select((l, i) => new StoredLeaf(i, l.Leaf, l.LeafHash))], e.File, post);
    }
}

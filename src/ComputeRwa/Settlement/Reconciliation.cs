using System.Globalization;
using System.Numerics;
using ComputeRwa.Claims;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;

namespace ComputeRwa.Settlement;

/// <summary>Two figures that should be one. <c>Table</c> and <c>Row</c> say where the expected one stands, <c>Source</c> where the actual one.</summary>
internal sealed record Difference(string Table, string Row, string Source, long Block, string Expected, string Actual);

/// <summary>One kind of comparison over all its rows.</summary>
/// <param name="Compared">rows</param>
/// <param name="Expected">sum over the rows where they are numbers</param>
/// <param name="Terms">the parts of a sum, by name; null where it is no equation</param>
internal sealed record Check(
    string Name, string Says, bool Balanced, long Compared, string Expected, string Actual, IReadOnlyDictionary<string, string>? Terms, IReadOnlyList<Difference> Differences);

/// <summary>What the database holds of a lease, up to a block.</summary>
/// <param name="Events">oldest first</param>
/// <param name="Leaves">cumulative rent of the published leaf, by its epoch</param>
internal sealed record LeaseBooks(Lease Lease, IReadOnlyList<ILeaseEvent> Events, HolderBook Holders, IReadOnlyDictionary<long, BigInteger> Leaves)
{
    public LeaseCash Account { get; } = LeaseCash.Replay(Lease, Events);

    /// <summary>Each sync with how the lease stood before it.</summary>
    public IEnumerable<(SyncRow Sync, LeaseCash Before)> Syncs()
    {
        var account = LeaseCash.Before(Lease);
        foreach (var e in Events)
        {
            if (e is SyncRow sync) yield return (sync, account);
            account = account.After(e);
        }
    }

    /// <summary>What a sync had to ask: what the parties agreed on in that call, or what the published leaf says.</summary>
    public BigInteger? RentOf(SyncRow sync) =>
        Events.OfType<TurnRow>().FirstOrDefault(t => t.Kind == TurnKind.CoSettled && t.Position == sync.Position - 1) is { } agreed ? agreed.Amount
        : Leaves.TryGetValue(sync.Epoch, out var rent) ? rent : null;
}

/// <summary>What LeaseClaims says of a lease at that block.</summary>
internal sealed record LeaseState(
    BigInteger Applied, BigInteger Units, BigInteger LastEpoch, BigInteger Funded, BigInteger CapPerEpoch, BigInteger ProviderDue, BigInteger FeeDue,
    IReadOnlyDictionary<Address, HolderState> Holders)
{
    /// <summary>Number of epochs, fewer than the terms say after an exit or a default.</summary>
    public required BigInteger Epochs { get; init; }
    public required BigInteger Income { get; init; }
    public required BigInteger Held { get; init; }
    public required BigInteger Deposit { get; init; }

    /// <summary>Funded and not applied to rent.</summary>
    public BigInteger Escrow => Funded - (Applied - Income);
}

internal sealed record HolderState(BigInteger Units, BigInteger Claimable);

/// <summary>Compares row by row; a difference names the table, the row, the block and both values.</summary>
internal sealed class Comparison(string name, string says, string table, string source, long block)
{
    private readonly List<Difference> _differences = [];
    private BigInteger _expected, _actual;
    private long _compared;

    public void Add(string row, BigInteger expected, BigInteger actual)
    {
        (_compared, _expected, _actual) = (_compared + 1, _expected + expected, _actual + actual);
        if (expected != actual) Differs(row, Text(expected), Text(actual));
    }

    public void Add(string row, Hash32 expected, Hash32 actual)
    {
        _compared++;
        if (expected != actual) Differs(row, expected.Value, actual.Value);
    }

    public void Differs(string row, string expected, string actual) => _differences.Add(new(table, row, source, block, expected, actual));

    public Check Result(IReadOnlyDictionary<string, string>? terms = null) =>
        new(name, says, _differences.Count == 0, _compared, Text(_expected), Text(_actual), terms, _differences);

    public static string Text(BigInteger value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Database = chain = Merkle evidence, lease by lease.</summary>
internal static class Reconciliation
{
    public static IEnumerable<Check> Leases(IReadOnlyList<(LeaseBooks Books, LeaseState State)> leases, long block)
    {
        yield return SyncedLeaves(leases, block);
        yield return AppliedByRule(leases, block);
        yield return Each("applied", "rent and other income shared out so far", "lease_syncs.applied", "LeaseClaims.seriesOf.applied", b => b.Account.Applied, s => s.Applied);
        yield return Each("synced-through", "last epoch applied", "lease_syncs.epoch", "LeaseClaims.seriesOf.lastEpoch", b => b.Account.SyncedThrough, s => s.LastEpoch);
        yield return Each("funded", "escrow paid in, less refunds", "lease_cash.amount", "LeaseClaims.boundsOf.funded", b => b.Account.Funded, s => s.Funded);
        yield return Each("cap", "most rent of one epoch", "leases.cap_per_epoch", "LeaseClaims.boundsOf.capPerEpoch", b => b.Lease.CapPerEpoch, s => s.CapPerEpoch);
        yield return Each("units", "units of the series", "leases.terms.units", "LeaseClaims.seriesOf.units", b => b.Lease.Terms.Units, s => s.Units);
        yield return Each("epochs", "epochs of the lease, fewer after an exit or a default", "lease_turns.epoch", "LeaseClaims.boundsOf.epochs", b => b.Account.Epochs, s => s.Epochs);
        yield return Each("other-income", "heat, mining and grid income", "lease_cash.amount", "LeaseClaims.sidelineOf.income", b => b.Account.Income, s => s.Income);
        yield return Each("held-back", "rent held back by objections", "lease_turns.amount", "LeaseClaims.sidelineOf.held", b => b.Account.Held, s => s.Held);
        yield return Each("deposit", "security deposits that stand", "lease_cash.amount, lease_turns.amount", "LeaseClaims.depositOf", b => b.Account.Deposit, s => s.Deposit);
        yield return Each("provider-due", "provider's share not yet paid", "lease_cash.amount", "LeaseClaims.providerDue", b => b.Account.ProviderDue, s => s.ProviderDue);
        yield return Each("fee-due", "platform's share not yet collected", "lease_cash.amount", "LeaseClaims.feeDue", b => b.Account.FeeDue, s => s.FeeDue);
        yield return SumOfHoldings(leases, block);
        yield return Holders("holdings", "units of each holder", "claim_transfers.units", "LeaseClaims.accountOf.balance", h => h.Units, s => s.Units);
        yield return Holders("claimable", "cash owed to each holder", "claim_transfers, claim_revenue, claim_payouts", "LeaseClaims.claimable", null, s => s.Claimable);

        Check Each(string name, string says, string table, string source, Func<LeaseBooks, BigInteger> expected, Func<LeaseState, BigInteger> actual)
        {
            var comparison = new Comparison(name, says, table, source, block);
            foreach (var (books, state) in leases) comparison.Add(books.Lease.Id.Value, expected(books), actual(state));
            return comparison.Result();
        }

        Check Holders(string name, string says, string table, string source, Func<Holding, BigInteger>? expected, Func<HolderState, BigInteger> actual)
        {
            var comparison = new Comparison(name, says, table, source, block);
            foreach (var (books, state) in leases)
                foreach (var (holder, holding) in books.Holders.Holdings)
                    comparison.Add($"{books.Lease.Id}/{holder}", expected?.Invoke(holding) ?? books.Holders.Claimable(holder), actual(state.Holders[holder]));
            return comparison.Result();
        }
    }

    /// <summary>What each sync asked is what the published leaf says.</summary>
    private static Check SyncedLeaves(IEnumerable<(LeaseBooks Books, LeaseState)> leases, long block)
    {
        var comparison = new Comparison("synced-leaves", "rent of each leaf and what sync was asked for", "epoch_leaves.rent", "Synced.rent", block);
        foreach (var (books, _) in leases)
            foreach (var (sync, _) in books.Syncs())
            {
                var row = $"{books.Lease.Id}/{sync.Epoch}";
                if (books.RentOf(sync) is { } rent) comparison.Add(row, rent, sync.Asked);
                else comparison.Differs(row, "no leaf", Comparison.Text(sync.Asked));
            }
        return comparison.Result();
    }

    /// <summary>What each sync applied follows from the leaf, the escrow at that moment and the cap.</summary>
    private static Check AppliedByRule(IEnumerable<(LeaseBooks Books, LeaseState)> leases, long block)
    {
        var comparison = new Comparison("applied-by-rule", "revenue after each sync, recomputed from leaf, escrow, cap, income and what is held back", "epoch_leaves, lease_cash, lease_turns, leases", "Synced.applied", block);
        foreach (var (books, _) in leases)
            foreach (var (sync, before) in books.Syncs())
                comparison.Add($"{books.Lease.Id}/{sync.Epoch}", before.AppliedBy(sync.Epoch, books.RentOf(sync) ?? sync.Asked), sync.Applied);
        return comparison.Result();
    }

    private static Check SumOfHoldings(IEnumerable<(LeaseBooks Books, LeaseState State)> leases, long block)
    {
        var comparison = new Comparison("supply", "sum of all holdings", "claim_transfers.units", "LeaseClaims.seriesOf.units", block);
        foreach (var (books, state) in leases) comparison.Add(books.Lease.Id.Value, books.Holders.Holdings.Values.Aggregate(BigInteger.Zero, (sum, h) => sum + h.Units), state.Units);
        return comparison.Result();
    }

    /// <summary>
    /// Conservation: the tokens that LeaseClaims holds are escrow, deposits, claimable cash, provider's and platform's shares, and what of
    /// each pool is not yet a whole base unit a unit; anything above that was given without being asked.
    /// </summary>
    /// <param name="balance">of LeaseClaims in the token</param>
    public static Check Cash(PayToken token, BigInteger balance, IReadOnlyList<(LeaseBooks Books, LeaseState State)> leases, long block)
    {
        var comparison = new Comparison($"cash:{token.Symbol}", "balance = escrow + deposits + claimable + provider + fee + residue + donated", "sum of the terms", $"{token.Symbol}.balanceOf(LeaseClaims)", block);
        BigInteger escrow = 0, deposits = 0, claimable = 0, provider = 0, fee = 0, residue = 0;
        foreach (var (books, state) in leases)
        {
            var own = state.Holders.Values.Aggregate(BigInteger.Zero, (sum, h) => sum + h.Claimable);
            var left = Split.Of(state.Applied, books.Lease.Terms.PoolBps, books.Lease.Terms.FeeBps).Pool - own
                - books.Holders.Holdings.Values.Aggregate(BigInteger.Zero, (sum, h) => sum + h.Claimed);
            if (left.Sign < 0 || left >= state.Units) comparison.Differs($"residue of {books.Lease.Id}", $"0 to {state.Units - 1}", Comparison.Text(left));
            (escrow, deposits, claimable, provider, fee, residue) = (escrow + state.Escrow, deposits + state.Deposit, claimable + own, provider + state.ProviderDue, fee + state.FeeDue, residue + left);
        }
        var owed = escrow + deposits + claimable + provider + fee + residue;
        var donated = BigInteger.Max(0, balance - owed);
        comparison.Add(token.Address.Value, owed + donated, balance);
        return comparison.Result(new Dictionary<string, string>
        {
            ["escrow"] = Comparison.Text(escrow), ["deposits"] = Comparison.Text(deposits), ["claimable"] = Comparison.Text(claimable), ["provider"] = Comparison.Text(provider), ["fee"] = Comparison.Text(fee),
            ["residue"] = Comparison.Text(residue), ["donated"] = Comparison.Text(donated), ["balance"] = Comparison.Text(balance),
        });
    }
}

using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace ComputeRwa.Demo;

// What the table needs, as the API answers it.

internal sealed record LeaseAccount(
    string Id, string Status, string GpuModel, Money? PricePerGpuHour, Money? FloorPricePerGpuHour, Money? CeilingPricePerGpuHour, TermsView Terms, Money Escrow, Money Applied, Money OtherIncome, Money Arrears, Shares Earned, Money ProviderPaid, Money FeeCollected, long LastEpoch)
{
    /// <summary>Fewer than signed after a default.</summary>
    public long Days => LastEpoch - Terms.StartEpoch + 1;
}

internal sealed record TermsView(string Provider, string Lessee, int GpuCount, long StartEpoch, int Epochs, int Method, string Units, string Salt);

internal sealed record Shares(Money Pool, Money Provider, Money Fee);

internal sealed record HolderAccount(string Address, JsonElement Units, Money Claimable, Money Claimed);

internal sealed record CashMovement(string Kind, string Line, Money Amount);

internal sealed record StatementView(IReadOnlyList<Step> Steps);

internal sealed record Step(string Name, string Value, Dictionary<string, string> Inputs);

internal sealed record FeedEvent(string Type, JsonElement Data);

internal sealed record Reconciliation(bool Balanced, IReadOnlyList<Check> Checks);

internal sealed record Check(string Name, bool Balanced);

/// <summary>One lease's figures over all its epochs, read back from the API. Money in base units; rent before rounding in parts.</summary>
internal sealed class LeaseFigures(LeaseAccount lease, IReadOnlyList<StatementView> statements, IReadOnlyList<HolderAccount> holders, IReadOnlyList<CashMovement> cash, BigInteger gas)
{
    private static readonly BigInteger PartsPerBaseUnit = 360_000_000_000;

    public LeaseAccount Lease => lease;
    public BigInteger Gas => gas;

    public static async Task<LeaseFigures> Read(Api api, LeaseAccount lease, ILookup<string?, TransactionView> transactions)
    {
        var statements = new List<StatementView>();
        for (var epoch = lease.Terms.StartEpoch; epoch <= lease.LastEpoch; epoch++)
            statements.Add(await api.Get<StatementView>($"/v1/epochs/{epoch}/leases/{lease.Id}/statement"));
        var gas = transactions[lease.Id].Aggregate(BigInteger.Zero, (sum, t) => sum + (t.GasUsed ?? 0));
        return new(lease, statements, await api.All<HolderAccount>($"/v1/leases/{lease.Id}/holders"), await api.All<CashMovement>($"/v1/leases/{lease.Id}/cash"), gas);
    }

    /// <summary>A statement's step summed over the epochs, in its own unit.</summary>
    public BigInteger Sum(string step) => statements.Aggregate(BigInteger.Zero, (sum, s) => sum + Value(s, step));

    /// <summary>A step in parts as base units, cut off towards zero: for reading, not for adding up.</summary>
    public BigInteger Parts(string step) => Sum(step) / PartsPerBaseUnit;

    /// <summary>Mean over the available GPU-seconds of these leases, in bps.</summary>
    public static BigInteger MeanLoad(IReadOnlyCollection<LeaseFigures> leases)
    {
        var available = leases.Aggregate(BigInteger.Zero, (sum, l) => sum + l.Sum("available"));
        return available.IsZero ? 0 : leases.Aggregate(BigInteger.Zero, (sum, l) => sum + l.LoadSeconds) / available;
    }

    private BigInteger LoadSeconds => statements.Aggregate(BigInteger.Zero, (sum, s) => sum + Value(s, "load") * Value(s, "available"));

    public BigInteger Claimed(string holder) => holders.Where(h => h.Address == holder).Aggregate(BigInteger.Zero, (sum, h) => sum + h.Claimed.BaseUnits());

    public BigInteger ClaimedByAll => holders.Aggregate(BigInteger.Zero, (sum, h) => sum + h.Claimed.BaseUnits());
    public BigInteger Claimable => holders.Aggregate(BigInteger.Zero, (sum, h) => sum + h.Claimable.BaseUnits());

    /// <param name="line">rent, heat, mining or grid</param>
    public BigInteger Cash(string kind, string line = "rent") => cash.Where(c => c.Kind == kind && c.Line == line).Aggregate(BigInteger.Zero, (sum, c) => sum + c.Amount.BaseUnits());

    /// <summary>What of the holders' pool is not yet a whole base unit a unit.</summary>
    public BigInteger Residue => lease.Earned.Pool.BaseUnits() - ClaimedByAll - Claimable;

    /// <summary>An input of a step summed over the epochs in which the step stands; 0 for a lease whose pricing method has no such step.</summary>
    public BigInteger SumOfInput(string step, string input) => statements.SelectMany(s => s.Steps).Where(s => s.Name == step)
        .Aggregate(BigInteger.Zero, (sum, s) => sum + BigInteger.Parse(s.Inputs[input], CultureInfo.InvariantCulture));

    private static BigInteger Value(StatementView statement, string step) =>
        BigInteger.Parse(statement.Steps.Single(s => s.Name == step).Value, CultureInfo.InvariantCulture);
}

internal static class MoneyReading
{
    /// <summary>A 6-decimal amount of the API in base units.</summary>
    public static BigInteger BaseUnits(this Money money) => BigInteger.Parse(money.Amount.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
}

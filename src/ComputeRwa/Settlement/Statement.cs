using System.Globalization;
using System.Numerics;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;

namespace ComputeRwa.Settlement;

/// <summary>One step from GPU-seconds to cents.</summary>
/// <param name="Value">the step's result in <c>Unit</c>; a decimal string, as are the inputs</param>
/// <param name="Unit">GPU-seconds, Wh, bps, parts (360,000,000,000 a base unit), base units, or bps of a base unit</param>
/// <param name="Inputs">the numbers it came from, by name</param>
/// <param name="Dropped">what rounding down left out, and where it went; null where nothing can be lost</param>
internal sealed record StatementStep(string Name, string Value, string Unit, IReadOnlyDictionary<string, string> Inputs, string? Dropped, string Text);

/// <summary>What sync did, or will do when the escrow holds, to a lease's applied rent. Base units, cumulative.</summary>
internal sealed record AppliedRent(BigInteger Before, BigInteger After, bool IsSynced)
{
    /// <summary>Of what the leaf asks, held back by objections or decided not to be owed.</summary>
    public BigInteger Held { get; init; }

    /// <summary>Heat, mining and grid income shared out beside the rent, up to the leaf before and up to this one.</summary>
    public BigInteger IncomeBefore { get; init; }
    public BigInteger IncomeAfter { get; init; }

    public BigInteger SharedBefore => Before + IncomeBefore;
    public BigInteger SharedAfter => After + IncomeAfter;
}

/// <summary>A lease's epoch as a list of steps: the numbers of <see cref="Rent"/> and <see cref="Split"/>, each with a line to read.</summary>
internal static class Statement
{
    /// <summary>What the chain has applied through the leaf's epoch, or will apply when the escrow holds.</summary>
    /// <param name="events">all of the lease, oldest first</param>
    public static AppliedRent Applied(Lease lease, EpochLeaf leaf, IEnumerable<ILeaseEvent> events)
    {
        LeaseCash start = LeaseCash.Before(lease), account = start, before = start;
        LeaseCash? own = null;
        foreach (var e in events)
        {
            account = account.After(e);
            if (e is SyncRow sync && sync.Epoch < leaf.Epoch) before = account;
            if (e is SyncRow same && same.Epoch == leaf.Epoch) own = account;
        }
        var after = own ?? account;
        var rent = own?.RentApplied ?? (account with { Funded = leaf.Rent }).AppliedBy(leaf.Epoch, leaf.Rent) - account.Income;
        return new(before.RentApplied, rent, own is not null) { Held = after.Held, IncomeBefore = before.Income, IncomeAfter = after.Income };
    }

    /// <param name="previous">null for the lease's first leaf</param>
    /// <param name="revenueSource">who reported the revenue of a revenue share; null for none</param>
    public static IReadOnlyList<StatementStep> Of(
        LeaseTerms terms, MeteringRecord record, EpochLeaf? previous, EpochLeaf leaf, AppliedRent applied, PayToken token, long epochSeconds, string? revenueSource)
    {
        var rent = Rent.Compute(terms, record, epochSeconds);
        return
        [
            .. new UseSteps(terms, record, rent, epochSeconds).All(),
            .. new PriceSteps(terms, record, rent, token, revenueSource).All(),
            .. new RentSteps(terms, record, rent, token).All(),
            .. new LeafSteps(rent, previous ?? EpochLeaf.Before(leaf.LeaseId), leaf, token).All(),
            .. new CashSteps(terms, leaf, applied, token).All(),
        ];
    }
}

/// <summary>How numbers read in a statement.</summary>
internal static class Readable
{
    public static string Count(BigInteger value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>Ten-thousandths as percent, exact.</summary>
    public static string Percent(BigInteger bps) => $"{(bps.Sign < 0 ? "-" : "")}{BigInteger.Abs(bps) / 100}.{(int)(BigInteger.Abs(bps) % 100):00} %";

    public static string Money(BigInteger baseUnits, PayToken token) => new Money(baseUnits, token).ToString();

    /// <summary>Parts as money, cut after the base unit; the mark says that more follows.</summary>
    public static string Parts(BigInteger parts, PayToken token) =>
        Money(parts / Rent.Parts, token) + ((parts % Rent.Parts).IsZero ? "" : " and a fraction");

    /// <summary>Bps of a base unit as money, cut after the base unit; the mark says that more follows.</summary>
    public static string Rate(BigInteger bps, PayToken token) => Money(bps / 10_000, token) + ((bps % 10_000).IsZero ? "" : " and a fraction");

    public static string Plain(BigInteger value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What was let, measured and is billable.</summary>
internal sealed class UseSteps(LeaseTerms terms, MeteringRecord record, Rent rent, long epochSeconds)
{
    public IEnumerable<StatementStep> All()
    {
        yield return Step("reserved", rent.Reserved, "GPU-seconds", [("gpuCount", terms.GpuCount), ("epochSeconds", epochSeconds)],
            $"{terms.GpuCount} GPU{(terms.GpuCount == 1 ? "" : "s")} let for {Readable.Count(epochSeconds)} s: {Readable.Count(rent.Reserved)} GPU-seconds.");
        yield return Step("excused", rent.Excused, "GPU-seconds", [("curtailedSeconds", record.CurtailedSeconds), ("curtailLimitBps", terms.CurtailLimitBps)],
            $"{Readable.Count(record.CurtailedSeconds)} GPU-seconds were curtailed; the terms excuse up to {Readable.Percent(terms.CurtailLimitBps)} of what is let: {Readable.Count(rent.Excused)}.");
        yield return Step("billable", rent.Billable, "GPU-seconds", [("reserved", rent.Reserved), ("excused", rent.Excused)],
            $"{Readable.Count(rent.Reserved)} less {Readable.Count(rent.Excused)} leaves {Readable.Count(rent.Billable)} billable GPU-seconds, {Readable.Count(rent.Billable / 3600)} GPU-hours and {rent.Billable % 3600} s.");
        yield return Step("available", rent.Available, "GPU-seconds", [("measured", record.AvailableSeconds), ("billable", rent.Billable)],
            $"{Readable.Count(rent.Available)} GPU-seconds were available, {Readable.Percent(rent.AvailabilityBps)} of the billable ones.");
        yield return Step("load", (BigInteger)rent.LoadBps, "bps", [("busySeconds", rent.Busy), ("availableSeconds", rent.Available)],
            $"Mean SM-active load was {Readable.Percent(rent.LoadBps)}; {Readable.Count(rent.Busy)} GPU-seconds were busy.");
        yield return Step("energy", record.ItWattHours, "Wh", [("facilityWattHours", record.FacilityWattHours), ("heatWattHours", record.HeatWattHours)],
            $"The GPUs drew {Readable.Count(record.ItWattHours)} Wh, the site {Readable.Count(record.FacilityWattHours)} Wh for them, of which {Readable.Count(record.HeatWattHours)} Wh were reused as heat.");
    }

    private static StatementStep Step(string name, BigInteger value, string unit, (string Name, BigInteger Value)[] inputs, string text) =>
        new(name, Readable.Plain(value), unit, inputs.ToDictionary(i => i.Name, i => Readable.Plain(i.Value)), null, text);
}

/// <summary>Gross rent, credits and net, in parts: nothing is rounded here but the two bps of the efficiency.</summary>
internal sealed class RentSteps(LeaseTerms terms, MeteringRecord record, Rent rent, PayToken token)
{
    public IEnumerable<StatementStep> All()
    {
        yield return Gross();
        yield return Step("slaCredit", rent.SlaCredit,
            [("availabilityBps", rent.AvailabilityBps), ("slaBps", terms.SlaBps), ("slaCreditSlope", terms.SlaCreditSlope), ("slaCreditCapBps", terms.SlaCreditCapBps), ("creditBps", rent.SlaCreditBps)],
            $"Availability {Readable.Percent(rent.AvailabilityBps)} against {Readable.Percent(terms.SlaBps)} promised: credit {Readable.Percent(rent.SlaCreditBps)} of gross, {Readable.Parts(rent.SlaCredit, token)}.");
        yield return Efficiency();
        yield return Step("curtailmentCredit", rent.CurtailmentCredit, [("excused", rent.Excused), ("price", Rent.BasePrice(terms)), ("curtailCreditBps", terms.CurtailCreditBps)],
            $"{Readable.Count(rent.Excused)} excused GPU-seconds at {Readable.Percent(terms.CurtailCreditBps)} of {(terms.Method is PricingMethod.Fixed or PricingMethod.Metered ? "the price" : "the floor")}: credit {Readable.Parts(rent.CurtailmentCredit, token)}.");
        yield return Step("net", rent.Net, [("gross", rent.Gross), ("slaCredit", rent.SlaCredit), ("efficiency", rent.Efficiency), ("curtailmentCredit", rent.CurtailmentCredit)],
            $"Gross less credits{(rent.Efficiency.Sign < 0 ? " and malus" : rent.Efficiency.Sign > 0 ? " plus bonus" : "")}, not below zero: {Readable.Parts(rent.Net, token)}.");
    }

    private StatementStep Gross()
    {
        var price = Readable.Money(terms.Price, token);
        return terms.Method switch
        {
            PricingMethod.Fixed => Step("gross", rent.Gross, [("billable", rent.Billable), ("price", terms.Price)],
                $"Take or pay: {Readable.Count(rent.Billable)} GPU-seconds at {price} a GPU-hour is {Readable.Parts(rent.Gross, token)}."),
            PricingMethod.Metered => Step("gross", rent.Gross,
                [("available", rent.Available), ("loadBps", rent.LoadBps), ("billable", rent.Billable), ("takeOrPayBps", terms.TakeOrPayBps), ("price", terms.Price)],
                $"The greater of {Readable.Count(rent.Available)} available GPU-seconds × {Readable.Percent(rent.LoadBps)} load and {Readable.Count(rent.Billable)} billable × {Readable.Percent(terms.TakeOrPayBps)} take or pay, at {price} a GPU-hour: {Readable.Parts(rent.Gross, token)}."),
            PricingMethod.Indexed => Step("gross", rent.Gross, [("billable", rent.Billable), ("rate", Rent.IndexedRate(terms, record))],
                $"{Readable.Count(rent.Billable)} billable GPU-seconds at {Readable.Rate(Rent.IndexedRate(terms, record), token)} a GPU-hour is {Readable.Parts(rent.Gross, token)}."),
            _ => Step("gross", rent.Gross,
                [("share", Rent.ShareOfRevenue(terms, record)), ("billable", rent.Billable), ("floorPrice", terms.FloorPrice), ("ceilingPrice", terms.CeilingPrice)],
                $"The share, but for {Readable.Count(rent.Billable)} billable GPU-seconds at least {Readable.Money(terms.FloorPrice, token)} and at most {Readable.Money(terms.CeilingPrice, token)} a GPU-hour: {Readable.Parts(rent.Gross, token)}."),
        };
    }

    private StatementStep Efficiency()
    {
        (string, BigInteger)[] inputs =
        [
            ("busySeconds", rent.Busy), ("itWattHours", record.ItWattHours), ("efficiencyTarget", terms.EfficiencyTarget),
            ("efficiencySlopeBps", terms.EfficiencySlopeBps), ("efficiencyCapBps", terms.EfficiencyCapBps), ("adjustBps", rent.EfficiencyBps),
        ];
        if (rent.EfficiencyRatioBps is not { } ratio) return Step("efficiency", 0, inputs, "The terms have no efficiency target, or no energy was measured: no adjustment.");
        var word = rent.EfficiencyBps < 0 ? "malus" : "bonus";
        return Step("efficiency", rent.Efficiency, inputs,
            $"Busy GPU-seconds per kWh were {Readable.Percent(ratio)} of the {Readable.Count(terms.EfficiencyTarget)} agreed: {word} {Readable.Percent(BigInteger.Abs(rent.EfficiencyBps))} of gross, {Readable.Parts(BigInteger.Abs(rent.Efficiency), token)}.");
    }

    private static StatementStep Step(string name, BigInteger value, (string Name, BigInteger Value)[] inputs, string text) =>
        new(name, Readable.Plain(value), "parts", inputs.ToDictionary(i => i.Name, i => Readable.Plain(i.Value)), null, text);
}

/// <summary>From parts to whole base units: the one place where rent is rounded, and the remainder is carried.</summary>
internal sealed class LeafSteps(Rent rent, EpochLeaf previous, EpochLeaf leaf, PayToken token)
{
    public IEnumerable<StatementStep> All()
    {
        var charged = leaf.Rent - previous.Rent;
        yield return new("rent", Readable.Plain(charged), "base units",
            new Dictionary<string, string>
            {
                ["net"] = Readable.Plain(rent.Net),
                ["carriedIn"] = Readable.Plain(previous.Remainder),
                ["carriedOut"] = Readable.Plain(leaf.Remainder),
            },
            $"{leaf.Remainder} parts, carried to the next epoch",
            $"With {Readable.Count(previous.Remainder)} parts carried in, rounded down to whole base units: rent of the epoch {Readable.Money(charged, token)}; {Readable.Count(leaf.Remainder)} parts are carried on.");
        yield return new("cumulativeRent", Readable.Plain(leaf.Rent), "base units",
            new Dictionary<string, string> { ["before"] = Readable.Plain(previous.Rent), ["rent"] = Readable.Plain(charged) }, null,
            $"Rent since the lease began: {Readable.Money(leaf.Rent, token)}. This is what the leaf says.");
    }
}

/// <summary>From the leaf to cash: what was applied, and how it divides. Shares are of the cumulative sum; an epoch's are differences.</summary>
internal sealed class CashSteps(LeaseTerms terms, EpochLeaf leaf, AppliedRent applied, PayToken token)
{
    private const int Bps = 10_000;

    public IEnumerable<StatementStep> All()
    {
        var before = Split.Of(applied.SharedBefore, terms.PoolBps, terms.FeeBps);
        var after = Split.Of(applied.SharedAfter, terms.PoolBps, terms.FeeBps);
        yield return Applied();
        if (applied.IncomeAfter > applied.IncomeBefore) yield return OtherIncome();
        yield return Share("pool", before.Pool, after.Pool, $"{applied.SharedAfter * terms.PoolBps % Bps} / {Bps} base units, left to fee and provider",
            $"{Readable.Percent(terms.PoolBps)} to the holders' pool");
        yield return Share("fee", before.Fee, after.Fee, "less than one base unit, left to the provider", $"{Readable.Percent(terms.FeeBps)} to the platform");
        yield return Share("provider", before.Provider, after.Provider, null, "the rest to the provider");
        yield return PerUnit(after.Pool);
    }

    private StatementStep Applied()
    {
        var arrears = BigInteger.Max(0, leaf.Rent - applied.Held - applied.After);
        var how = applied.IsSynced ? "Sync applied" : "Not synced yet; if the escrow holds, sync will apply";
        return new("applied", Readable.Plain(applied.After), "base units",
            new Dictionary<string, string>
            {
                ["asked"] = Readable.Plain(leaf.Rent), ["held"] = Readable.Plain(applied.Held), ["before"] = Readable.Plain(applied.Before), ["arrears"] = Readable.Plain(arrears),
            },
            null,
            $"{how} {Readable.Money(applied.After - applied.Before, token)}, {Readable.Money(applied.After, token)} in all"
            + (applied.Held.Sign > 0 ? $"; {Readable.Money(applied.Held, token)} are held back by objections or not owed" : "")
            + (arrears.Sign > 0 ? $"; {Readable.Money(arrears, token)} are in arrears until the escrow is funded." : "."));
    }

    private StatementStep OtherIncome() => new("otherIncome", Readable.Plain(applied.IncomeAfter - applied.IncomeBefore), "base units",
        new Dictionary<string, string> { ["before"] = Readable.Plain(applied.IncomeBefore), ["after"] = Readable.Plain(applied.IncomeAfter) }, null,
        $"Heat, mining and grid income of {Readable.Money(applied.IncomeAfter - applied.IncomeBefore, token)}, paid by others than the lessee, is shared out with the rent.");

    private StatementStep Share(string name, BigInteger before, BigInteger after, string? dropped, string what) =>
        new(name, Readable.Plain(after - before), "base units",
            new Dictionary<string, string> { ["before"] = Readable.Plain(before), ["after"] = Readable.Plain(after) }, dropped,
            $"{Readable.Money(after - before, token)}: {what}, rounded on the sum since the lease began.");

    private StatementStep PerUnit(BigInteger pool)
    {
        var (before, after) = (Split.PerUnit(applied.SharedBefore, terms.PoolBps, terms.Units), Split.PerUnit(applied.SharedAfter, terms.PoolBps, terms.Units));
        var residue = pool - after * terms.Units;
        return new("perUnit", Readable.Plain(after - before), "base units",
            new Dictionary<string, string> { ["units"] = Readable.Plain(terms.Units), ["before"] = Readable.Plain(before), ["after"] = Readable.Plain(after), ["residue"] = Readable.Plain(residue) },
            $"{residue} base units of the pool, less than one a unit; they count again with the next rent",
            $"{Readable.Money(after - before, token)} a unit on {Readable.Count(terms.Units)} units; {Readable.Money(residue, token)} of the pool are not yet a whole base unit a unit.");
    }
}

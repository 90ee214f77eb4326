using System.Numerics;
using ComputeRwa.Leases;
using FsCheck;
using FsCheck.Fluent;

namespace ComputeRwa.Tests.Leases;

public class RentProperties
{
    private static readonly Gen<RentCase> Cases = Gen.Choose(0, int.MaxValue - 1).Select(seed => RentCases.Random(seed, 2).Last());
    private static readonly Gen<RentCase[]> Lives = Gen.Choose(0, int.MaxValue - 1)
        .SelectMany(seed => Gen.Choose(1, 30).Select(epochs => RentCases.Random(seed, 2 * epochs).Where((_, i) => i % 2 == 0).ToArray()));

    // LeaseBook takes no floor above the ceiling.
    [Fact]
    public void Net_rent_is_never_negative_and_never_above_the_cap() => Check(Cases.Where(c => c.Terms.FloorPrice <= c.Terms.CeilingPrice), c =>
    {
        var rent = Rent.Compute(c.Terms, c.Record, c.EpochSeconds);
        return rent.Net >= 0 && rent.Net <= Rent.CapPerEpoch(c.Terms, c.EpochSeconds) * Rent.Parts;
    });

    [Fact]
    public void Gross_and_its_percentages_lose_nothing_to_rounding() => Check(Cases, c =>
    {
        var rent = Rent.Compute(c.Terms, c.Record, c.EpochSeconds);
        return rent.Gross % 10_000 == 0
            && rent.SlaCredit * 10_000 == rent.Gross * rent.SlaCreditBps
            && rent.Efficiency * 10_000 == rent.Gross * rent.EfficiencyBps
            && rent.Net == BigInteger.Max(0, rent.Gross - rent.SlaCredit + rent.Efficiency - rent.CurtailmentCredit);
    });

    [Fact]
    public void The_quantities_are_nested() => Check(Cases, c =>
    {
        var rent = Rent.Compute(c.Terms, c.Record, c.EpochSeconds);
        return rent.Busy <= rent.Available && rent.Available <= rent.Billable && rent.Billable + rent.Excused == rent.Reserved
            && rent.Reserved <= (UInt128)c.Terms.GpuCount * (ulong)c.EpochSeconds;
    });

    [Fact]
    public void Cumulative_rent_is_the_floor_of_the_exact_sum_and_never_falls() => Check(Lives, life =>
    {
        var leaf = EpochLeaf.Before(life[0].Record.LeaseId);
        BigInteger exact = 0;
        foreach (var c in life)
        {
            var rent = Rent.Compute(life[0].Terms, c.Record, c.EpochSeconds);
            var next = Rent.NextLeaf(leaf, c.Record, rent);
            exact += rent.Net;
            if (next.Rent < leaf.Rent || next.Remainder >= (ulong)Rent.Parts || next.Rent != exact / Rent.Parts) return false;
            if (next.Rent * Rent.Parts + next.Remainder != exact) return false;
            leaf = next;
        }
        return true;
    });

    [Fact]
    public void More_available_time_never_lowers_a_metered_rent_without_an_efficiency_target() => Check(Cases, c =>
    {
        var terms = c.Terms with { EfficiencyTarget = 0 };
        var less = Rent.Compute(terms, c.Record, c.EpochSeconds);
        var more = Rent.Compute(terms, c.Record with { AvailableSeconds = c.Record.AvailableSeconds is var s && s < ulong.MaxValue ? s + 1 : s }, c.EpochSeconds);
        return more.Net >= less.Net;
    });

    [Fact]
    public void Shares_of_applied_rent_add_up_and_never_fall() => Check(
        Gen.Choose(0, 10_000).SelectMany(pool => Gen.Choose(0, 10_000 - pool).SelectMany(fee => Gen.Choose(0, 1_000_000).SelectMany(
            applied => Gen.Choose(0, 3).Select(more => (pool, fee, applied, more))))), x =>
    {
        var (pool, fee, applied, more) = x;
        var (before, after) = (Split.Of(applied, pool, fee), Split.Of(applied + more, pool, fee));
        return before.Pool + before.Fee + before.Provider == applied
            && after.Pool >= before.Pool && after.Fee >= before.Fee && after.Provider >= before.Provider && before.Fee >= 0 && before.Provider >= 0;
    });

    [Fact]
    public void The_random_cases_take_every_branch_often_enough_to_tell_two_formulas_apart()
    {
        var cases = RentCases.Random(1, 5_000).Select(c => (c.Terms, c.Record, Rent: Rent.Compute(c.Terms, c.Record, c.EpochSeconds))).ToList();
        var branches = new Dictionary<string, Func<LeaseTerms, MeteringRecord, Rent, bool>>
        {
            ["fixed"] = (t, _, r) => t.Method == PricingMethod.Fixed && r.Gross > 0,
            ["metered above take or pay"] = (t, _, r) => t.Method == PricingMethod.Metered && r.Gross > 0 && (UInt128)r.Available * (uint)r.LoadBps > (UInt128)r.Billable * t.TakeOrPayBps,
            ["metered at take or pay"] = (t, _, r) => t.Method == PricingMethod.Metered && r.Gross > 0 && (UInt128)r.Available * (uint)r.LoadBps < (UInt128)r.Billable * t.TakeOrPayBps,
            ["indexed within bounds"] = (t, m, r) => t.Method == PricingMethod.Indexed && r.Gross > 0 && Rent.IndexedRate(t, m) == m.IndexValue * t.RateBps,
            ["indexed at the floor"] = (t, m, r) => t.Method == PricingMethod.Indexed && r.Gross > 0 && Rent.IsIndexFresh(m) && Rent.IndexedRate(t, m) == t.FloorPrice * 10_000,
            ["indexed at the ceiling"] = (t, m, r) => t.Method == PricingMethod.Indexed && r.Gross > 0 && Rent.IndexedRate(t, m) == t.CeilingPrice * 10_000,
            ["indexed and stale"] = (t, m, r) => t.Method == PricingMethod.Indexed && r.Gross > 0 && !Rent.IsIndexFresh(m) && m.IndexValue * t.RateBps > t.FloorPrice * 10_000,
            ["share within bounds"] = (t, m, r) => t.Method == PricingMethod.RevenueShare && r.Gross > 0 && r.Gross == Rent.ShareOfRevenue(t, m),
            ["share at the floor"] = (t, m, r) => t.Method == PricingMethod.RevenueShare && r.Gross > Rent.ShareOfRevenue(t, m) && m.RevenueSource != ComputeRwa.Kernel.Hash32.Zero,
            ["share at the ceiling"] = (t, m, r) => t.Method == PricingMethod.RevenueShare && r.Gross > 0 && r.Gross < Rent.ShareOfRevenue(t, m),
            ["revenue without a source"] = (t, m, r) => t.Method == PricingMethod.RevenueShare && r.Gross > 0 && m.Revenue > 0 && m.RevenueSource == ComputeRwa.Kernel.Hash32.Zero,
            ["curtailment within the limit"] = (_, m, r) => m.CurtailedSeconds > 0 && r.Excused == m.CurtailedSeconds,
            ["curtailment beyond the limit"] = (_, m, r) => r.Excused > 0 && r.Excused < m.CurtailedSeconds,
            ["availability rounded"] = (_, _, r) => r.Billable > 0 && (UInt128)r.Available * 10_000 % r.Billable != 0,
            ["SLA credit below its cap"] = (t, _, r) => r.SlaCreditBps > 0 && r.SlaCreditBps < t.SlaCreditCapBps,
            ["SLA credit at its cap"] = (t, _, r) => r.SlaCreditBps > 0 && r.SlaCreditBps == t.SlaCreditCapBps,
            ["bonus below its cap"] = (t, _, r) => r.EfficiencyBps > 0 && r.EfficiencyBps < t.EfficiencyCapBps,
            ["bonus at its cap"] = (t, _, r) => r.EfficiencyBps > 0 && r.EfficiencyBps == t.EfficiencyCapBps,
            ["malus that is rounded"] = (t, _, r) => r.EfficiencyBps < 0 && -r.EfficiencyBps < t.EfficiencyCapBps && (10_000 - r.EfficiencyRatioBps!.Value) * t.EfficiencySlopeBps % 10_000 != 0,
            ["malus at its cap"] = (t, _, r) => r.EfficiencyBps < 0 && -r.EfficiencyBps == t.EfficiencyCapBps,
            ["no efficiency"] = (_, _, r) => r.EfficiencyRatioBps is null,
            ["credits above the rent"] = (_, _, r) => r.Gross > 0 && r.Net == 0,
            ["everything at once"] = (_, _, r) => r.SlaCredit > 0 && r.Efficiency != 0 && r.CurtailmentCredit > 0 && r.Net > 0,
        };
        Assert.All(branches, b => Assert.True(cases.Count(c => b.Value(c.Terms, c.Record, c.Rent)) >= 25, $"{b.Key}: {cases.Count(c => b.Value(c.Terms, c.Record, c.Rent))} of {cases.Count}"));
    }

    private static void Check<T>(Gen<T> cases, Func<T, bool> holds) => Prop.ForAll(cases.ToArbitrary(), holds).Check(
        Config.QuickThrowOnFailure.WithMaxTest(1_000));
}

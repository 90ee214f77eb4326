using System.Numerics;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;

namespace ComputeRwa.Tests.Leases;

/// <summary>Worked examples, each to be followed with pencil and paper in docs/settlement.md. One epoch is a day.</summary>
public class RentTests
{
    private const long Day = 86_400;
    private static readonly BigInteger Dollar = 1_000_000;

    /// <summary>8 GPUs, $2.00 an hour: 192 GPU-hours a day.</summary>
    private static readonly LeaseTerms Fixed = RentCases.Plain with { GpuCount = 8, Price = 2_000_000 };
    private static readonly LeaseTerms Metered = Fixed with { Method = PricingMethod.Metered, TakeOrPayBps = 4_000 };
    private static readonly MeteringRecord FullDay = RentCases.Nothing with
    {
        ReservedSeconds = 8 * 86_400,
        AvailableSeconds = 8 * 86_400,
        BusySeconds = 8 * 86_400,
        LoadBps = 8_000,
        ItWattHours = 96_000,
    };

    [Fact]
    public void Fixed_rent_is_hours_times_price_whatever_the_load()
    {
        Assert.Equal(384 * Dollar, Dollars(Fixed, FullDay));
        Assert.Equal(384 * Dollar, Dollars(Fixed, FullDay with { LoadBps = 0, BusySeconds = 0 }));
    }

    [Fact]
    public void Metered_rent_is_hours_times_load() => Assert.Equal(3072 * Dollar / 10, Dollars(Metered, FullDay));

    [Fact]
    public void Metered_rent_does_not_fall_below_take_or_pay() =>
        Assert.Equal(1536 * Dollar / 10, Dollars(Metered, FullDay with { LoadBps = 100 }));

    [Fact]
    public void An_availability_short_of_the_promise_gives_a_credit()
    {
        var terms = Fixed with { SlaBps = 9_900, SlaCreditSlope = 10, SlaCreditCapBps = 3_000 };
        var rent = Rent.Compute(terms, FullDay with { AvailableSeconds = 8 * 86_400 * 98 / 100 }, Day);
        Assert.Equal((9_800, 1_000), (rent.AvailabilityBps, rent.SlaCreditBps));
        Assert.Equal(3456 * Dollar / 10, rent.Net / Rent.Parts);
    }

    [Fact]
    public void The_availability_credit_stops_at_its_cap()
    {
        var terms = Fixed with { SlaBps = 9_900, SlaCreditSlope = 10, SlaCreditCapBps = 3_000 };
        Assert.Equal(3_000, Rent.Compute(terms, FullDay with { AvailableSeconds = 0 }, Day).SlaCreditBps);
    }

    [Fact]
    public void Work_above_the_efficiency_target_earns_a_bonus_and_below_it_a_malus()
    {
        // 691,200 busy seconds on 96 kWh are 7,200 a kWh.
        var terms = Fixed with { EfficiencySlopeBps = 5_000, EfficiencyCapBps = 1_000 };
        var bonus = Rent.Compute(terms with { EfficiencyTarget = 6_545 }, FullDay, Day);
        Assert.Equal((BigInteger?)11_000, bonus.EfficiencyRatioBps);
        Assert.Equal(500, bonus.EfficiencyBps);
        Assert.Equal(4032 * Dollar / 10, bonus.Net / Rent.Parts);
        Assert.Equal(-500, Rent.Compute(terms with { EfficiencyTarget = 8_000 }, FullDay, Day).EfficiencyBps);
        Assert.Equal(-1_000, Rent.Compute(terms with { EfficiencyTarget = 80_000 }, FullDay, Day).EfficiencyBps);
    }

    [Fact]
    public void The_malus_is_rounded_towards_the_payer()
    {
        var terms = Fixed with { EfficiencySlopeBps = 1, EfficiencyCapBps = 1_000, EfficiencyTarget = 7_201 };
        Assert.Equal(-1, Rent.Compute(terms, FullDay, Day).EfficiencyBps);
        Assert.Equal(0, Rent.Compute(terms with { EfficiencyTarget = 7_199 }, FullDay, Day).EfficiencyBps);
    }

    [Fact]
    public void Efficiency_is_silent_without_a_target_or_without_energy()
    {
        var terms = Fixed with { EfficiencySlopeBps = 5_000, EfficiencyCapBps = 1_000, EfficiencyTarget = 6_545 };
        Assert.Null(Rent.Compute(terms with { EfficiencyTarget = 0 }, FullDay, Day).EfficiencyRatioBps);
        Assert.Equal(0, Rent.Compute(terms, FullDay with { ItWattHours = 0 }, Day).EfficiencyBps);
    }

    [Fact]
    public void Curtailed_hours_are_not_billed_and_earn_a_credit()
    {
        // Two of 24 hours on all 8 GPUs: 16 GPU-hours, $32 unbilled and a quarter of that as a credit.
        var terms = Fixed with { CurtailLimitBps = 1_000, CurtailCreditBps = 2_500 };
        var rent = Rent.Compute(terms, FullDay with { CurtailedSeconds = 57_600, AvailableSeconds = 633_600 }, Day);
        Assert.Equal(57_600ul, rent.Excused);
        Assert.Equal(344 * Dollar, rent.Net / Rent.Parts);
    }

    [Fact]
    public void Curtailment_beyond_the_limit_is_billed_and_counts_against_the_availability()
    {
        var terms = Fixed with { CurtailLimitBps = 500, SlaBps = 10_000, SlaCreditSlope = 1, SlaCreditCapBps = 10_000 };
        var rent = Rent.Compute(terms, FullDay with { CurtailedSeconds = 69_120, AvailableSeconds = 622_080 }, Day);
        Assert.Equal((34_560ul, 656_640ul), (rent.Excused, rent.Billable));
        Assert.Equal((9_473, 527), (rent.AvailabilityBps, rent.SlaCreditBps));
    }

    [Fact]
    public void Credits_never_make_rent_negative()
    {
        var terms = Fixed with { CurtailLimitBps = 10_000, CurtailCreditBps = 10_000 };
        Assert.Equal(0, Rent.Compute(terms, FullDay with { CurtailedSeconds = 691_200 }, Day).Net);
    }

    [Fact]
    public void Values_beyond_their_range_are_brought_into_it()
    {
        var rent = Rent.Compute(Metered, FullDay with { ReservedSeconds = ulong.MaxValue, AvailableSeconds = ulong.MaxValue, BusySeconds = ulong.MaxValue, LoadBps = ushort.MaxValue }, Day);
        Assert.Equal((691_200ul, 691_200ul, 691_200ul, 10_000), (rent.Reserved, rent.Available, rent.Busy, rent.LoadBps));
        Assert.Equal(384 * Dollar, rent.Net / Rent.Parts);
    }

    [Fact]
    public void The_cap_is_the_dearest_epoch_rounded_up()
    {
        Assert.Equal(384 * Dollar, Rent.CapPerEpoch(Fixed, Day));
        Assert.Equal(4224 * Dollar / 10, Rent.CapPerEpoch(Fixed with { EfficiencyCapBps = 1_000 }, Day));
        Assert.Equal(1, Rent.CapPerEpoch(Fixed with { GpuCount = 1, Price = 1 }, 1));
    }

    [Fact]
    public void Fractions_of_a_base_unit_are_carried_to_the_next_epoch()
    {
        // A third of a base unit an epoch: nothing, nothing, one.
        var terms = Fixed with { GpuCount = 1, Price = 1 };
        var record = RentCases.Nothing with { ReservedSeconds = 1_200, AvailableSeconds = 1_200 };
        var leaf = EpochLeaf.Before(record.LeaseId);
        var rents = new List<BigInteger>();
        for (var i = 0; i < 3; i++)
        {
            leaf = Rent.NextLeaf(leaf, record, Rent.Compute(terms, record, 1_200));
            rents.Add(leaf.Rent);
        }
        Assert.Equal([0, 0, 1], rents);
        Assert.Equal(0ul, leaf.Remainder);
    }

    [Fact]
    public void A_leaf_adds_up_what_was_measured_and_names_the_record()
    {
        var record = FullDay with { Epoch = 7, CurtailedSeconds = 5, HeatWattHours = 11 };
        var before = EpochLeaf.Before(record.LeaseId) with { GpuSeconds = 1, WattHours = 2, CurtailedSeconds = 3, HeatWattHours = 4, CreditParts = 6 };
        var leaf = Rent.NextLeaf(before, record, Rent.Compute(Fixed, record, Day));
        Assert.Equal(before with
        {
            Epoch = 7,
            Rent = 384 * Dollar,
            GpuSeconds = 691_201,
            WattHours = 96_002,
            CurtailedSeconds = 8,
            HeatWattHours = 15,
            RecordHash = record.Hash(),
        }, leaf);
    }

    [Fact]
    public void A_total_stops_at_the_end_of_its_type_so_that_no_lie_stops_a_challenge()
    {
        var (mostRent, mostCredit) = ((BigInteger.One << 96) - 1, (BigInteger.One << 256) - 1);
        var lie = new EpochLeaf(FullDay.LeaseId, 1, mostRent - 1, ulong.MaxValue, mostCredit - 1, ulong.MaxValue - 1, ulong.MaxValue, ulong.MaxValue - 4, ulong.MaxValue, Hash32.Zero);
        var record = FullDay with { AvailableSeconds = 0, CurtailedSeconds = 5, HeatWattHours = 1 };
        var terms = Fixed with { SlaBps = 9_900, SlaCreditSlope = 10, SlaCreditCapBps = 3_000 };
        var leaf = Rent.NextLeaf(lie, record, Rent.Compute(terms, record, Day));
        Assert.Equal((mostRent, mostCredit), (leaf.Rent, leaf.CreditParts));
        Assert.Equal((ulong.MaxValue - 1, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue), (leaf.GpuSeconds, leaf.WattHours, leaf.CurtailedSeconds, leaf.HeatWattHours));
        Assert.InRange(leaf.Remainder, 0ul, (ulong)Rent.Parts - 1);
    }

    /// <summary>8 GPUs, at least $1.50, at most $4.00, 90 % of an index or 40 % of the revenue.</summary>
    private static readonly LeaseTerms Indexed = RentCases.Plain with
    {
        GpuCount = 8,
        Method = PricingMethod.Indexed,
        FloorPrice = 1_500_000,
        CeilingPrice = 4_000_000,
        RateBps = 9_000,
    };

    private static readonly LeaseTerms Share = Indexed with { Method = PricingMethod.RevenueShare, RateBps = 4_000 };

    [Theory]
    [InlineData(2_512_345, 100, 434_133_216)] // 192 hours at 90 % of 2.512345
    [InlineData(1_000_000, 100, 288_000_000)] // the floor
    [InlineData(9_999_999, 100, 768_000_000)] // the ceiling
    [InlineData(2_512_345, 99, 288_000_000)] // yesterday's value: the floor
    [InlineData(0, 0, 288_000_000)] // none was ever written
    public void Indexed_rent_follows_a_fresh_index_between_floor_and_ceiling(long value, uint epoch, long net) =>
        Assert.Equal(net, Dollars(Indexed, FullDay with { IndexValue = value, IndexEpoch = epoch }));

    [Theory]
    [InlineData(1_234_567_891, true, 493_827_156)] // 40 % of 1,234.567891
    [InlineData(100_000_000, true, 288_000_000)] // the floor
    [InlineData(9_000_000_000, true, 768_000_000)] // the ceiling
    [InlineData(1_234_567_891, false, 288_000_000)] // nobody to ask
    public void A_share_of_revenue_counts_with_a_source_between_floor_and_ceiling(long revenue, bool sourced, long net) =>
        Assert.Equal(net, Dollars(Share, FullDay with { Revenue = revenue, RevenueSource = sourced ? Keccak.Hash([1]) : Hash32.Zero }));

    [Fact]
    public void Curtailed_hours_are_taken_off_at_the_index_and_credited_on_the_floor()
    {
        var terms = Indexed with { CurtailLimitBps = 1_000, CurtailCreditBps = 2_500 };
        var record = FullDay with { CurtailedSeconds = 57_600, AvailableSeconds = 633_600, IndexValue = 2_000_000, IndexEpoch = 100 };
        var rent = Rent.Compute(terms, record, Day);
        Assert.Equal(6 * Dollar * Rent.Parts, rent.CurtailmentCredit); // 16 hours × 1.50 × 25 %
        Assert.Equal(3108 * Dollar / 10, rent.Net / Rent.Parts); // 176 hours × 1.80, less 6
    }

    [Fact]
    public void The_cap_of_a_lease_with_a_ceiling_is_at_the_ceiling() => Assert.Equal(768 * Dollar, Rent.CapPerEpoch(Indexed, Day));

    [Fact]
    public void The_least_an_epoch_costs_is_take_or_pay_or_the_floor_rounded_down()
    {
        Assert.Equal(384 * Dollar, Rent.Minimum(Fixed, Day));
        Assert.Equal(1536 * Dollar / 10, Rent.Minimum(Metered, Day));
        Assert.Equal(288 * Dollar, Rent.Minimum(Indexed, Day));
        Assert.Equal(288 * Dollar, Rent.Minimum(Share, Day));
        Assert.Equal(0, Rent.Minimum(Fixed with { GpuCount = 1, Price = 1 }, 3_599));
    }

    private static BigInteger Dollars(LeaseTerms terms, MeteringRecord record) => Rent.Compute(terms, record, Day).Net / Rent.Parts;
}

using System.Globalization;
using System.Numerics;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;

namespace ComputeRwa.Tests.Leases;

/// <summary>The worked examples of docs/settlement.md, by their numbers there. One epoch is a day.</summary>
public class RentExampleTests
{
    private const long Day = 86_400;
    private static readonly LeaseTerms Plain = RentCases.Plain with { Price = 2_490_000 };

    private static MeteringRecord Used(uint gpus) => RentCases.Nothing with { ReservedSeconds = gpus * 86_400ul, AvailableSeconds = gpus * 86_400ul };

    [Fact]
    public void Example_1_fixed_with_an_SLA_breach()
    {
        var terms = Plain with { GpuCount = 8, SlaBps = 9_900, SlaCreditSlope = 10, SlaCreditCapBps = 3_000 };
        var rent = Rent.Compute(terms, Used(8) with { AvailableSeconds = 656_640 }, Day);
        Assert.Equal((Parts("172,108,800,000,000,000,000"), 3_000, Parts("51,632,640,000,000,000,000")), (rent.Gross, rent.SlaCreditBps, rent.SlaCredit));
        Is("120,476,160,000,000,000,000", 334_656_000, 0, rent);
        Assert.Equal(478_080_000, Rent.CapPerEpoch(terms, Day));
    }

    private static readonly LeaseTerms Metered = Plain with
    {
        GpuCount = 32,
        Method = PricingMethod.Metered,
        TakeOrPayBps = 7_000,
        EfficiencyTarget = 2_200,
        EfficiencySlopeBps = 500,
        EfficiencyCapBps = 300,
    };

    [Fact]
    public void Example_2_metered_with_an_efficiency_bonus()
    {
        var rent = Rent.Compute(Metered, Used(32) with { LoadBps = 8_350, BusySeconds = 2_700_000, ItWattHours = 1_150_000 }, Day);
        Assert.Equal((Parts("574,843,392,000,000,000,000"), 33, Parts("1,896,983,193,600,000,000")), (rent.Gross, rent.EfficiencyBps, rent.Efficiency));
        Is("576,740,375,193,600,000,000", 1_602_056_597, 273_600_000_000, rent);
        Assert.Equal(1_969_689_600, Rent.CapPerEpoch(Metered, Day));
    }

    [Fact]
    public void Example_3_metered_curtailed_below_take_or_pay_and_inefficient()
    {
        var terms = Metered with { CurtailLimitBps = 1_000, CurtailCreditBps = 500, SlaBps = 9_900, SlaCreditSlope = 10, SlaCreditCapBps = 3_000 };
        var rent = Rent.Compute(terms, Used(32) with
        {
            CurtailedSeconds = 300_000,
            AvailableSeconds = 2_400_000,
            BusySeconds = 1_500_000,
            LoadBps = 5_400,
            ItWattHours = 1_300_000,
        }, Day);
        Assert.Equal((276_480ul, 2_488_320ul), (rent.Excused, rent.Billable));
        Assert.Equal((Parts("433,714,176,000,000,000,000"), Parts("110,597,114,880,000,000,000")), (rent.Gross, rent.SlaCredit));
        Assert.Equal((-238, Parts("-10,322,397,388,800,000,000"), Parts("3,442,176,000,000,000,000")), (rent.EfficiencyBps, rent.Efficiency, rent.CurtailmentCredit));
        Is("309,352,487,731,200,000,000", 859_312_465, 331_200_000_000, rent);
    }

    [Fact]
    public void Example_4_the_remainder_carried_and_the_rent_divided()
    {
        var terms = RentCases.Plain with { GpuCount = 3, Method = PricingMethod.Metered, Price = 1_234_567 };
        var (one, other) = (Used(3) with { LoadBps = 3_333 }, Used(3) with { AvailableSeconds = 259_199, LoadBps = 6_667 });
        var (first, second) = (Rent.Compute(terms, one, Day), Rent.Compute(terms, other, Day));
        Assert.Equal((Parts("10,665,592,214,112,000,000"), Parts("21,334,302,117,306,110,000")), (first.Net, second.Net));
        var leaf = Rent.NextLeaf(EpochLeaf.Before(one.LeaseId), one, first);
        Assert.Equal(((BigInteger)29_626_645, 14_112_000_000ul), (leaf.Rent, leaf.Remainder));
        leaf = Rent.NextLeaf(leaf, other, second);
        Assert.Equal(((BigInteger)88_888_595, 131_418_110_000ul), (leaf.Rent, leaf.Remainder));
        Assert.Equal(new Split(71_110_876, 1_777_771, 15_999_948), Split.Of(leaf.Rent, 8_000, 200));
        Assert.Equal(71_110, Split.PerUnit(leaf.Rent, 8_000, 1_000));
    }

    [Fact]
    public void Example_5_indexed_and_curtailed_within_the_limit()
    {
        var terms = RentCases.Plain with
        {
            GpuCount = 8,
            Method = PricingMethod.Indexed,
            FloorPrice = 1_500_000,
            CeilingPrice = 4_000_000,
            RateBps = 9_250,
            CurtailLimitBps = 1_000,
            CurtailCreditBps = 500,
        };
        var record = Used(8) with { CurtailedSeconds = 30_000, AvailableSeconds = 661_200, IndexValue = 2_283_457, IndexEpoch = 100 };
        var rent = Rent.Compute(terms, record, Day);
        Assert.Equal((30_000ul, 661_200ul, (BigInteger)21_121_977_250), (rent.Excused, rent.Billable, Rent.IndexedRate(terms, record)));
        Assert.Equal((Parts("139,658,513,577,000,000,000"), Parts("225,000,000,000,000,000")), (rent.Gross, rent.CurtailmentCredit));
        Is("139,433,513,577,000,000,000", 387_315_315, 177_000_000_000, rent);
        Is("98,955,000,000,000,000,000", 274_875_000, 0, Rent.Compute(terms, record with { IndexEpoch = 99 }, Day));
        Assert.Equal((768_000_000, 288_000_000), (Rent.CapPerEpoch(terms, Day), Rent.Minimum(terms, Day)));
    }

    [Fact]
    public void Example_6_a_share_of_revenue_with_an_SLA_breach()
    {
        var terms = RentCases.Plain with
        {
            GpuCount = 16,
            Method = PricingMethod.RevenueShare,
            FloorPrice = 900_000,
            CeilingPrice = 5_000_000,
            RateBps = 3_500,
            SlaBps = 9_900,
            SlaCreditSlope = 10,
            SlaCreditCapBps = 3_000,
        };
        var record = Used(16) with { AvailableSeconds = 1_340_928, Revenue = 1_873_456_789, RevenueSource = Keccak.Hash("market A"u8.ToArray()) };
        var rent = Rent.Compute(terms, record, Day);
        Assert.Equal((Parts("236,055,555,414,000,000,000"), 2_000, Parts("47,211,111,082,800,000,000")), (rent.Gross, rent.SlaCreditBps, rent.SlaCredit));
        Is("188,844,444,331,200,000,000", 524_567_900, 331_200_000_000, rent);
        Is("99,532,800,000,000,000,000", 276_480_000, 0, Rent.Compute(terms, record with { RevenueSource = Hash32.Zero }, Day));
    }

    private static void Is(string net, long baseUnits, long parts, Rent rent)
    {
        Assert.Equal(Parts(net), rent.Net);
        Assert.Equal((baseUnits, parts), (rent.Net / Rent.Parts, rent.Net % Rent.Parts));
    }

    private static BigInteger Parts(string text) => BigInteger.Parse(text.Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
}

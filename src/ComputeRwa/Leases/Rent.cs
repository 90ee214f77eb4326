using System.Numerics;
using ComputeRwa.Kernel;

namespace ComputeRwa.Leases;

/// <summary>
/// The rent of one epoch, step by step: docs/settlement.md in C#, the twin of contracts/libraries/RentMath.sol; a differential
/// test holds both to the same integers. Seconds are GPU-seconds; Gross, SlaCredit, Efficiency (signed), CurtailmentCredit and
/// Net are parts, <see cref="Parts"/> a base unit; bps are ten-thousandths.
/// </summary>
/// <param name="AvailabilityBps">available of billable, rounded down; 10,000 when nothing is billable</param>
/// <param name="SlaCreditBps">of gross</param>
/// <param name="EfficiencyRatioBps">busy seconds per IT kWh against the target, rounded down; null when not measured</param>
/// <param name="EfficiencyBps">of gross, signed</param>
internal sealed record Rent(
    ulong Reserved, ulong Excused, ulong Billable, ulong Available, ulong Busy, int LoadBps, int AvailabilityBps, int SlaCreditBps,
    BigInteger? EfficiencyRatioBps, int EfficiencyBps, BigInteger Gross, BigInteger SlaCredit, BigInteger Efficiency,
    BigInteger CurtailmentCredit, BigInteger Net)
{
    // Quantities of seconds and bps fit 128 bits whatever the input; what a price multiplies is a BigInteger.

    /// <summary>Parts in a base unit: seconds an hour × bps of load × bps of credit.</summary>
    public const long Parts = 360_000_000_000;

    private const uint Bps = 10_000;
    private const long PartsPerBps = Parts / Bps;
    private static readonly BigInteger MostRent = (BigInteger.One << 96) - 1;
    private static readonly BigInteger MostCredit = (BigInteger.One << 256) - 1;

    /// <summary>Rent of the record's epoch under terms that LeaseBook accepts; every measured value is first brought into its range.</summary>
    public static Rent Compute(LeaseTerms terms, MeteringRecord record, long epochSeconds)
    {
        var reserved = UInt128.Min(record.ReservedSeconds, (UInt128)terms.GpuCount * (ulong)epochSeconds);
        var excused = UInt128.Min(record.CurtailedSeconds, reserved * terms.CurtailLimitBps / Bps);
        var billable = checked(reserved - excused);
        var available = UInt128.Min(record.AvailableSeconds, billable);
        var busy = UInt128.Min(record.BusySeconds, available);
        var load = Math.Min(record.LoadBps, Bps);

        var availability = billable == 0 ? (int)Bps : (int)(available * Bps / billable);
        var slaBps = billable == 0 ? 0 : CreditBps(terms, availability);
        var ratio = RatioBps(terms, busy, record.ItWattHours);
        var efficiencyBps = ratio is { } measured ? AdjustBps(terms, measured) : 0;

        var gross = GrossOf(terms, record, billable, available, load);
        var slaCredit = gross / Bps * slaBps;
        var efficiency = gross / Bps * efficiencyBps;
        var curtailmentCredit = excused * BasePrice(terms) * terms.CurtailCreditBps * Bps;
        var net = BigInteger.Max(0, gross - slaCredit + efficiency - curtailmentCredit);
        return new((ulong)reserved, (ulong)excused, (ulong)billable, (ulong)available, (ulong)busy, (int)load, availability, slaBps,
            ratio, efficiencyBps, gross, slaCredit, efficiency, curtailmentCredit, net);
    }

    /// <summary>Most base units one epoch can cost, rounded up.</summary>
    public static BigInteger CapPerEpoch(LeaseTerms terms, long epochSeconds)
    {
        var parts = (BigInteger)terms.GpuCount * epochSeconds * HighestPrice(terms) * Bps * (Bps + terms.EfficiencyCapBps);
        return (parts + Parts - 1) / Parts;
    }

    /// <summary>What one epoch costs whatever is used or delivered, before credits: base units, rounded down.</summary>
    public static BigInteger Minimum(LeaseTerms terms, long epochSeconds)
    {
        var reserved = (BigInteger)terms.GpuCount * epochSeconds;
        return (terms.Method == PricingMethod.Metered ? reserved * terms.Price * terms.TakeOrPayBps * Bps : reserved * BasePrice(terms) * Bps * Bps) / Parts;
    }

    /// <summary>Price of an epoch's GPU-hour under <see cref="PricingMethod.Indexed"/>, in bps of a base unit. A value of another epoch is stale: the floor applies.</summary>
    public static BigInteger IndexedRate(LeaseTerms terms, MeteringRecord record) => IsIndexFresh(record)
        ? Clamp(record.IndexValue * terms.RateBps, terms.FloorPrice * Bps, terms.CeilingPrice * Bps) : terms.FloorPrice * Bps;

    /// <summary>Whether the record's index value is of the record's own epoch.</summary>
    public static bool IsIndexFresh(MeteringRecord record) => record.IndexEpoch == record.Epoch;

    /// <summary>The share of the reported revenue in parts, before floor and ceiling; revenue counts only with a source to ask.</summary>
    public static BigInteger ShareOfRevenue(LeaseTerms terms, MeteringRecord record) =>
        record.RevenueSource == Hash32.Zero ? 0 : record.Revenue * terms.RateBps * PartsPerBps;

    /// <summary>The price that curtailment credits are a part of, base units per GPU-hour.</summary>
    public static BigInteger BasePrice(LeaseTerms terms) => HasOnePrice(terms) ? terms.Price : terms.FloorPrice;

    private static BigInteger HighestPrice(LeaseTerms terms) => HasOnePrice(terms) ? terms.Price : terms.CeilingPrice;

    private static bool HasOnePrice(LeaseTerms terms) => terms.Method is PricingMethod.Fixed or PricingMethod.Metered;

    private static BigInteger Clamp(BigInteger x, BigInteger low, BigInteger high) => BigInteger.Min(BigInteger.Max(x, low), high);

    /// <summary>
    /// The lease's totals after the record's epoch: whole base units rounded down, the remainder carried. Totals stop at what their
    /// types hold, as in the contract, where no lie may make a challenge revert.
    /// </summary>
    public static EpochLeaf NextLeaf(EpochLeaf previous, MeteringRecord record, Rent rent)
    {
        var whole = BigInteger.DivRem(previous.Remainder + rent.Net, Parts, out var remainder);
        return new EpochLeaf(
            record.LeaseId, record.Epoch, BigInteger.Min(previous.Rent + whole, MostRent), (ulong)remainder,
            BigInteger.Min(previous.CreditParts + rent.SlaCredit + rent.CurtailmentCredit, MostCredit),
            Sum(previous.GpuSeconds, rent.Available), Sum(previous.WattHours, record.ItWattHours),
            Sum(previous.CurtailedSeconds, record.CurtailedSeconds), Sum(previous.HeatWattHours, record.HeatWattHours), record.Hash());
    }

    private static ulong Sum(ulong a, ulong b) => (ulong)UInt128.Min((UInt128)a + b, ulong.MaxValue);

    private static BigInteger GrossOf(LeaseTerms terms, MeteringRecord record, UInt128 billable, UInt128 available, uint loadBps) => terms.Method switch
    {
        PricingMethod.Fixed => billable * terms.Price * Bps * Bps,
        PricingMethod.Metered => UInt128.Max(available * loadBps, billable * terms.TakeOrPayBps) * terms.Price * Bps,
        PricingMethod.Indexed => billable * IndexedRate(terms, record) * Bps,
        PricingMethod.RevenueShare => Clamp(ShareOfRevenue(terms, record), billable * terms.FloorPrice * Bps * Bps, billable * terms.CeilingPrice * Bps * Bps),
        _ => throw new InvalidOperationException($"{terms.Method} is no pricing method."),
    };

    /// <summary>Credit in bps of gross for availability below the promise.</summary>
    private static int CreditBps(LeaseTerms terms, int availabilityBps)
    {
        var shortfall = Math.Max(0, terms.SlaBps - availabilityBps);
        return (int)Math.Min((long)shortfall * terms.SlaCreditSlope, terms.SlaCreditCapBps);
    }

    /// <summary>Busy seconds per IT kWh in bps of the target, rounded down; null when there is no target or no energy.</summary>
    private static UInt128? RatioBps(LeaseTerms terms, UInt128 busy, ulong itWattHours) =>
        terms.EfficiencyTarget == 0 || itWattHours == 0 ? null : busy * 1000 * Bps / ((UInt128)itWattHours * terms.EfficiencyTarget);

    /// <summary>Adjustment in bps of gross; rounded towards minus infinity, which is towards the payer.</summary>
    private static int AdjustBps(LeaseTerms terms, UInt128 ratio)
    {
        UInt128 cap = terms.EfficiencyCapBps;
        if (ratio >= Bps) return (int)UInt128.Min((ratio - Bps) * terms.EfficiencySlopeBps / Bps, cap);
        return -(int)UInt128.Min(((Bps - ratio) * terms.EfficiencySlopeBps + (Bps - 1)) / Bps, cap);
    }
}

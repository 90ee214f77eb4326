using System.Numerics;

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
    private static readonly BigInteger MostRent = (BigInteger.One << 96) - 1;

    /// <summary>Rent of the record's epoch under terms that LeaseBook accepts; every measured value is first brought into its range.</summary>
    /// <exception cref="NotSupportedException">The pricing method is of a later version.</exception>
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

        var gross = GrossOf(terms, billable, available, load);
        var slaCredit = gross / Bps * slaBps;
        var efficiency = gross / Bps * efficiencyBps;
        var curtailmentCredit = excused * terms.Price * terms.CurtailCreditBps * Bps;
        var net = BigInteger.Max(0, gross - slaCredit + efficiency - curtailmentCredit);
        return new((ulong)reserved, (ulong)excused, (ulong)billable, (ulong)available, (ulong)busy, (int)load, availability, slaBps,
            ratio, efficiencyBps, gross, slaCredit, efficiency, curtailmentCredit, net);
    }

    /// <summary>Most base units one epoch can cost, rounded up.</summary>
    public static BigInteger CapPerEpoch(LeaseTerms terms, long epochSeconds)
    {
        var parts = (BigInteger)terms.GpuCount * epochSeconds * terms.Price * Bps * (Bps + terms.EfficiencyCapBps);
        return (parts + Parts - 1) / Parts;
    }

    /// <summary>The lease's totals after the record's epoch: whole base units rounded down, the remainder carried.</summary>
    /// <exception cref="OverflowException">A total leaves its type; the contract reverts there too.</exception>
    public static EpochLeaf NextLeaf(EpochLeaf previous, MeteringRecord record, Rent rent)
    {
        var whole = BigInteger.DivRem(previous.Remainder + rent.Net, Parts, out var remainder);
        var total = previous.Rent + whole;
        if (total > MostRent) throw new OverflowException($"Rent of lease {record.LeaseId} leaves 96 bits.");
        return checked(new EpochLeaf(
            record.LeaseId, record.Epoch, total, (ulong)remainder, previous.CreditParts + rent.SlaCredit + rent.CurtailmentCredit,
            previous.GpuSeconds + rent.Available, previous.WattHours + record.ItWattHours,
            previous.CurtailedSeconds + record.CurtailedSeconds, previous.HeatWattHours + record.HeatWattHours, record.Hash()));
    }

    private static BigInteger GrossOf(LeaseTerms terms, UInt128 billable, UInt128 available, uint loadBps) => terms.Method switch
    {
        PricingMethod.Fixed => billable * terms.Price * Bps * Bps,
        PricingMethod.Metered => UInt128.Max(available * loadBps, billable * terms.TakeOrPayBps) * terms.Price * Bps,
        _ => throw new NotSupportedException($"Pricing method {terms.Method} is of a later version."),
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

using System.Numerics;

namespace ComputeRwa.Verify;

/// <summary>From terms and record to rent and to the next leaf, docs/settlement.md line by line. All amounts in parts.</summary>
internal static class RentRule
{
    public static readonly BigInteger Parts = new BigInteger(3600) * 10_000 * 10_000;

    /// <exception cref="FormatException">The pricing method is not one of this version.</exception>
    public static (RentEntry Rent, BigInteger Available) Compute(Struct terms, Struct record, long epochLength)
    {
        var reserved = BigInteger.Min(record["reservedSeconds"], terms["gpuCount"] * epochLength);
        var excused = BigInteger.Min(record["curtailedSeconds"], reserved * terms["curtailLimitBps"] / 10_000);
        var billable = reserved - excused;
        var available = BigInteger.Min(record["availableSeconds"], billable);
        var busy = BigInteger.Min(record["busySeconds"], available);
        var load = BigInteger.Min(record["loadBps"], 10_000);

        var gross = (int)terms["method"] switch
        {
            0 => billable * terms["price"] * 100_000_000,
            1 => BigInteger.Max(available * load, billable * terms["takeOrPayBps"]) * terms["price"] * 10_000,
            var method => throw new FormatException($"pricing method {method} is not one of this version"),
        };

        var shortfall = billable.IsZero ? 0 : BigInteger.Max(0, terms["slaBps"] - available * 10_000 / billable);
        var slaCredit = gross / 10_000 * BigInteger.Min(shortfall * terms["slaCreditSlope"], terms["slaCreditCapBps"]);

        BigInteger efficiency = 0;
        if (!terms["efficiencyTarget"].IsZero && !record["itWattHours"].IsZero)
        {
            var deviation = FloorDivide(busy * 1_000 * 10_000, record["itWattHours"] * terms["efficiencyTarget"]) - 10_000;
            var adjust = FloorDivide(deviation * terms["efficiencySlopeBps"], 10_000);
            var cap = terms["efficiencyCapBps"];
            efficiency = gross / 10_000 * BigInteger.Max(-cap, BigInteger.Min(cap, adjust));
        }

        var curtailmentCredit = excused * terms["price"] * terms["curtailCreditBps"] * 10_000;
        var net = BigInteger.Max(0, gross - slaCredit + efficiency - curtailmentCredit);
        return (new(gross, slaCredit, efficiency, curtailmentCredit, net), available);
    }

    /// <param name="previous">null before a lease's first leaf</param>
    public static Struct NextLeaf(Struct? previous, Struct terms, Struct record, long epochLength)
    {
        BigInteger Before(string member) => previous is null ? 0 : previous[member];
        var (rent, available) = Compute(terms, record, epochLength);
        var total = Before("remainder") + rent.Net;
        return Struct.Of(Shape.EpochLeaf,
            record["leaseId"],
            record["epoch"],
            Before("rent") + total / Parts,
            total % Parts,
            Before("creditParts") + rent.SlaCredit + rent.CurtailmentCredit,
            Before("gpuSeconds") + available,
            Before("wattHours") + record["itWattHours"],
            Before("curtailedSeconds") + record["curtailedSeconds"],
            Before("heatWattHours") + record["heatWattHours"],
            Hashing.Number(Hashing.Keccak(record.Encode())));
    }

    /// <summary>Division by a positive number that rounds towards minus infinity; BigInteger's own rounds towards zero.</summary>
    private static BigInteger FloorDivide(BigInteger value, BigInteger by)
    {
        var quotient = BigInteger.DivRem(value, by, out var rest);
        return rest.Sign < 0 ? quotient - 1 : quotient;
    }
}

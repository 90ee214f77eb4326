using System.Numerics;

namespace ComputeRwa.Verify;

/// <summary>From terms and record to rent and to the next leaf, docs/settlement.md line by line. All amounts in parts.</summary>
internal static class RentRule
{
    public static readonly BigInteger Parts = new BigInteger(3600) * 10_000 * 10_000;

    public const int Fixed = 0, Metered = 1, Indexed = 2, RevenueShare = 3;

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
            Fixed => billable * terms["price"] * 100_000_000,
            Metered => BigInteger.Max(available * load, billable * terms["takeOrPayBps"]) * terms["price"] * 10_000,
            Indexed => billable * IndexedRate(terms, record) * 10_000,
            RevenueShare => Clamp(Share(terms, record), billable * terms["floorPrice"] * 100_000_000, billable * terms["ceilingPrice"] * 100_000_000),
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

        var curtailmentCredit = excused * PriceOf(terms, "floorPrice") * terms["curtailCreditBps"] * 10_000;
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
            AtMost(96, Before("rent") + total / Parts),
            total % Parts,
            AtMost(256, Before("creditParts") + rent.SlaCredit + rent.CurtailmentCredit),
            AtMost(64, Before("gpuSeconds") + available),
            AtMost(64, Before("wattHours") + record["itWattHours"]),
            AtMost(64, Before("curtailedSeconds") + record["curtailedSeconds"]),
            AtMost(64, Before("heatWattHours") + record["heatWattHours"]),
            Hashing.Number(Hashing.Keccak(record.Encode())));
    }

    /// <summary>Most base units that one epoch can cost, rounded up.</summary>
    public static BigInteger CapPerEpoch(Struct terms, long epochLength)
    {
        var parts = terms["gpuCount"] * epochLength * PriceOf(terms, "ceilingPrice") * 10_000 * (10_000 + terms["efficiencyCapBps"]);
        return (parts + Parts - 1) / Parts;
    }

    /// <summary>What one epoch costs whatever is used or delivered, before credits: base units, rounded down.</summary>
    public static BigInteger Minimum(Struct terms, long epochLength)
    {
        var reserved = terms["gpuCount"] * epochLength;
        return (terms["method"] == Metered ? reserved * terms["price"] * terms["takeOrPayBps"] * 10_000 : reserved * PriceOf(terms, "floorPrice") * 100_000_000) / Parts;
    }

    /// <summary>Base units per GPU-hour × 10,000. A value of another epoch is stale: the floor applies.</summary>
    private static BigInteger IndexedRate(Struct terms, Struct record)
    {
        var (floor, ceiling) = (terms["floorPrice"] * 10_000, terms["ceilingPrice"] * 10_000);
        return record["indexEpoch"] == record["epoch"] ? Clamp(record["indexValue"] * terms["rateBps"], floor, ceiling) : floor;
    }

    /// <summary>In parts. Revenue of which nobody says where it comes from does not count.</summary>
    private static BigInteger Share(Struct terms, Struct record) =>
        record["revenueSource"].IsZero ? 0 : record["revenue"] * terms["rateBps"] * (Parts / 10_000);

    /// <summary>The one price of Fixed and Metered; of the other methods the bound that is asked for.</summary>
    private static BigInteger PriceOf(Struct terms, string bound) => terms[terms["method"] <= Metered ? "price" : bound];

    private static BigInteger Clamp(BigInteger value, BigInteger low, BigInteger high) => BigInteger.Min(BigInteger.Max(value, low), high);

    /// <summary>A total stops at the largest value of its type, so that no lie can make a leaf that nobody can recompute.</summary>
    private static BigInteger AtMost(int bits, BigInteger value) => BigInteger.Min(value, (BigInteger.One << bits) - 1);

    /// <summary>Division by a positive number that rounds towards minus infinity; BigInteger's own rounds towards zero.</summary>
    private static BigInteger FloorDivide(BigInteger value, BigInteger by)
    {
        var quotient = BigInteger.DivRem(value, by, out var rest);
        return rest.Sign < 0 ? quotient - 1 : quotient;
    }
}

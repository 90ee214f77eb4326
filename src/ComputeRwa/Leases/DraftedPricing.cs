using System.Numerics;
using ComputeRwa.Kernel;

namespace ComputeRwa.Leases;

/// <summary>A pricing method and its parameters, base units per GPU-hour; what a method does not use is zero.</summary>
/// <param name="HighestPriceField">the field that bounds the rent of an epoch</param>
internal sealed record DraftedPricing(PricingMethod Method, BigInteger Price, BigInteger Floor, BigInteger Ceiling, uint RateBps, string HighestPriceField)
{
    private const string PriceField = "pricing.pricePerGpuHour";
    private const string FloorField = "pricing.floorPricePerGpuHour";
    private const string CeilingField = "pricing.ceilingPricePerGpuHour";
    private const string RateField = "pricing.rateBps";

    /// <summary>A parameter of another method is refused, so that nobody signs terms in which a price they named does not count.</summary>
    public static DraftedPricing Check(DraftPricing asked, PayToken token, Fields fields)
    {
        switch (asked.Method)
        {
            case "fixed": return OnePrice(PricingMethod.Fixed, asked, token, fields);
            case "metered": return OnePrice(PricingMethod.Metered, asked, token, fields);
            case "indexed": return Between(PricingMethod.Indexed, asked, token, fields);
            case "revenue-share": return Between(PricingMethod.RevenueShare, asked, token, fields);
            default:
                fields.Require(false, "pricing.method", "must be fixed, metered, indexed or revenue-share");
                return new(PricingMethod.Fixed, 0, 0, 0, 0, PriceField);
        }
    }

    private static DraftedPricing OnePrice(PricingMethod method, DraftPricing asked, PayToken token, Fields fields)
    {
        Absent(asked.FloorPricePerGpuHour, FloorField, asked, fields);
        Absent(asked.CeilingPricePerGpuHour, CeilingField, asked, fields);
        Absent(asked.RateBps, RateField, asked, fields);
        return new(method, Amount(asked.PricePerGpuHour, PriceField, false, token, fields), 0, 0, 0, PriceField);
    }

    private static DraftedPricing Between(PricingMethod method, DraftPricing asked, PayToken token, Fields fields)
    {
        Absent(asked.PricePerGpuHour, PriceField, asked, fields);
        fields.Require(asked.TakeOrPayBps == 0, "pricing.takeOrPayBps", $"is no parameter of {asked.Method}: the floor is paid whatever the load");
        var floor = Amount(asked.FloorPricePerGpuHour, FloorField, true, token, fields);
        var ceiling = Amount(asked.CeilingPricePerGpuHour, CeilingField, false, token, fields);
        fields.Require(floor <= ceiling, FloorField, "must not be above the ceiling");
        fields.Require(asked.RateBps is >= 1 and <= uint.MaxValue, RateField, $"must be 1 to {uint.MaxValue}");
        return new(method, 0, floor, ceiling, (uint)Math.Clamp(asked.RateBps ?? 0, 0, uint.MaxValue), CeilingField);
    }

    private static void Absent(object? value, string field, DraftPricing asked, Fields fields) =>
        fields.Require(value is null, field, $"is no parameter of {asked.Method}");

    private static BigInteger Amount(string? text, string field, bool mayBeZero, PayToken token, Fields fields)
    {
        fields.Require(Money.TryParse(text, token, out var price) && (mayBeZero || price.BaseUnits > 0) && price.BaseUnits < BigInteger.One << 96, field,
            $"must be a decimal {(mayBeZero ? "" : "above zero ")}with at most {token.Decimals} fraction digits");
        return price.BaseUnits;
    }
}

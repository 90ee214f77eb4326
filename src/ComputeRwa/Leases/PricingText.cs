using System.Numerics;

namespace ComputeRwa.Leases;

/// <summary>A pricing method in words.</summary>
internal static class PricingText
{
    /// <summary>As drafts name it.</summary>
    public static string NameOf(PricingMethod method) => method switch
    {
        PricingMethod.Fixed => "fixed",
        PricingMethod.Metered => "metered",
        PricingMethod.Indexed => "indexed",
        PricingMethod.RevenueShare => "revenue-share",
        _ => throw new InvalidOperationException($"{method} is no pricing method."),
    };

    public static string TitleOf(PricingMethod method) => method == PricingMethod.RevenueShare ? "Revenue share" : method.ToString();

    /// <summary>The price of a GPU-hour, or its bounds.</summary>
    public static string Price(LeaseTerms t, Func<BigInteger, string> show) =>
        t.Method is PricingMethod.Fixed or PricingMethod.Metered ? show(t.Price) : $"{show(t.FloorPrice)} to {show(t.CeilingPrice)}";

    /// <summary>What rent is, as a half sentence.</summary>
    /// <param name="show">how an amount of base units reads</param>
    public static string Describe(LeaseTerms t, Func<BigInteger, string> show) => t.Method switch
    {
        PricingMethod.Fixed => $"{show(t.Price)} per GPU-hour, used or not",
        PricingMethod.Metered => $"{show(t.Price)} per GPU-hour of load, at least {Percent(t.TakeOrPayBps)} of the hours let",
        PricingMethod.Indexed => $"{Percent(t.RateBps)} of the index, {Bounds(t, show)}",
        PricingMethod.RevenueShare => $"{Percent(t.RateBps)} of the revenue, {Bounds(t, show)}",
        _ => throw new InvalidOperationException($"{t.Method} is no pricing method."),
    };

    private static string Bounds(LeaseTerms t, Func<BigInteger, string> show) =>
        $"at least {show(t.FloorPrice)} and at most {show(t.CeilingPrice)} per GPU-hour";

    /// <summary>Ten-thousandths as percent, exact: 9,950 is 99.5 %.</summary>
    public static string Percent(long bps)
    {
        var fraction = (bps % 100).ToString("00", System.Globalization.CultureInfo.InvariantCulture).TrimEnd('0');
        return fraction.Length == 0 ? $"{bps / 100} %" : $"{bps / 100}.{fraction} %";
    }
}

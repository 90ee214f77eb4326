using ComputeRwa.Kernel;
using ComputeRwa.Pricing;

namespace ComputeRwa.Tests.Pricing;

public class QuoteTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-03-01T12:00:00Z", null);
    private static readonly PayToken Token = new(Address.Parse("0x1111111111111111111111111111111111111111"), "tUSD", 6);
    private static readonly PostQuote Good = new("H100-SXM5-80GB", "US-TX", "2.49", Now.AddHours(-1), Now.AddHours(1), "desk");

    [Fact]
    public void A_quote_holds_from_its_first_moment_until_before_its_last()
    {
        Assert.True(Quote.Make(Good, Token, Now).Ok(out var quote, out _));
        Assert.Equal(2_490_000, quote.Price);
        Assert.Equal([false, true, true, false], new[] { -61, -60, 59, 60 }.Select(m => quote.HoldsAt(Now.AddMinutes(m))));
    }

    [Theory]
    [InlineData("gpuModel", "unknown model")]
    [InlineData("region", "no region")]
    [InlineData("pricePerGpuHour", "zero")]
    [InlineData("pricePerGpuHour", "negative")]
    [InlineData("pricePerGpuHour", "too fine")]
    [InlineData("pricePerGpuHour", "exponent")]
    [InlineData("pricePerGpuHour", "too large")]
    [InlineData("validUntil", "expired")]
    [InlineData("validUntil", "upside down")]
    [InlineData("validUntil", "too long")]
    [InlineData("source", "no source")]
    public void A_bad_quote_is_refused_by_the_name_of_its_field(string field, string what)
    {
        var bad = what switch
        {
            "unknown model" => Good with { GpuModel = "H100" },
            "no region" => Good with { Region = "" },
            "zero" => Good with { PricePerGpuHour = "0.000000" },
            "negative" => Good with { PricePerGpuHour = "-1" },
            "too fine" => Good with { PricePerGpuHour = "1.0000001" },
            "exponent" => Good with { PricePerGpuHour = "1e3" },
            "too large" => Good with { PricePerGpuHour = new string('9', 30) },
            "expired" => Good with { ValidUntil = Now },
            "upside down" => Good with { ValidFrom = Good.ValidUntil },
            "too long" => Good with { ValidUntil = Now.AddDays(367) },
            "no source" => Good with { Source = " " },
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        };
        Assert.False(Quote.Make(bad, Token, Now).Ok(out _, out var error));
        Assert.Equal(("invalid", field), (error.Code, Assert.Single(error.Fields).Field));
    }
}

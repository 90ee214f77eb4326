using System.Numerics;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;

namespace ComputeRwa.Pricing;

/// <summary>A fixed price per GPU-hour that somebody stands for, during a time.</summary>
/// <param name="Price">base units of the pay token per GPU-hour</param>
/// <param name="ValidUntil">the first moment at which it no longer holds</param>
/// <param name="Source">who quotes, or where it was read</param>
internal sealed record Quote(
    QuoteId Id, string GpuModel, string Region, BigInteger Price, DateTimeOffset ValidFrom, DateTimeOffset ValidUntil, string Source, DateTimeOffset CreatedAt)
{
    public static readonly TimeSpan LongestValidity = TimeSpan.FromDays(366);

    public static Result<Quote> Make(PostQuote post, PayToken token, DateTimeOffset now)
    {
        var fields = new Fields();
        fields.Require(Hardware.Find(post.GpuModel) is not null, "gpuModel", Hardware.Choices);
        fields.Require(Place.IsRegion(post.Region), "region", "must have 2 to 32 letters, digits or hyphens, such as US-TX");
        fields.Require(Money.TryParse(post.PricePerGpuHour, token, out var price) && price.BaseUnits > 0, "pricePerGpuHour",
            $"must be a positive decimal string in {token.Symbol} with at most {token.Decimals} fraction digits, such as \"2.50\"");
        fields.Require(price.BaseUnits < BigInteger.One << 96, "pricePerGpuHour", "must fit the 96 bits that lease terms have for it");
        fields.Require(post.ValidFrom < post.ValidUntil, "validUntil", "must be after validFrom");
        fields.Require(post.ValidUntil > now, "validUntil", "must be in the future");
        fields.Require(post.ValidUntil - post.ValidFrom <= LongestValidity, "validUntil", $"must be at most {LongestValidity.Days} days after validFrom");
        var source = fields.Text(post.Source, "source", 200);
        return fields.Error is { } error ? error
            : new Quote(QuoteId.New(now), post.GpuModel, post.Region, price.BaseUnits, Milliseconds(post.ValidFrom), Milliseconds(post.ValidUntil), source, now);
    }

    // As it will be stored, so that what is answered is what is stored.
    private static DateTimeOffset Milliseconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    public bool HoldsAt(DateTimeOffset at) => ValidFrom <= at && at < ValidUntil;
}

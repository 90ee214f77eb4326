using System.Numerics;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;

namespace ComputeRwa.Pricing;

/// <summary>The price index of a GPU model in a region for one epoch, written once.</summary>
/// <param name="Value">base units of the pay token per GPU-hour</param>
/// <param name="Source">who computed it, or where it was read</param>
internal sealed record IndexValue(string Id, string GpuModel, string Region, long Epoch, BigInteger Value, string Source, DateTimeOffset CreatedAt)
{
    /// <param name="presentEpoch">nobody knows the index of an epoch that has not begun</param>
    public static Result<IndexValue> Make(PostIndexValue post, PayToken token, long presentEpoch, DateTimeOffset now)
    {
        var fields = new Fields();
        fields.Require(Hardware.Find(post.GpuModel) is not null, "gpuModel", Hardware.Choices);
        fields.Require(Place.IsRegion(post.Region), "region", "must have 2 to 32 letters, digits or hyphens, such as US-TX");
        fields.Require(post.Epoch >= 0 && post.Epoch <= presentEpoch, "epoch", $"must be an epoch that has begun, at most {presentEpoch}");
        fields.Require(Money.TryParse(post.PricePerGpuHour, token, out var value) && value.BaseUnits > 0, "pricePerGpuHour",
            $"must be a positive decimal string in {token.Symbol} with at most {token.Decimals} fraction digits, such as \"2.50\"");
        fields.Require(value.BaseUnits < BigInteger.One << 96, "pricePerGpuHour", "must fit the 96 bits that metering records have for it");
        var source = fields.Text(post.Source, "source", 200);
        return fields.Error is { } error ? error
            : new IndexValue(Kernel.Id.New("index", now), post.GpuModel, post.Region, post.Epoch, value.BaseUnits, source, now);
    }

    /// <summary>Whether the other says the same of the same epoch, so that repeating it changes nothing.</summary>
    public bool Says(IndexValue other) =>
        (GpuModel, Region, Epoch, Value, Source) == (other.GpuModel, other.Region, other.Epoch, other.Value, other.Source);
}

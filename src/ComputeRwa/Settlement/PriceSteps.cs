using System.Numerics;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;

namespace ComputeRwa.Settlement;

/// <summary>What the pricing method asks for beside telemetry: the index, or the revenue. Nothing for the other methods.</summary>
internal sealed class PriceSteps(LeaseTerms terms, MeteringRecord record, Rent rent, PayToken token, string? revenueSource)
{
    public IEnumerable<StatementStep> All() => terms.Method switch
    {
        PricingMethod.Indexed => [Index()],
        PricingMethod.RevenueShare => [Share()],
        _ => [],
    };

    private StatementStep Index() => Step("index", Rent.IndexedRate(terms, record), "bps of a base unit",
        [
            ("indexValue", record.IndexValue), ("indexEpoch", record.IndexEpoch), ("rateBps", terms.RateBps), ("floorPrice", terms.FloorPrice),
            ("ceilingPrice", terms.CeilingPrice),
        ],
        Rent.IsIndexFresh(record) ? FreshIndex() : $"{StaleIndex()} The floor applies: {Readable.Money(terms.FloorPrice, token)} a GPU-hour.");

    private string FreshIndex() =>
        $"The index of the epoch was {Readable.Money(record.IndexValue, token)}; {Readable.Percent(terms.RateBps)} of it, at least {Readable.Money(terms.FloorPrice, token)} and at most "
        + $"{Readable.Money(terms.CeilingPrice, token)}, is {Readable.Rate(Rent.IndexedRate(terms, record), token)} a GPU-hour.";

    private string StaleIndex() => record.IndexValue.IsZero
        ? "Stale: no index value had been written."
        : $"Stale: the newest index value is of epoch {record.IndexEpoch}, {Readable.Money(record.IndexValue, token)}, and the index has none of this epoch.";

    private StatementStep Share() => Step("share", Rent.ShareOfRevenue(terms, record), "parts",
        [("revenue", record.Revenue), ("rateBps", terms.RateBps), ("billable", rent.Billable)],
        record.RevenueSource == Hash32.Zero ? "No revenue was reported from a source that can be asked, so none counts."
            : $"Revenue of {Readable.Money(record.Revenue, token)}, as {revenueSource ?? $"source {record.RevenueSource}"} says; {Readable.Percent(terms.RateBps)} of it is {Readable.Parts(Rent.ShareOfRevenue(terms, record), token)}.");

    private static StatementStep Step(string name, BigInteger value, string unit, (string Name, BigInteger Value)[] inputs, string text) =>
        new(name, Readable.Plain(value), unit, inputs.ToDictionary(i => i.Name, i => Readable.Plain(i.Value)), null, text);
}

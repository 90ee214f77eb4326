using System.Numerics;
using System.Text.Json;
using ComputeRwa.Leases;
using ComputeRwa.Settlement;
using ComputeRwa.Tests.Leases;
using ComputeRwa.Verify;

namespace ComputeRwa.Tests.Verify;

/// <summary>The auditor's rent, written apart from the product's, gives the same integers: all methods, edges of every type, totals that saturate.</summary>
public sealed class RentRuleTests
{
    private const int Cases = 4_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Rent_and_leaf_are_those_of_the_product(int seed)
    {
        var methods = new HashSet<PricingMethod>();
        foreach (var (terms, record, previous, seconds) in RentCases.Random(seed, Cases))
        {
            var (mine, _) = RentRule.Compute(Read(Shape.LeaseTerms, j => j.WriteTerms("x", terms)), Read(Shape.MeteringRecord, j => j.WriteRecord("x", record)), seconds);
            var theirs = Rent.Compute(terms, record, seconds);
            Assert.Equal((theirs.Gross, theirs.SlaCredit, theirs.Efficiency, theirs.CurtailmentCredit, theirs.Net), (mine.Gross, mine.SlaCredit, mine.Efficiency, mine.CurtailmentCredit, mine.Net));

            var leaf = RentRule.NextLeaf(Read(Shape.EpochLeaf, j => j.WriteLeaf("x", previous)), Read(Shape.LeaseTerms, j => j.WriteTerms("x", terms)), Read(Shape.MeteringRecord, j => j.WriteRecord("x", record)), seconds);
            Assert.Empty(leaf.Differences(Read(Shape.EpochLeaf, j => j.WriteLeaf("x", Rent.NextLeaf(previous, record, theirs)))));
            methods.Add(terms.Method);
        }
        Assert.Equal(4, methods.Count);
    }

    [Fact]
    public void Every_total_stops_at_the_largest_value_of_its_type()
    {
        var most = RentCases.Nothing with { ReservedSeconds = 3_600, AvailableSeconds = 3_600, ItWattHours = 1, CurtailedSeconds = 1, HeatWattHours = 1 };
        var terms = RentCases.Plain with { Price = 1_000_000, SlaBps = 10_000, SlaCreditSlope = 0 };
        var full = new EpochLeaf(most.LeaseId, 99, (BigInteger.One << 96) - 1, 0, (BigInteger.One << 256) - 1, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, most.EvidenceHash);
        var leaf = RentRule.NextLeaf(Read(Shape.EpochLeaf, j => j.WriteLeaf("x", full)), Read(Shape.LeaseTerms, j => j.WriteTerms("x", terms)), Read(Shape.MeteringRecord, j => j.WriteRecord("x", most)), 3_600);
        foreach (var (type, name) in Shape.EpochLeaf.Members.Where(m => m.Name is "rent" or "creditParts" or "gpuSeconds" or "wattHours" or "curtailedSeconds" or "heatWattHours"))
            Assert.Equal((BigInteger.One << int.Parse(type[4..], System.Globalization.CultureInfo.InvariantCulture)) - 1, leaf[name]);
    }

    [Fact]
    public void Cap_and_minimum_are_those_of_the_product()
    {
        foreach (var (terms, _, _, seconds) in RentCases.Random(4, 500))
        {
            var mine = Read(Shape.LeaseTerms, j => j.WriteTerms("x", terms));
            Assert.Equal((Rent.CapPerEpoch(terms, seconds), Rent.Minimum(terms, seconds)), (RentRule.CapPerEpoch(mine, seconds), RentRule.Minimum(mine, seconds)));
        }
    }

    private static Struct Read(Shape shape, Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        using var document = JsonDocument.Parse(bytes.ToArray());
        return Struct.Read(shape, document.RootElement.GetProperty("x"));
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using ComputeRwa.Claims;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using static ComputeRwa.Tests.Support.LeaseCases;

namespace ComputeRwa.Tests.Claims;

public class TokenTests
{
    private static readonly TokenFacts Facts = new(
        Lease(), "active", LeaseCash.Before(Lease()) with
        {
            Funded = 372_240_000,
            SyncedThrough = PresentEpoch + 3,
            Asked = 300_000_000,
            Applied = 250_000_000,
        }, 150_000_000, Dollar, Good().Gpus);

    [Fact]
    public void Metadata_has_the_members_wallets_look_for()
    {
        var json = JsonSerializer.SerializeToNode(Tokens.Describe(Facts, "https://api.example"), JsonSerializerOptions.Web)!.AsObject();
        Assert.Equal("3× H100-SXM5-80GB · US-TX · lease " + Facts.ShortId, (string)json["name"]!);
        Assert.Equal($"https://api.example/v1/tokens/{Facts.Lease.Id.Value[2..]}.svg", (string)json["image"]!);
        Assert.Equal(0, (int)json["decimals"]!);
        Assert.NotNull(json["description"]);
        Assert.NotNull(json["external_url"]);
        Assert.Equal("H100-SXM5-80GB", Attribute(json, "GPU model"));
        Assert.Equal("2.35 tUSD", Attribute(json, "Price per GPU-hour"));
        Assert.Equal("3", Attribute(json, "Epochs settled"));
        Assert.Equal("150.00 tUSD", Attribute(json, "Paid to holders"));
        Assert.Equal("80 %", Attribute(json, "Holders' share"));
        Assert.Equal("50.00 tUSD", Attribute(json, "Arrears"));
        Assert.Equal(Facts.Lease.Id.Value, (string)json["properties"]!["leaseId"]!);
    }

    [Fact]
    public void Collection_metadata_has_the_members_of_ERC_7572()
    {
        var json = JsonSerializer.SerializeToNode(Tokens.DescribeContract("https://api.example"), JsonSerializerOptions.Web)!.AsObject();
        Assert.Equal(["name", "symbol", "description", "image", "external_link"], json.Select(p => p.Key));
    }

    [Fact]
    public void The_image_is_well_formed_runs_nothing_and_has_a_square_for_each_GPU()
    {
        var svg = XDocument.Parse(TokenImage.Draw(Facts));
        var names = svg.Descendants().Select(e => e.Name.LocalName).ToHashSet();
        Assert.Subset(new HashSet<string> { "svg", "title", "defs", "linearGradient", "stop", "rect", "text" }, names);
        Assert.DoesNotContain(svg.Descendants().Attributes(), a => a.Name.LocalName.StartsWith("on", StringComparison.Ordinal) || a.Name.LocalName == "href");
        Assert.Equal(3, svg.Descendants().Count(e => e.Attribute("fill")?.Value.StartsWith("hsl(96, 58%", StringComparison.Ordinal) == true));
    }

    [Fact]
    public void The_image_is_the_same_bytes_for_the_same_facts() => Assert.Equal(TokenImage.Draw(Facts), TokenImage.Draw(Facts with { }));

    [Fact]
    public void Markup_in_the_terms_is_text_in_the_image()
    {
        var terms = Facts.Terms with { GpuModel = ShortText.Parse("<script>alert(1)</script>"), Region = ShortText.Parse("\"'&<>") };
        var svg = TokenImage.Draw(Facts with { Lease = Facts.Lease with { Terms = terms } });
        Assert.DoesNotContain("<script", svg, StringComparison.Ordinal);
        Assert.Contains("<script>", XDocument.Parse(svg).Root!.Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(100)]
    [InlineData(1_024)]
    [InlineData(4_096)]
    public void Any_number_of_GPUs_stays_inside_the_frame(int count)
    {
        var gpus = Enumerable.Range(0, count).Select(i => new LeasedGpu(NodeId.From($"node_{i / 8}"), Account(1), Uuid(i))).ToList();
        var svg = XDocument.Parse(TokenImage.Draw(Facts with { Gpus = gpus }));
        var squares = svg.Descendants().Where(e => e.Name.LocalName == "rect" && e.Attribute("fill")!.Value.StartsWith("hsl(96, 58%", StringComparison.Ordinal)).ToList();
        Assert.Equal(Math.Min(count, 1_024), squares.Count);
        Assert.All(squares, s =>
        {
            Assert.InRange(Number(s, "x") + Number(s, "width"), 40, 560);
            Assert.InRange(Number(s, "y") + Number(s, "height"), 150, 412);
        });
    }

    [Theory]
    [InlineData(10_000, "100 %")]
    [InlineData(9_950, "99.5 %")]
    [InlineData(1, "0.01 %")]
    [InlineData(0, "0 %")]
    public void Percentages_are_exact(int bps, string text) => Assert.Equal(text, PricingText.Percent(bps));

    private static double Number(XElement e, string name) => double.Parse(e.Attribute(name)!.Value, System.Globalization.CultureInfo.InvariantCulture);

    private static string Attribute(JsonObject json, string name) =>
        json["attributes"]!.AsArray().Single(a => (string)a!["trait_type"]! == name)!["value"]!.ToString();
}

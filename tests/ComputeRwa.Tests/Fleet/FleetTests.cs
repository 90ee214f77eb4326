using ComputeRwa.Fleet;
using ComputeRwa.Kernel;

namespace ComputeRwa.Tests.Fleet;

public class FleetTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-03-01T12:00:00Z", null);
    private static readonly SiteFactors Good = new(12_500, 31.5, 4_000, 1_000);

    public static TheoryData<string, long, double, long, long> BadFactors => new()
    {
        { "pueBps", 9_999, 30, 0, 0 }, { "pueBps", 40_001, 30, 0, 0 }, { "powerPriceUsdPerMwh", 12_000, -1_001, 0, 0 }, { "powerPriceUsdPerMwh", 12_000, 25_001, 0, 0 },
        { "powerPriceUsdPerMwh", 12_000, double.NaN, 0, 0 }, { "renewableBps", 12_000, 30, -1, 0 }, { "renewableBps", 12_000, 30, 10_001, 0 }, { "heatReuseBps", 12_000, 30, 0, 10_001 },
    };

    [Theory]
    [MemberData(nameof(BadFactors))]
    public void Factors_out_of_range_are_refused_by_name(string field, long pue, double price, long renewable, long heat)
    {
        Assert.False(Register(new(pue, price, renewable, heat)).Ok(out _, out var error));
        Assert.Equal(field, Assert.Single(error.Fields).Field);
    }

    [Theory]
    [InlineData("", "US-TX", 0, 0, "name")]
    [InlineData("a", "U", 0, 0, "region")]
    [InlineData("a", "US TX", 0, 0, "region")]
    [InlineData("a", "Österreich", 0, 0, "region")]
    [InlineData("a", "a-region-of-more-than-32-characters", 0, 0, "region")]
    [InlineData("a", "US-TX", 90.1, 0, "latitude")]
    [InlineData("a", "US-TX", 0, -180.1, "longitude")]
    [InlineData("a", "US-TX", double.NaN, 0, "latitude")]
    public void A_place_that_cannot_be_is_refused_by_name(string name, string region, double latitude, double longitude, string field)
    {
        Assert.False(Site.Register(ProviderId.New(Now), name, region, latitude, longitude, Good, Now).Ok(out _, out var error));
        Assert.Equal(field, Assert.Single(error.Fields).Field);
    }

    [Fact]
    public void Changed_factors_make_a_new_version_and_only_of_the_version_that_was_read()
    {
        Assert.True(Register(Good).Ok(out var site, out _));
        Assert.True(site.Change(Good with { PueBps = 11_000 }, 1, Now.AddHours(1)).Ok(out var changed, out _));
        Assert.Equal(new(2, Now.AddHours(1), Good with { PueBps = 11_000 }), changed.Current);
        Assert.False(changed.Change(Good, 1, Now.AddHours(2)).Ok(out _, out var error));
        Assert.Equal("precondition-failed", error.Code);
        Assert.True(changed.Change(Good, null, Now.AddHours(2)).Ok(out _, out _));
    }

    [Theory]
    [InlineData("GPU-12345678-9abc-def0-1234-56789abcdef0", true)]
    [InlineData("GPU-12345678-9ABC-def0-1234-56789abcdef0", false)]
    [InlineData("gpu-12345678-9abc-def0-1234-56789abcdef0", false)]
    [InlineData("MIG-12345678-9abc-def0-1234-56789abcdef0", false)]
    [InlineData("GPU-123456789-abc-def0-1234-56789abcdef0", false)]
    [InlineData("GPU-12345678-9abc-def0-1234-56789abcdef", false)]
    [InlineData(null, false)]
    public void Gpu_uuids_look_as_nvidia_smi_prints_them(string? uuid, bool good) => Assert.Equal(good, GpuUuid.IsWellFormed(uuid));

    [Fact]
    public void A_bad_node_is_refused_with_all_its_bad_fields()
    {
        Assert.True(Register(Good).Ok(out var site, out _));
        const string uuid = "GPU-12345678-9abc-def0-1234-56789abcdef0";
        Assert.False(Node.Register(site, " ", "H100", [uuid, "GPU-1", uuid], "0x12", Now).Ok(out _, out var error));
        Assert.Equal(["gpuModel", "gpuUuids[1]", "gpuUuids[2]", "name", "nodeKey"], error.Fields.Select(f => f.Field));
        Assert.False(Node.Register(site, "n", "NVIDIA H200", [], "0x1111111111111111111111111111111111111111", Now).Ok(out _, out error));
        Assert.Equal(["gpuModel", "gpuUuids"], error.Fields.Select(f => f.Field));
    }

    [Fact]
    public void Hardware_names_fit_lease_terms_and_are_unique()
    {
        Assert.All(Hardware.All, m => Assert.True(m.Name.Length <= 32 && m.Name.All(c => c is > ' ' and <= '~')));
        Assert.Equal(Hardware.All.Count, Hardware.All.Select(m => m.Name).Distinct().Count());
        Assert.Equal(840_000, Hardware.Find("H100-SXM5-80GB")?.MostMilliwatts);
    }

    private static Result<Site> Register(SiteFactors factors) => Site.Register(ProviderId.New(Now), "Abilene 1", "US-TX", 32.4, -99.7, factors, Now);
}

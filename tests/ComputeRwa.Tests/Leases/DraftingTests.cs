using System.Numerics;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using static ComputeRwa.Tests.Support.LeaseCases;

namespace ComputeRwa.Tests.Leases;

public class DraftingTests
{
    [Fact]
    public void A_good_draft_becomes_terms_in_base_units()
    {
        var (terms, cap) = (Good().Terms, Good().CapPerEpoch);
        Assert.Equal((BigInteger)2_350_000, terms.Price);
        Assert.Equal((3u, 20_666u, 7u, 20_672u), (terms.GpuCount, terms.StartEpoch, terms.Epochs, terms.LastEpoch));
        Assert.Equal((PricingMethod.Metered, (ushort)4_000), (terms.Method, terms.TakeOrPayBps));
        Assert.Equal((Provider.Address, Account(9), Dollar.Address), (terms.Provider, terms.Lessee, terms.PayToken));
        Assert.Equal((BigInteger)186_120_000, cap); // 72 hours × 2.35 × 1.1
        Assert.Equal(Keccak.Hash([7]), terms.Salt);
    }

    [Fact]
    public void Its_GPUs_stand_in_the_order_of_the_capacity_root() =>
        Assert.Equal([Uuid(2), Uuid(0), Uuid(1)], Good().Gpus.Select(g => g.Uuid));

    [Fact]
    public void The_capacity_root_is_a_standard_merkle_tree_over_node_keys_and_uuids()
    {
        // @openzeppelin/merkle-tree 1.0.8: StandardMerkleTree.of([[0x…aa, GPU-…02], [0x…bb, GPU-…00], [0x…bb, GPU-…01]], ["address", "string"], { sortLeaves: false }).root
        Assert.Equal("0x74d443c58823935d6e51e6a12caa2253abee07f9a4acc3ba5c29e3ca3ee44e5d", Good().Terms.CapacityRoot.Value);
    }

    [Fact]
    public void The_order_of_GPUs_in_the_request_does_not_matter()
    {
        Assert.True(Drafting.Check(Draft with { Gpus = [Named(2), Named(1), Named(0)] }, Context()).Ok(out var other, out _));
        Assert.Equal(Good().Terms, other.Terms);
    }

    private static readonly DraftPricing Indexed = new("indexed", FloorPricePerGpuHour: "1.5", CeilingPricePerGpuHour: "4", RateBps: 9_000);

    [Theory]
    [InlineData("indexed", PricingMethod.Indexed)]
    [InlineData("revenue-share", PricingMethod.RevenueShare)]
    public void A_draft_between_floor_and_ceiling_becomes_terms_without_a_price(string name, object method)
    {
        var asked = Draft with { Pricing = Indexed with { Method = name }, Efficiency = new(0, 0, 0), GraceEpochs = 1, Deposit = "12.5" };
        Assert.True(Drafting.Check(asked, Context()).Ok(out var draft, out var error), error?.Message);
        var t = draft.Terms;
        Assert.Equal(((PricingMethod)method, (BigInteger)0, (BigInteger)1_500_000, (BigInteger)4_000_000, 9_000u, (ushort)0),
            (t.Method, t.Price, t.FloorPrice, t.CeilingPrice, t.RateBps, t.TakeOrPayBps));
        Assert.Equal((2u, (ushort)1, (BigInteger)12_500_000), (t.NoticeEpochs, t.GraceEpochs, t.Deposit));
        Assert.Equal((BigInteger)288_000_000, draft.CapPerEpoch); // 72 hours at the ceiling
    }

    public static IEnumerable<object[]> BadDrafts => Bad.Select(b => new object[] { b.Field, b.Reason });

    [Theory]
    [MemberData(nameof(BadDrafts))]
    public void A_bad_draft_is_refused_with_the_field_named(string field, string reason)
    {
        var (_, _, draft) = Bad.Single(b => b.Field == field && b.Reason == reason);
        Assert.False(Drafting.Check(draft, Context()).Ok(out _, out var error));
        Assert.Equal("invalid", error.Code);
        Assert.Contains(error.Fields, f => f.Field == field && f.Reason.Contains(reason, StringComparison.Ordinal));
    }

    private static readonly (string Field, string Reason, DraftLease Draft)[] Bad =
    [
        ("lessee", "40 hex digits", Draft with { Lessee = "0x12" }),
        ("lessee", "checksum", Draft with { Lessee = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD".Replace("5aA", "5AA") }),
        ("lessee", "zero address", Draft with { Lessee = Address.Zero.Value }),
        ("lessee", "provider itself", Draft with { Lessee = Provider.Address.Value }),
        ("gpuModel", "ASCII", Draft with { GpuModel = "H100–SXM" }),
        ("gpus[0]", "is a H100-SXM5-80GB", Draft with { GpuModel = "H200-SXM5-141GB" }),
        ("region", "is not that of the GPUs' site, US-TX", Draft with { Region = "NO-01" }),
        ("region", "ASCII", Draft with { Region = "" }),
        ("gpus", "1 to 4096", Draft with { Gpus = [] }),
        ("gpus[1]", "null", Draft with { Gpus = [Named(0), null] }),
        ("gpus[1].uuid", "named twice", Draft with { Gpus = [Named(0), Named(0)] }),
        ("gpus[0].uuid", "not a registered GPU", Draft with { Gpus = [Named(5)] }),
        ("gpus[0].nodeId", "not the node of that GPU", Draft with { Gpus = [new("node_0", Uuid(0))] }),
        ("startEpoch", "after the present epoch, 20665", Draft with { StartEpoch = PresentEpoch }),
        ("startEpoch", "after the present epoch", Draft with { StartEpoch = -1 }),
        ("startEpoch", "after the present", Draft with { StartEpoch = long.MaxValue }),
        ("epochs", "may not end before they start", Draft with { Epochs = 0 }),
        ("epochs", "before they start", Draft with { Epochs = -7 }),
        ("epochs", "must be at most", Draft with { Epochs = uint.MaxValue }),
        ("noticeEpochs", "1 to epochs", Draft with { NoticeEpochs = 0 }),
        ("noticeEpochs", "1 to", Draft with { NoticeEpochs = 8 }),
        ("epochs", "at most 16777215", Draft with { Epochs = 1 << 24 }),
        ("graceEpochs", "fewer than noticeEpochs", Draft with { GraceEpochs = 2 }),
        ("graceEpochs", "fewer than", Draft with { GraceEpochs = -1 }),
        ("deposit", "fraction digits", Draft with { Deposit = "1.0000001" }),
        ("deposit", "0 for none", Draft with { Deposit = "-1" }),
        ("deposit", "decimal", Draft with { Deposit = "1000000000000000000000000000000000" }),
        ("pricing.method", "fixed, metered, indexed or revenue-share", Draft with { Pricing = Draft.Pricing with { Method = "auction" } }),
        ("pricing.floorPricePerGpuHour", "no parameter of metered", Draft with { Pricing = Draft.Pricing with { FloorPricePerGpuHour = "1" } }),
        ("pricing.ceilingPricePerGpuHour", "no parameter of metered", Draft with { Pricing = Draft.Pricing with { CeilingPricePerGpuHour = "1" } }),
        ("pricing.rateBps", "no parameter of metered", Draft with { Pricing = Draft.Pricing with { RateBps = 1 } }),
        ("pricing.pricePerGpuHour", "no parameter of indexed", Draft with { Pricing = Indexed with { PricePerGpuHour = "2" } }),
        ("pricing.takeOrPayBps", "no parameter of indexed", Draft with { Pricing = Indexed with { TakeOrPayBps = 1 } }),
        ("pricing.floorPricePerGpuHour", "above the ceiling", Draft with { Pricing = Indexed with { FloorPricePerGpuHour = "4.000001" } }),
        ("pricing.floorPricePerGpuHour", "decimal", Draft with { Pricing = Indexed with { FloorPricePerGpuHour = null } }),
        ("pricing.ceilingPricePerGpuHour", "above zero", Draft with { Pricing = Indexed with { CeilingPricePerGpuHour = "0" } }),
        ("pricing.ceilingPricePerGpuHour", "too high", Draft with { Pricing = Indexed with { CeilingPricePerGpuHour = "999999999999999999" } }),
        ("pricing.ceilingPricePerGpuHour", "fraction", Draft with { Pricing = Indexed with { CeilingPricePerGpuHour = "79228162514264337593544" } }),
        ("pricing.rateBps", "1 to 4294967295", Draft with { Pricing = Indexed with { RateBps = null } }),
        ("pricing.rateBps", "1 to", Draft with { Pricing = Indexed with { RateBps = 0 } }),
        ("pricing.rateBps", "to 4294967295", Draft with { Pricing = Indexed with { RateBps = 1L << 32 } }),
        ("pricing.pricePerGpuHour", "fraction digits", Draft with { Pricing = Draft.Pricing with { PricePerGpuHour = "2.3500001" } }),
        ("pricing.pricePerGpuHour", "above zero", Draft with { Pricing = Draft.Pricing with { PricePerGpuHour = "0.000000" } }),
        ("pricing.pricePerGpuHour", "decimal", Draft with { Pricing = Draft.Pricing with { PricePerGpuHour = "-1" } }),
        ("pricing.pricePerGpuHour", "too high", Draft with { Pricing = Draft.Pricing with { PricePerGpuHour = "999999999999999999" } }),
        ("pricing.takeOrPayBps", "0 to 10000", Draft with { Pricing = Draft.Pricing with { TakeOrPayBps = 10_001 } }),
        ("sla.availabilityBps", "0 to 10000", Draft with { Sla = Draft.Sla with { AvailabilityBps = -1 } }),
        ("sla.creditSlope", "0 to 65535", Draft with { Sla = Draft.Sla with { CreditSlope = 65_536 } }),
        ("sla.creditCapBps", "0 to 10000", Draft with { Sla = Draft.Sla with { CreditCapBps = 10_001 } }),
        ("efficiency.target", "0 to", Draft with { Efficiency = Draft.Efficiency with { Target = -1 } }),
        ("efficiency.slopeBps", "0 to 65535", Draft with { Efficiency = Draft.Efficiency with { SlopeBps = 70_000 } }),
        ("efficiency.capBps", "0 to 10000", Draft with { Efficiency = Draft.Efficiency with { CapBps = 10_001 } }),
        ("interruption.limitBps", "0 to 10000", Draft with { Interruption = new(10_001, 0) }),
        ("interruption.creditBps", "0 to 10000", Draft with { Interruption = new(0, 10_001) }),
        ("split.poolBps", "0 to 10000", Draft with { Split = new(10_001, 0) }),
        ("split.feeBps", "0 to 2000", Draft with { Split = new(8_000, 2_001) }),
        ("units", "1 to", Draft with { Units = 0 }),
        ("units", "must be 1", Draft with { Units = 1L << 53 }),
        ("policy", "0 to 65535", Draft with { Policy = 65_536 }),
        ("salt", "64 hex digits", Draft with { Salt = "0x1234" }),
    ];

    [Fact]
    public void Every_fault_of_a_draft_is_told_at_once()
    {
        Assert.False(Drafting.Check(Draft with { Units = 0, Epochs = 0, Lessee = "x" }, Context()).Ok(out _, out var error));
        Assert.Superset(new HashSet<string> { "units", "epochs", "lessee" }, error.Fields.Select(f => f.Field).ToHashSet());
    }

    [Fact]
    public void A_GPU_of_another_provider_or_site_is_refused()
    {
        var (foreign, far) = (Place(1) with { ProviderId = Other.Id }, Place(2) with { SiteId = SiteId.New(Now) });
        Assert.False(Drafting.Check(Draft, Context(Place(0), foreign, far)).Ok(out _, out var error));
        Assert.Equal([("gpus[1]", "belongs to another provider"), ("gpus[2]", "stands at another site than the first")], error.Fields.Select(f => (f.Field, f.Reason)));
    }

    [Fact]
    public void The_dearest_terms_that_fit_the_contract_pass_and_one_more_unit_of_price_does_not()
    {
        // cap × epochs < 2^88: for one GPU, one epoch and no efficiency bonus the cap is 24 prices.
        var most = ((BigInteger.One << 88) - 1) / 24;
        var one = Draft with { Gpus = [Named(0)], Epochs = 1, NoticeEpochs = 1, Efficiency = new(0, 0, 0) };
        DraftLease At(BigInteger price) => one with { Pricing = one.Pricing with { PricePerGpuHour = new Money(price, Dollar).ToDecimal() } };
        Assert.True(Drafting.Check(At(most), Context()).Ok(out _, out _));
        Assert.False(Drafting.Check(At(most + 1), Context()).Ok(out _, out _));
    }
}

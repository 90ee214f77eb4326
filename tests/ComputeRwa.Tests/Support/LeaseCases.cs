using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Parties;

namespace ComputeRwa.Tests.Support;

/// <summary>A provider with a site of two nodes, and a draft that nothing is wrong with.</summary>
internal static class LeaseCases
{
    public const long PresentEpoch = 20_665;
    public static readonly DateTimeOffset Now = new(2026, 7, 31, 12, 0, 0, TimeSpan.Zero);
    public static readonly EpochLength Day = new(86_400);
    public static readonly PayToken Dollar = new(Account(0xd0), "tUSD", 6);
    public static readonly Provider Provider = new(ProviderId.New(Now), "Prairie Compute", Account(1), Now);
    public static readonly Provider Other = new(ProviderId.New(Now), "Other", Account(2), Now);
    public static readonly Site Site = SiteOf(Provider, "US-TX");

    public static readonly DraftLease Draft = new(
        Provider.Id.Value, Account(9).Value, "H100-SXM5-80GB", "US-TX", [Named(0), Named(1), Named(2)], PresentEpoch + 1, 7,
        new("metered", "2.35", 4_000), new(9_900, 10, 3_000), new(6_500, 5_000, 1_000), new(1_000, 2_500), new(8_000, 200), 2, 1_000_000, 0);

    public static Address Account(int i) => Address.Parse($"0x{i:x40}");

    public static string Uuid(int i) => $"GPU-00000000-0000-0000-0000-{i:x12}";

    /// <summary>GPUs 0 and 1 are in one node, the rest in another whose key comes first.</summary>
    public static GpuPlace Place(int i) => new(
        Uuid(i), Node(i), i, Site.Id, Provider.Id, "H100-SXM5-80GB", i < 2 ? Account(0xbb) : Account(0xaa));

    public static DraftGpu Named(int i) => new(Node(i).Value, Uuid(i));

    public static DraftContext Context(params GpuPlace[] places) => new(
        Provider, Dollar, (places.Length == 0 ? [Place(0), Place(1), Place(2)] : places).ToDictionary(p => p.Uuid), Site, PresentEpoch, Day.Seconds, Keccak.Hash([7]));

    public static LeaseDraft Good()
    {
        Assert.True(Drafting.Check(Draft, Context()).Ok(out var draft, out var error), error?.Message);
        return draft;
    }

    public static Lease Lease(LeaseTerms? terms = null) => new(
        Keccak.Hash([3]), Provider.Id, Site.Id, terms ?? Good().Terms, Good().CapPerEpoch, null, null, null, null, Now);

    private static NodeId Node(int i) => NodeId.From($"node_{(i < 2 ? 1 : 2):x32}");

    private static Site SiteOf(Provider provider, string region)
    {
        Assert.True(Site.Register(provider.Id, "Abilene", region, 32.4, -99.7, new(12_500, 40, 3_000, 0), Now).Ok(out var site, out var error), error?.Message);
        return site;
    }
}

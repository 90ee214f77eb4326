using System.Globalization;

namespace ComputeRwa.Demo;

/// <summary>A registered node and the key it signs with.</summary>
internal sealed record FleetNode(string Id, int Lessor, int Index, Party Key, IReadOnlyList<string> Uuids, GpuKind Gpu);

/// <summary>A registered lessor with its nodes.</summary>
/// <param name="ApiKey">the provider's own; every run has another</param>
internal sealed record FleetSite(string ProviderId, string ApiKey, Party Provider, Lessor Lessor, IReadOnlyList<FleetNode> Nodes);

/// <summary>First step of the story: who has which machines, and what such machines rent for.</summary>
internal static class Fleet
{
    public static async Task<IReadOnlyList<FleetSite>> Register(Stage stage)
    {
        var sites = new List<FleetSite>();
        for (var i = 0; i < World.Lessors.Count; i++) sites.Add(await Register(stage, i));
        return sites;
    }

    private static async Task<FleetSite> Register(Stage stage, int index)
    {
        var lessor = World.Lessors[index];
        var party = stage.Provider(index);
        var provider = await stage.Api.Post<WithId>($"provider-{index}", "/v1/providers", new { name = lessor.Name, address = party.Address });
        var key = await stage.Api.Post<ProviderKey>($"provider-key-{index}", $"/v1/providers/{provider.Id}/keys", new { });
        var site = await stage.Api.Post<WithId>($"site-{index}", "/v1/sites", new
        {
            providerId = provider.Id,
            name = lessor.Site,
            lessor.Region,
            lessor.Latitude,
            lessor.Longitude,
            lessor.PueBps,
            lessor.PowerPriceUsdPerMwh,
            lessor.RenewableBps,
            lessor.HeatReuseBps,
        });
        var gpu = GpuKind.Captured(lessor.Capture);
        var nodes = new List<FleetNode>();
        for (var i = 0; i < World.NodesPerSite; i++) nodes.Add(await RegisterNode(stage, lessor, index, i, site.Id, gpu));
        return new(provider.Id, key.ApiKey, party, lessor, nodes);
    }

    private static async Task<FleetNode> RegisterNode(Stage stage, Lessor lessor, int site, int index, string siteId, GpuKind gpu)
    {
        var key = stage.Node(site, index);
        var uuids = Enumerable.Range(0, World.GpusPerNode).Select(g => stage.Seed.GpuUuid($"gpu {site}.{index}.{g}")).ToArray();
        var node = await stage.Api.Post<WithId>($"node-{site}-{index}", "/v1/nodes", new
        {
            siteId,
            name = $"{lessor.NodePrefix}-{index + 1:00}",
            lessor.GpuModel,
            gpuUuids = uuids,
            nodeKey = key.Address,
        });
        return new(node.Id, site, index, key, uuids, gpu);
    }

    /// <summary>One quote a day for each GPU model, at its site's region; returns the quotes of the day the leases are signed.</summary>
    public static async Task<IReadOnlyList<long>> Quote(Stage stage)
    {
        var signing = new List<long>();
        for (var i = 0; i < World.Lessors.Count; i++)
            for (var day = -1; day < World.Days; day++)
            {
                var price = await Quote(stage, i, day);
                if (day < 0) signing.Add(price);
            }
        return signing;
    }

    private static async Task<long> Quote(Stage stage, int index, int day)
    {
        var lessor = World.Lessors[index];
        var from = World.FirstDay.AddDays(day);
        var (price, offers) = Prices.Median(lessor.PriceSlug, DateOnly.FromDateTime(from.UtcDateTime));
        await stage.Api.Post<WithId>($"quote-{index}-{day + 1}", "/v1/quotes", new
        {
            lessor.GpuModel,
            lessor.Region,
            pricePerGpuHour = Dollars(price),
            validFrom = Stage.Rfc3339(from),
            validUntil = Stage.Rfc3339(from.AddDays(1)),
            source = $"gpurentalprices.com {from:yyyy-MM-dd}, median of {offers} firm offers of {lessor.PriceSlug}",
        });
        return price;
    }

    /// <summary>Base units of a 6-decimal token as the decimal string that the API takes.</summary>
    public static string Dollars(long baseUnits) => string.Create(CultureInfo.InvariantCulture, $"{baseUnits / 1_000_000}.{baseUnits % 1_000_000:000000}");
}

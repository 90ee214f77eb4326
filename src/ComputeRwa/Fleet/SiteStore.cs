using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Fleet;

internal static class SiteStore
{
    public static async Task Insert(Tx tx, Site site)
    {
        await tx.Execute(
            """
            INSERT INTO sites (id, provider_id, name, region, latitude, longitude, version, created_at)
            VALUES (@Id, @ProviderId, @Name, @Region, @Latitude, @Longitude, @Version, @CreatedAt)
            """,
            new { site.Id, site.ProviderId, site.Place.Name, site.Place.Region, site.Place.Latitude, site.Place.Longitude, site.Current.Version, site.CreatedAt });
        await InsertFactors(tx, site);
    }

    /// <summary>Stores the next version of a site's factors.</summary>
    /// <returns>false when another change came first; nothing is stored then.</returns>
    public static async Task<bool> Update(Tx tx, Site site)
    {
        var moved = await tx.Execute("UPDATE sites SET version = @Version WHERE id = @Id AND version = @Version - 1", new { site.Current.Version, site.Id });
        if (moved == 1) await InsertFactors(tx, site);
        return moved == 1;
    }

    public static async Task<Site?> Find(Tx tx, SiteId id) => (await tx.First<SiteRow>(
        """
        SELECT s.id, s.provider_id, s.name, s.region, s.latitude, s.longitude, s.created_at,
               f.version, f.valid_from, f.pue_bps, f.power_price_usd_per_mwh, f.renewable_bps, f.heat_reuse_bps
        FROM sites s JOIN site_factors f ON f.site_id = s.id AND f.version = s.version
        WHERE s.id = @id
        """,
        new { id }))?.ToSite();

    public static async Task<List<Site>> List(Tx tx, string after, int limit) => (await tx.Query<SiteRow>(
        """
        SELECT s.id, s.provider_id, s.name, s.region, s.latitude, s.longitude, s.created_at,
               f.version, f.valid_from, f.pue_bps, f.power_price_usd_per_mwh, f.renewable_bps, f.heat_reuse_bps
        FROM sites s JOIN site_factors f ON f.site_id = s.id AND f.version = s.version
        WHERE s.id > @after ORDER BY s.id LIMIT @limit
        """,
        new { after, limit })).ConvertAll(r => r.ToSite());

    /// <summary>Every version, oldest first.</summary>
    public static async Task<List<SiteFactorsVersion>> History(Tx tx, SiteId id) => (await tx.Query<FactorsRow>(
        """
        SELECT version, valid_from, pue_bps, power_price_usd_per_mwh, renewable_bps, heat_reuse_bps
        FROM site_factors WHERE site_id = @id ORDER BY version
        """,
        new { id })).ConvertAll(r => r.ToVersion());

    /// <summary>The factors in force at a time, such as an epoch's start; before the site was registered, its first ones.</summary>
    public static async Task<SiteFactors?> FactorsAt(Tx tx, SiteId id, DateTimeOffset at) => (await tx.First<FactorsRow>(
        """
        SELECT version, valid_from, pue_bps, power_price_usd_per_mwh, renewable_bps, heat_reuse_bps
        FROM site_factors WHERE site_id = @id AND (version = 1 OR valid_from <= @at) ORDER BY version DESC LIMIT 1
        """,
        new { id, at }))?.ToVersion().Factors;

    private static Task<int> InsertFactors(Tx tx, Site site) => tx.Execute(
        """
        INSERT INTO site_factors (site_id, version, valid_from, pue_bps, power_price_usd_per_mwh, renewable_bps, heat_reuse_bps)
        VALUES (@Id, @Version, @ValidFrom, @PueBps, @PowerPriceUsdPerMwh, @RenewableBps, @HeatReuseBps)
        """,
        new
        {
            site.Id,
            site.Current.Version,
            site.Current.ValidFrom,
            site.Current.Factors.PueBps,
            site.Current.Factors.PowerPriceUsdPerMwh,
            site.Current.Factors.RenewableBps,
            site.Current.Factors.HeatReuseBps,
        });

    private sealed record FactorsRow(
        long Version, DateTimeOffset ValidFrom, long PueBps, double PowerPriceUsdPerMwh, long RenewableBps, long HeatReuseBps)
    {
        public SiteFactorsVersion ToVersion() => new(Version, ValidFrom, new(PueBps, PowerPriceUsdPerMwh, RenewableBps, HeatReuseBps));
    }

    private sealed record SiteRow(
        SiteId Id, ProviderId ProviderId, string Name, string Region, double Latitude, double Longitude, DateTimeOffset CreatedAt,
        long Version, DateTimeOffset ValidFrom, long PueBps, double PowerPriceUsdPerMwh, long RenewableBps, long HeatReuseBps)
    {
        public Site ToSite() => new(Id, ProviderId, new(Name, Region, Latitude, Longitude),
            new(Version, ValidFrom, new(PueBps, PowerPriceUsdPerMwh, RenewableBps, HeatReuseBps)), CreatedAt);
    }
}

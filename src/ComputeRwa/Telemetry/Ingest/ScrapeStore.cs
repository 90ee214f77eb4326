using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry.Ingest;

internal static class ScrapeStore
{
    /// <returns>false when the site has that address already.</returns>
    public static async Task<bool> Insert(Tx tx, Scrape scrape) => await tx.Execute(
        """
        INSERT INTO telemetry_scrapes (id, site_id, provider_id, url, interval_seconds, is_enabled, created_at)
        VALUES (@Id, @SiteId, @ProviderId, @Url, @IntervalSeconds, @IsEnabled, @CreatedAt) ON CONFLICT (site_id, url) DO NOTHING
        """, scrape) == 1;

    public static Task<int> Change(Tx tx, string id, long intervalSeconds, bool isEnabled) => tx.Execute(
        "UPDATE telemetry_scrapes SET interval_seconds = @intervalSeconds, is_enabled = @enabled WHERE id = @id", new { id, intervalSeconds, enabled = isEnabled ? 1L : 0L });

    public static Task<int> Remove(Tx tx, string id) => tx.Execute("DELETE FROM telemetry_scrapes WHERE id = @id", new { id });

    public static Task<int> Succeeded(Tx tx, string id, long samples, DateTimeOffset at) => tx.Execute(
        "UPDATE telemetry_scrapes SET last_success_at = @at, last_samples = @samples, last_error = NULL WHERE id = @id", new { id, samples, at });

    public static Task<int> Failed(Tx tx, string id, string error, DateTimeOffset at) => tx.Execute(
        "UPDATE telemetry_scrapes SET last_error_at = @at, last_error = @error WHERE id = @id", new { id, error, at });

    public static Task<List<Scrape>> OfSite(Tx tx, SiteId site, string after, int limit) => tx.Query<Scrape>(
        """
        SELECT id, site_id, provider_id, url, interval_seconds, is_enabled, created_at, last_success_at, last_samples, last_error_at, last_error
        FROM telemetry_scrapes WHERE site_id = @site AND id > @after ORDER BY id LIMIT @limit
        """,
        new { site, after, limit });

    public static Task<Scrape?> Find(Tx tx, SiteId site, string id) => tx.First<Scrape>(
        """
        SELECT id, site_id, provider_id, url, interval_seconds, is_enabled, created_at, last_success_at, last_samples, last_error_at, last_error
        FROM telemetry_scrapes WHERE site_id = @site AND id = @id
        """,
        new { site, id });

    public static Task<List<Scrape>> Enabled(Tx tx) => tx.Query<Scrape>(
        """
        SELECT id, site_id, provider_id, url, interval_seconds, is_enabled, created_at, last_success_at, last_samples, last_error_at, last_error
        FROM telemetry_scrapes WHERE is_enabled = 1 ORDER BY id
        """);
}

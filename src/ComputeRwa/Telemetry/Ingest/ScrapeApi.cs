using ComputeRwa.Db;
using ComputeRwa.Fleet;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Telemetry.Ingest;

/// <param name="Url">an exporter's address, such as http://10.0.0.7:9400/metrics, in a network that this server may ask</param>
/// <param name="IntervalSeconds">1 to 300: the step of the nodes it tells of</param>
internal sealed record AddScrape(string Url, int IntervalSeconds);

internal sealed record ChangeScrape(int IntervalSeconds, bool Enabled);

/// <param name="LastSamples">how many of the last good answer were stored</param>
/// <param name="LastError">null after a good answer</param>
internal sealed record ScrapeView(
    string Id, string SiteId, string Url, long IntervalSeconds, bool Enabled, DateTimeOffset CreatedAt, DateTimeOffset? LastSuccessAt, long? LastSamples, DateTimeOffset? LastErrorAt, string? LastError);

internal static class ScrapeApi
{
    private const int MostIntervalSeconds = 300;

    public static void MapScrapes(this IEndpointRouteBuilder app)
    {
        // An exporter's address is the provider's own business.
        var scrapes = app.MapFeature("/v1/sites/{id}/scrapes", "Telemetry").RequireAuthorization(Roles.Provider);
        scrapes.MapPost("/", Add).WithSummary("Let this server ask an exporter");
        scrapes.MapGet("/", List).WithSummary("A site's exporters, each with its last success and error");
        scrapes.MapPut("/{scrape}", Change).WithSummary("Change how often an exporter is asked, and whether it is");
        scrapes.MapDelete("/{scrape}", Remove).WithSummary("Ask an exporter no more");
    }

    private static async Task<Results<Created<ScrapeView>, Refusal>> Add(string id, AddScrape request, HttpContext http, Tx tx, ScrapeNetworks networks, TimeProvider time)
    {
        if (!(await Own(id, http, tx)).Ok(out var site, out var error)) return new Refusal(error);
        var fields = new Fields();
        var url = networks.Check(request.Url, fields);
        CheckInterval(request.IntervalSeconds, fields);
        if (fields.Error is { } bad) return new Refusal(bad);
        var scrape = new Scrape(Id.New("scrape", time.Now()), site.Id, site.ProviderId, url!.AbsoluteUri, request.IntervalSeconds, 1, time.Now(), null, null, null, null);
        if (!await ScrapeStore.Insert(tx, scrape)) return new Refusal(Error.Conflict("duplicate-name", "is asked already", "url"));
        return TypedResults.Created($"/v1/sites/{id}/scrapes", View(scrape));
    }

    private static async Task<Results<Ok<Page<ScrapeView>>, Refusal>> List(string id, HttpContext http, Tx tx, string after = "", int limit = 100)
    {
        if (!(await Own(id, http, tx)).Ok(out var site, out var error)) return new Refusal(error);
        return TypedResults.Ok(Page.Of((await ScrapeStore.OfSite(tx, site.Id, after, Paging.Clamp(limit))).ConvertAll(View), limit, s => s.Id));
    }

    private static async Task<Results<Ok<ScrapeView>, Refusal>> Change(string id, string scrape, ChangeScrape request, HttpContext http, Tx tx)
    {
        if (!(await Own(id, http, tx)).Ok(out var site, out var error)) return new Refusal(error);
        if (await ScrapeStore.Find(tx, site.Id, scrape) is not { } known) return new Refusal(Error.NotFound("scrape", scrape));
        var fields = new Fields();
        CheckInterval(request.IntervalSeconds, fields);
        if (fields.Error is { } bad) return new Refusal(bad);
        await ScrapeStore.Change(tx, scrape, request.IntervalSeconds, request.Enabled);
        return TypedResults.Ok(View(known with { IntervalSeconds = request.IntervalSeconds, IsEnabled = request.Enabled ? 1 : 0 }));
    }

    private static async Task<Results<NoContent, Refusal>> Remove(string id, string scrape, HttpContext http, Tx tx)
    {
        if (!(await Own(id, http, tx)).Ok(out var site, out var error)) return new Refusal(error);
        if (await ScrapeStore.Find(tx, site.Id, scrape) is null) return new Refusal(Error.NotFound("scrape", scrape));
        await ScrapeStore.Remove(tx, scrape);
        return TypedResults.NoContent();
    }

    private static void CheckInterval(int seconds, Fields fields) => fields.Require(seconds is >= 1 and <= MostIntervalSeconds, "intervalSeconds", $"must be 1 to {MostIntervalSeconds}");

    private static async Task<Result<Site>> Own(string id, HttpContext http, Tx tx)
    {
        if (await SiteStore.Find(tx, SiteId.From(id)) is not { } site) return Error.NotFound("site", id);
        return http.MayActFor(site.ProviderId) ? site : new Error("forbidden", "The site belongs to another provider than this key.", [new("id", "is not this key's")]);
    }

    private static ScrapeView View(Scrape s) => new(
        s.Id, s.SiteId.Value, s.Url, s.IntervalSeconds, s.IsEnabled != 0, s.CreatedAt, s.LastSuccessAt, s.LastSamples, s.LastErrorAt, s.LastError);
}

using System.Globalization;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using ComputeRwa.Parties;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Fleet;

/// <param name="Region">2 to 32 ASCII letters, digits or hyphens, e.g. US-TX; lease terms name it</param>
/// <param name="PueBps">facility energy / IT energy in ten-thousandths: 12,500 is a PUE of 1.25</param>
/// <param name="HeatReuseBps">share of facility energy recovered as heat</param>
internal sealed record RegisterSite(
    string ProviderId, string Name, string Region, double Latitude, double Longitude,
    long PueBps, double PowerPriceUsdPerMwh, long RenewableBps, long HeatReuseBps);

internal sealed record ChangeSite(long PueBps, double PowerPriceUsdPerMwh, long RenewableBps, long HeatReuseBps);

/// <param name="Version">what an ETag holds and If-Match must name</param>
internal sealed record SiteView(
    string Id, string ProviderId, string Name, string Region, double Latitude, double Longitude,
    long PueBps, double PowerPriceUsdPerMwh, long RenewableBps, long HeatReuseBps, long Version, DateTimeOffset CreatedAt);

internal sealed record SiteFactorsView(
    long Version, DateTimeOffset ValidFrom, long PueBps, double PowerPriceUsdPerMwh, long RenewableBps, long HeatReuseBps);

internal static class SiteApi
{
    public static void MapSites(this IEndpointRouteBuilder app)
    {
        var sites = app.MapFeature("/v1/sites", "Fleet");
        sites.MapPost("/", Register).RequireAuthorization(Roles.Provider).WithSummary("Register a site");
        sites.MapPut("/{id}", Change).RequireAuthorization(Roles.Provider)
            .WithSummary("Change a site's factors from now on; needs If-Match with the version that was read")
            .WithMetadata(Refuses(412), Refuses(428));
        sites.MapGet("/", List).WithSummary("Sites, oldest first");
        sites.MapGet("/{id}", Get).WithSummary("One site, with its version as ETag");
        sites.MapGet("/{id}/factors", History).WithSummary("Every version of a site's factors, oldest first");
    }

    private static async Task<Results<Created<SiteView>, Refusal>> Register(RegisterSite request, HttpContext http, Tx tx, TimeProvider time)
    {
        var now = time.Now();
        if (await ProviderStore.Find(tx, ProviderId.From(request.ProviderId)) is not { } provider)
            return new Refusal(new("not-found", $"There is no provider {request.ProviderId}.", [new("providerId", "is not a registered provider")]));
        if (!http.MayActFor(provider.Id)) return new Refusal(NotYours("providerId"));
        var factors = new SiteFactors(request.PueBps, request.PowerPriceUsdPerMwh, request.RenewableBps, request.HeatReuseBps);
        if (!Site.Register(provider.Id, request.Name, request.Region, request.Latitude, request.Longitude, factors, now).Ok(out var site, out var error))
            return new Refusal(error);
        await SiteStore.Insert(tx, site);
        Feed.Append(tx, "site.registered", site.Id.Value, new { providerId = provider.Id.Value, site.Place.Name, site.Place.Region }, now);
        http.Response.Headers.ETag = Tag(site);
        return TypedResults.Created($"/v1/sites/{site.Id}", View(site));
    }

    private static async Task<Results<Ok<SiteView>, Refusal>> Change(string id, ChangeSite request, HttpContext http, Tx tx, TimeProvider time)
    {
        var now = time.Now();
        if (await SiteStore.Find(tx, SiteId.From(id)) is not { } site) return new Refusal(Error.NotFound("site", id));
        if (!http.MayActFor(site.ProviderId)) return new Refusal(NotYours("id"));
        if (!ReadTag(http.Request.Headers.IfMatch.ToString()).Ok(out var expected, out var error)) return new Refusal(error);
        var factors = new SiteFactors(request.PueBps, request.PowerPriceUsdPerMwh, request.RenewableBps, request.HeatReuseBps);
        if (!site.Change(factors, expected.Version, now).Ok(out var changed, out error)) return new Refusal(error);
        if (!await SiteStore.Update(tx, changed))
            return new Refusal(new("precondition-failed", "The site was changed by another request; read it again.", [new("If-Match", "is no longer the site's version")]));
        Feed.Append(tx, "site.changed", id, new { version = changed.Current.Version, factors.PueBps, factors.HeatReuseBps }, now);
        http.Response.Headers.ETag = Tag(changed);
        return TypedResults.Ok(View(changed));
    }

    private static async Task<Ok<Page<SiteView>>> List(Tx tx, string after = "", int limit = 100) =>
        TypedResults.Ok(Page.Of((await SiteStore.List(tx, after, Paging.Clamp(limit))).ConvertAll(View), limit, s => s.Id));

    private static async Task<Results<Ok<SiteView>, Refusal>> Get(string id, HttpContext http, Tx tx)
    {
        if (await SiteStore.Find(tx, SiteId.From(id)) is not { } site) return new Refusal(Error.NotFound("site", id));
        http.Response.Headers.ETag = Tag(site);
        return TypedResults.Ok(View(site));
    }

    private static async Task<Results<Ok<Page<SiteFactorsView>>, Refusal>> History(string id, Tx tx)
    {
        var versions = await SiteStore.History(tx, SiteId.From(id));
        if (versions.Count == 0) return new Refusal(Error.NotFound("site", id));
        return TypedResults.Ok(new Page<SiteFactorsView>(versions.ConvertAll(v => new SiteFactorsView(
            v.Version, v.ValidFrom, v.Factors.PueBps, v.Factors.PowerPriceUsdPerMwh, v.Factors.RenewableBps, v.Factors.HeatReuseBps)), null));
    }

    private static ProducesResponseTypeMetadata Refuses(int status) => new(status, typeof(Problem), ["application/problem+json"]);

    private static Error NotYours(string field) => new("forbidden", "The site belongs to another provider than this key.", [new(field, "is not this key's")]);

    private static string Tag(Site site) => $"\"{site.Current.Version}\"";

    private sealed record Expected(long? Version);

    private static Result<Expected> ReadTag(string ifMatch)
    {
        if (ifMatch.Length == 0)
            return new Error("precondition-required", "Send If-Match with the ETag of the site that you have read.", [new("If-Match", "is missing")]);
        if (ifMatch == "*") return new Expected(null);
        return long.TryParse(ifMatch.Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? new Expected(version)
            : Error.Invalid("If-Match", "must be * or a version in quotes, such as \"1\"");
    }

    private static SiteView View(Site s) => new(
        s.Id.Value, s.ProviderId.Value, s.Place.Name, s.Place.Region, s.Place.Latitude, s.Place.Longitude,
        s.Current.Factors.PueBps, s.Current.Factors.PowerPriceUsdPerMwh, s.Current.Factors.RenewableBps, s.Current.Factors.HeatReuseBps,
        s.Current.Version, s.CreatedAt);
}

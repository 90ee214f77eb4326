using System.Globalization;
using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Fleet;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Telemetry.Meters;

internal sealed record PostMeterReadings(IReadOnlyList<PostMeterReading> Readings);

/// <param name="RegisterWh">watt-hours that the meter shows, counting up</param>
internal sealed record PostMeterReading(DateTimeOffset At, long RegisterWh);

/// <param name="Stored">new ones; those that were known already are the rest</param>
internal sealed record MeterReceipt(int Stored);

/// <param name="UsedWh">between the first and the last reading of the page; a register that falls has begun anew</param>
internal sealed record MeterView(string SiteId, string Meter, long UsedWh, IReadOnlyList<PostMeterReading> Items, string? Next);

internal static class MeterApi
{
    public static void MapMeters(this IEndpointRouteBuilder app)
    {
        var meters = app.MapFeature("/v1/sites/{id}/meters/{meter}", "Telemetry");
        meters.MapPost("/", Post).RequireAuthorization(Roles.Provider).WithSummary("Add what a site's meter (facility, it or heat) showed; each time is written once");
        meters.MapGet("/", List).WithSummary("What a site's meter showed, oldest first, and what it counted between");
    }

    private static async Task<Results<Ok<MeterReceipt>, Refusal>> Post(string id, string meter, PostMeterReadings request, HttpContext http, Tx tx, Deployment deployment, TimeProvider time)
    {
        var now = time.Now();
        if (Unknown(meter) is { } unknown) return new Refusal(unknown);
        if (await SiteStore.Find(tx, SiteId.From(id)) is not { } site) return new Refusal(Error.NotFound("site", id));
        if (!http.MayActFor(site.ProviderId)) return new Refusal(new("forbidden", "The site belongs to another provider than this key.", [new("id", "is not this key's")]));
        if (!Metered.Check([.. request.Readings.Select(r => (r.At, r.RegisterWh))], now).Ok(out var readings, out var error)) return new Refusal(error);
        var closed = new Dictionary<long, bool>();
        foreach (var epoch in readings.Select(r => r.AtSecond / deployment.Epochs.Seconds).Distinct().Order()) closed[epoch] = await TelemetryStore.IsClosed(tx, epoch);
        var stored = 0;
        for (var i = 0; i < readings.Count; i++)
        {
            var reading = readings[i];
            if (await MeterStore.Insert(tx, site.Id, meter, reading, now)) stored++;
            else if (await MeterStore.Register(tx, site.Id, meter, reading.AtSecond) != reading.RegisterWh)
                return new Refusal(Error.Conflict("already-written", "has another reading already", $"readings[{i}].at"));
            else continue;
            if (closed[reading.AtSecond / deployment.Epochs.Seconds])
                return new Refusal(Error.Conflict("epoch-closed", "is in an epoch that is closed: its evidence is final", $"readings[{i}].at"));
        }
        return TypedResults.Ok(new MeterReceipt(stored));
    }

    private static async Task<Results<Ok<MeterView>, Refusal>> List(string id, string meter, Tx tx, DateTimeOffset? from = null, DateTimeOffset? to = null, long? after = null, int limit = 100)
    {
        if (Unknown(meter) is { } unknown) return new Refusal(unknown);
        if (await SiteStore.Find(tx, SiteId.From(id)) is not { } site) return new Refusal(Error.NotFound("site", id));
        var rows = await MeterStore.Between(tx, site.Id, meter, after ?? (from?.ToUnixTimeSeconds() - 1 ?? -1), to?.ToUnixTimeSeconds() ?? long.MaxValue, Paging.Clamp(limit));
        var page = Page.Of(rows.ConvertAll(r => new PostMeterReading(DateTimeOffset.FromUnixTimeSeconds(r.AtSecond), r.RegisterWh)), limit, r => r.At.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        return TypedResults.Ok(new MeterView(id, meter, Metered.Used(rows), page.Items, page.Next));
    }

    private static Error? Unknown(string meter) => Metered.Kinds.Contains(meter) ? null : Error.NotFound("meter", meter);
}

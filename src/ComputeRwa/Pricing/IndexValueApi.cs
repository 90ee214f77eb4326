using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Pricing;

/// <param name="PricePerGpuHour">a decimal string in the pay token, e.g. "2.50"</param>
/// <param name="Source">who computed it, or where it was read</param>
internal sealed record PostIndexValue(string GpuModel, string Region, long Epoch, string PricePerGpuHour, string Source);

internal sealed record IndexValueView(
    string Id, string GpuModel, string Region, long Epoch, MoneyJson PricePerGpuHour, string Source, DateTimeOffset CreatedAt);

internal static class IndexValueApi
{
    public static void MapIndexValues(this IEndpointRouteBuilder app)
    {
        var values = app.MapFeature("/v1/index-values", "Pricing");
        values.MapPost("/", Post).RequireAuthorization(Roles.Operator)
            .WithSummary("Write the price index of a GPU model and region for an epoch: once, and before the epoch is closed");
        values.MapGet("/", List).WithSummary("Index values in the order they were written");
    }

    private static async Task<Results<Created<IndexValueView>, Ok<IndexValueView>, Refusal>> Post(
        PostIndexValue request, Tx tx, PayTokens tokens, Deployment deployment, TimeProvider time)
    {
        var now = time.Now();
        if (!IndexValue.Make(request, tokens.Default, deployment.Epochs.EpochOf(now), now).Ok(out var value, out var error)) return new Refusal(error);
        if (await IndexValueStore.Find(tx, value) is { } known)
            return known.Says(value) ? TypedResults.Ok(View(known, tokens)) : new Refusal(AlreadyWritten(known, tokens));
        if (await TelemetryStore.IsClosed(tx, value.Epoch))
            return new Refusal(Error.Conflict("epoch-closed", $"epoch {value.Epoch} is closed: what it was settled with stands", "epoch"));
        if (!await IndexValueStore.Insert(tx, value)) return new Refusal(AlreadyWritten((await IndexValueStore.Find(tx, value))!, tokens));
        Feed.Append(tx, "index.written", value.Id, new { value.GpuModel, value.Region, value.Epoch, value = $"{value.Value}", value.Source }, now);
        return TypedResults.Created((string?)null, View(value, tokens));
    }

    private static Error AlreadyWritten(IndexValue known, PayTokens tokens) => Error.Conflict("already-written",
        $"the index of {known.GpuModel} in {known.Region} for epoch {known.Epoch} is {new Money(known.Value, tokens.Default)} from {known.Source}, written once and for all", "epoch");

    private static async Task<Ok<Page<IndexValueView>>> List(
        Tx tx, PayTokens tokens, string? gpuModel = null, string? region = null, string after = "", int limit = 100)
    {
        var rows = await IndexValueStore.List(tx, gpuModel, region, after, Paging.Clamp(limit));
        return TypedResults.Ok(Page.Of(rows.ConvertAll(v => View(v, tokens)), limit, v => v.Id));
    }

    private static IndexValueView View(IndexValue v, PayTokens tokens) =>
        new(v.Id, v.GpuModel, v.Region, v.Epoch, new Money(v.Value, tokens.Default).ToJson(), v.Source, v.CreatedAt);
}

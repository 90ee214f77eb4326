using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Pricing;

/// <param name="PricePerGpuHour">a decimal string in the pay token, e.g. "2.50"</param>
internal sealed record PostQuote(
    string GpuModel, string Region, string PricePerGpuHour, DateTimeOffset ValidFrom, DateTimeOffset ValidUntil, string Source);

internal sealed record QuoteView(
    string Id, string GpuModel, string Region, MoneyJson PricePerGpuHour, DateTimeOffset ValidFrom, DateTimeOffset ValidUntil, string Source,
    DateTimeOffset CreatedAt);

internal static class QuoteApi
{
    public static void MapQuotes(this IEndpointRouteBuilder app)
    {
        var quotes = app.MapFeature("/v1/quotes", "Pricing");
        quotes.MapPost("/", Post).RequireAuthorization(Roles.Provider).WithSummary("Quote a fixed price per GPU-hour");
        quotes.MapGet("/", List).WithSummary("Quotes that have not expired, oldest first");
        quotes.MapGet("/{id}", Get).WithSummary("One quote, expired or not");
    }

    private static async Task<Results<Created<QuoteView>, Refusal>> Post(PostQuote request, Tx tx, PayTokens tokens, TimeProvider time)
    {
        var now = time.Now();
        if (!Quote.Make(request, tokens.Default, now).Ok(out var quote, out var error)) return new Refusal(error);
        await QuoteStore.Insert(tx, quote);
        Feed.Append(tx, "quote.posted", quote.Id.Value, new { quote.GpuModel, quote.Region, validUntil = quote.ValidUntil }, now);
        return TypedResults.Created($"/v1/quotes/{quote.Id}", View(quote, tokens));
    }

    private static async Task<Ok<Page<QuoteView>>> List(
        Tx tx, PayTokens tokens, TimeProvider time, string? gpuModel = null, string? region = null, string after = "", int limit = 100)
    {
        var rows = await QuoteStore.List(tx, gpuModel, region, time.Now(), after, Paging.Clamp(limit));
        return TypedResults.Ok(Page.Of(rows.ConvertAll(q => View(q, tokens)), limit, q => q.Id));
    }

    private static async Task<Results<Ok<QuoteView>, Refusal>> Get(string id, Tx tx, PayTokens tokens) =>
        await QuoteStore.Find(tx, QuoteId.From(id)) is { } quote ? TypedResults.Ok(View(quote, tokens)) : new Refusal(Error.NotFound("quote", id));

    private static QuoteView View(Quote q, PayTokens tokens) => new(
        q.Id.Value, q.GpuModel, q.Region, new Money(q.Price, tokens.Default).ToJson(), q.ValidFrom, q.ValidUntil, q.Source, q.CreatedAt);
}

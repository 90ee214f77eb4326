using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Parties;

/// <param name="Address">the account that signs terms and receives units</param>
internal sealed record RegisterProvider(string Name, string Address);

internal sealed record ProviderView(string Id, string Name, string Address, DateTimeOffset CreatedAt);

/// <param name="KeyId">what it is listed and revoked by</param>
/// <param name="ApiKey">shown this once; only its hash is kept</param>
internal sealed record ProviderKey(string ProviderId, string KeyId, string ApiKey);

internal static class ProviderApi
{
    public static void MapProviders(this IEndpointRouteBuilder app)
    {
        var providers = app.MapFeature("/v1/providers", "Parties");
        providers.MapPost("/", Register).RequireAuthorization(Roles.Operator).WithSummary("Register a provider");
        providers.MapPost("/{id}/keys", MakeKey).RequireAuthorization(Roles.Operator).WithMetadata(new NeverKept())
            .WithSummary("Make an API key for a provider; it is shown once");
        providers.MapGet("/", List).WithSummary("Providers, oldest first");
        providers.MapGet("/{id}", Get).WithSummary("One provider");
    }

    private static async Task<Results<Created<ProviderView>, Refusal>> Register(RegisterProvider request, Tx tx, TimeProvider time)
    {
        var now = time.Now();
        if (!Provider.Register(request.Name, request.Address, now).Ok(out var provider, out var error)) return new Refusal(error);
        if (await ProviderStore.FindByAddress(tx, provider.Address) is { } known)
            return new Refusal(Error.Conflict("duplicate-name", $"address belongs to {known.Id} already", "address"));
        await ProviderStore.Insert(tx, provider);
        Feed.Append(tx, "provider.registered", provider.Id.Value, new { provider.Name, address = provider.Address.Value }, now);
        return TypedResults.Created($"/v1/providers/{provider.Id}", View(provider));
    }

    private static async Task<Results<Created<ProviderKey>, Refusal>> MakeKey(string id, Tx tx, TimeProvider time)
    {
        if (await ProviderStore.Find(tx, ProviderId.From(id)) is not { } provider) return new Refusal(Error.NotFound("provider", id));
        var key = ApiKeys.Make();
        var keyId = await ApiKeys.Store(tx, key, Roles.Provider, provider.Id.Value, time.Now());
        return TypedResults.Created((string?)null, new ProviderKey(provider.Id.Value, keyId, key));
    }

    private static async Task<Ok<Page<ProviderView>>> List(Tx tx, string after = "", int limit = 100)
    {
        var rows = await ProviderStore.List(tx, after, Paging.Clamp(limit));
        return TypedResults.Ok(Page.Of(rows.ConvertAll(View), limit, p => p.Id));
    }

    private static async Task<Results<Ok<ProviderView>, Refusal>> Get(string id, Tx tx) =>
        await ProviderStore.Find(tx, ProviderId.From(id)) is { } provider ? TypedResults.Ok(View(provider)) : new Refusal(Error.NotFound("provider", id));

    private static ProviderView View(Provider p) => new(p.Id.Value, p.Name, p.Address.Value, p.CreatedAt);
}

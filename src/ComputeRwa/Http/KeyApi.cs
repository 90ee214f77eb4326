using ComputeRwa.Db;
using ComputeRwa.Kernel;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Http;

/// <param name="ProviderId">null for the operator's</param>
/// <param name="RevokedAt">null while it is taken</param>
internal sealed record KeyView(string Id, string Role, string? ProviderId, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt);

/// <summary>The operator's alone: whoever steals a provider's key could otherwise revoke the provider's others.</summary>
internal static class KeyApi
{
    public static void MapKeys(this IEndpointRouteBuilder app)
    {
        var keys = app.MapFeature("/v1/keys", "Parties").RequireAuthorization(Roles.Operator);
        keys.MapGet("/", List).WithSummary("API keys, oldest first, by their ids: the keys themselves are not kept");
        keys.MapDelete("/{id}", Revoke).WithSummary("Take an API key out of use at once; a repeat changes nothing");
    }

    private static async Task<Ok<Page<KeyView>>> List(Tx tx, string after = "", int limit = 100, string? providerId = null)
    {
        var rows = await ApiKeys.List(tx, providerId, after, Paging.Clamp(limit));
        return TypedResults.Ok(Page.Of(rows, limit, k => k.Id));
    }

    private static async Task<Results<Ok<KeyView>, Refusal>> Revoke(string id, Tx tx, TimeProvider time)
    {
        await ApiKeys.HoldOperators(tx);
        if (await ApiKeys.Get(tx, id) is not { } key) return new Refusal(Error.NotFound("key", id));
        if (key.RevokedAt is not null) return TypedResults.Ok(key);
        if (key.Role == Roles.Operator && await ApiKeys.CountOperators(tx) == 1)
            return new Refusal(Error.Conflict("conflict", "It is the operator's last key. Start with another Auth:OperatorKey first.", "id"));
        var now = time.Now();
        await ApiKeys.Revoke(tx, id, now);
        Feed.Append(tx, "key.revoked", id, new { key.Role, key.ProviderId }, now);
        return TypedResults.Ok((await ApiKeys.Get(tx, id))!);
    }
}

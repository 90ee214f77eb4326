using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Settlement;

/// <param name="Block">both sides are compared as of the end of this block, the last that every projection has folded in</param>
internal sealed record ReconciliationView(bool Balanced, long Block, DateTimeOffset BlockTime, IReadOnlyList<Check> Checks);

internal static class ReconciliationApi
{
    public static void MapReconciliation(this IEndpointRouteBuilder app) => app.MapFeature("/v1/reconciliation", "Settlement").MapGet("/", Get)
        .WithSummary("Whether database, chain and Merkle evidence agree to the unit, or exactly where they do not");

    /// <param name="epochs">how many of the latest epochs' trees are rebuilt, at most 500</param>
    private static async Task<Results<Ok<ReconciliationView>, Refusal>> Get(Tx tx, Reconciler reconciler, int epochs = 100)
    {
        if (!(await reconciler.Run(tx, Paging.Clamp(epochs))).Ok(out var found, out var error)) return new Refusal(error);
        return TypedResults.Ok(new ReconciliationView(found.Checks.TrueForAll(c => c.Balanced), found.Block.Number, found.Block.MinedAt, found.Checks));
    }
}

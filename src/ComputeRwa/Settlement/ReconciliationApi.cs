using System.Text.Json.Nodes;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Settlement;

/// <param name="Block">both sides are compared as of the end of this block, the last that every projection has folded in</param>
internal sealed record ReconciliationView(bool Balanced, long Block, DateTimeOffset BlockTime, IReadOnlyList<Check> Checks);

/// <summary>What a scheduled comparison found.</summary>
/// <param name="Differences">how many</param>
/// <param name="Found">the first of them: table, row, block and both values</param>
internal sealed record ReconciliationRunView(DateTimeOffset RanAt, long Block, long Compared, long Differences, JsonNode? Found);

internal static class ReconciliationApi
{
    public static void MapReconciliation(this IEndpointRouteBuilder app)
    {
        var reconciliation = app.MapFeature("/v1/reconciliation", "Settlement");
        reconciliation.MapGet("/", Get).WithSummary("Whether database, chain and Merkle evidence agree to the unit, or exactly where they do not");
        reconciliation.MapGet("/runs", Runs).WithSummary("What the scheduled comparisons found, newest first");
    }

    private static async Task<Ok<Page<ReconciliationRunView>>> Runs(Tx tx, DateTimeOffset? before = null, int limit = 100)
    {
        var rows = await ReconciliationStore.Before(tx, before ?? DateTimeOffset.MaxValue, Paging.Clamp(limit));
        return TypedResults.Ok(Page.Of(rows.ConvertAll(r => new ReconciliationRunView(r.RanAt, r.Block, r.Compared, r.Differences, JsonNode.Parse(r.Found))),
            limit, r => r.RanAt.ToString("O", System.Globalization.CultureInfo.InvariantCulture)));
    }

    /// <param name="epochs">how many of the latest epochs' trees are rebuilt, at most 500</param>
    private static async Task<Results<Ok<ReconciliationView>, Refusal>> Get(Tx tx, Reconciler reconciler, int epochs = 100)
    {
        if (!(await reconciler.Run(tx, Paging.Clamp(epochs))).Ok(out var found, out var error)) return new Refusal(error);
        return TypedResults.Ok(new ReconciliationView(found.Checks.TrueForAll(c => c.Balanced), found.Block.Number, found.Block.MinedAt, found.Checks));
    }
}

using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Leases;

/// <param name="Amount">decimal, in the pay token</param>
/// <param name="Source">who to ask: a marketplace, a billing system, an account</param>
internal sealed record PostRevenue(long Epoch, string Amount, string Source);

/// <param name="SourceHash">keccak256 of the source's text in UTF-8: the record's revenueSource</param>
internal sealed record RevenueView(string LeaseId, long Epoch, MoneyJson Amount, string Source, string SourceHash, string ReportedBy, DateTimeOffset CreatedAt);

internal static class RevenueApi
{
    public static void MapRevenue(this RouteGroupBuilder leases)
    {
        leases.MapPost("/{id}/revenue", Report).RequireAuthorization(Roles.Provider)
            .WithSummary("Report an epoch's revenue of a lease that is paid in a share of it: once, and before the epoch is closed");
        leases.MapGet("/{id}/revenue", List).WithSummary("Reported revenue of a lease, by the epoch");
    }

    private static async Task<Results<Created<RevenueView>, Ok<RevenueView>, Refusal>> Report(
        string id, PostRevenue request, HttpContext http, Tx tx, TimeProvider time, Deployment deployment, LeaseBoard board)
    {
        var now = time.Now();
        if (await LeaseStore.Find(tx, id) is not { } lease) return new Refusal(Error.NotFound("lease", id));
        if (!http.MayActFor(lease.ProviderId)) return new Refusal(LeaseApi.NotYours("id"));
        var (token, by) = (board.TokenOf(lease.Terms), http.Provider()?.Value ?? Roles.Operator);
        if (!Revenue.Report(lease, request, token, deployment.Epochs.EpochOf(now), by, now).Ok(out var revenue, out var error)) return new Refusal(error);
        if (LeaseRules.RefuseRevenue(await board.Status(tx, lease)) is { } refused) return new Refusal(refused);
        if (await RevenueStore.Find(tx, lease.Id, revenue.Epoch) is { } known)
            return known.Says(revenue) ? TypedResults.Ok(View(known, token)) : new Refusal(AlreadyWritten(known, token));
        if (await TelemetryStore.IsClosed(tx, revenue.Epoch))
            return new Refusal(Error.Conflict("epoch-closed", $"epoch {revenue.Epoch} is closed: what it was settled with stands", "epoch"));
        if (!await RevenueStore.Insert(tx, revenue)) return new Refusal(AlreadyWritten((await RevenueStore.Find(tx, lease.Id, revenue.Epoch))!, token));
        Feed.Append(tx, "lease.revenue", lease.Id.Value, new { revenue.Epoch, amount = $"{revenue.Amount}", revenue.Source }, now);
        return TypedResults.Created((string?)null, View(revenue, token));
    }

    private static async Task<Results<Ok<Page<RevenueView>>, Refusal>> List(string id, Tx tx, LeaseBoard board, long after = -1, int limit = 100)
    {
        if (await LeaseStore.Find(tx, id) is not { } lease) return new Refusal(Error.NotFound("lease", id));
        var token = board.TokenOf(lease.Terms);
        var rows = await RevenueStore.Of(tx, lease.Id, after, Paging.Clamp(limit));
        return TypedResults.Ok(Page.Of(rows.ConvertAll(r => View(r, token)), limit, r => $"{r.Epoch}"));
    }

    private static Error AlreadyWritten(Revenue known, PayToken token) => Error.Conflict("already-written",
        $"the revenue of epoch {known.Epoch} is {new Money(known.Amount, token)} from {known.Source}, written once and for all", "epoch");

    private static RevenueView View(Revenue r, PayToken token) =>
        new(r.LeaseId.Value, r.Epoch, new Money(r.Amount, token).ToJson(), r.Source, r.SourceHash.Value, r.ReportedBy, r.CreatedAt);
}

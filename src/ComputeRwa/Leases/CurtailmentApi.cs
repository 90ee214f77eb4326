using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Leases;

/// <param name="From">the first second curtailed, in whole seconds</param>
/// <param name="To">the first second no longer curtailed</param>
internal sealed record GiveNotice(DateTimeOffset From, DateTimeOffset To, string Reason);

internal sealed record NoticeView(string Id, string LeaseId, DateTimeOffset From, DateTimeOffset To, string Reason, DateTimeOffset CreatedAt);

internal static class CurtailmentApi
{
    public static void MapCurtailments(this RouteGroupBuilder leases)
    {
        leases.MapPost("/{id}/curtailments", Give).RequireAuthorization(Roles.Provider)
            .WithSummary("Give notice that all GPUs of an interruptible lease stand still for a time");
        leases.MapGet("/{id}/curtailments", List).WithSummary("Curtailment notices of a lease, by their start");
    }

    private static async Task<Results<Created<NoticeView>, Refusal>> Give(
        string id, GiveNotice request, HttpContext http, Tx tx, TimeProvider time, Deployment deployment, LeaseBoard board)
    {
        var (now, length) = (time.Now(), deployment.Epochs);
        if (await LeaseStore.Find(tx, id) is not { } lease) return new Refusal(Error.NotFound("lease", id));
        if (!http.MayActFor(lease.ProviderId)) return new Refusal(LeaseApi.NotYours("id"));
        if (LeaseRules.RefuseCurtailment(await board.Status(tx, lease)) is { } refused) return new Refusal(refused);
        if (lease.Terms.CurtailLimitBps == 0) return new Refusal(Error.Conflict("conflict", "the terms do not allow this lease to be interrupted"));
        if (!CurtailmentNotice.Give(lease, length, request.From, request.To, request.Reason, now).Ok(out var notice, out var error)) return new Refusal(error);
        if (await TelemetryStore.IsClosed(tx, length.EpochOf(notice.From))) return new Refusal(Error.Conflict("epoch-closed", "the epoch of from is closed", "from"));
        await CurtailmentStore.Insert(tx, notice);
        Feed.Append(tx, "lease.curtailed", lease.Id.Value, new { notice.From, notice.To, notice.Reason }, now);
        return TypedResults.Created((string?)null, View(notice));
    }

    private static async Task<Results<Ok<Page<NoticeView>>, Refusal>> List(string id, Tx tx, Deployment deployment)
    {
        if (await LeaseStore.Find(tx, id) is not { } lease) return new Refusal(Error.NotFound("lease", id));
        var (from, to) = (deployment.Epochs.StartOf(lease.Terms.StartEpoch), deployment.Epochs.EndOf(lease.Terms.LastEpoch));
        var notices = (await CurtailmentStore.Of(tx, [lease.Id], from, to))[lease.Id];
        return TypedResults.Ok(new Page<NoticeView>([.. notices.Select(View)], null));
    }

    private static NoticeView View(CurtailmentNotice n) => new(n.Id, n.LeaseId.Value, n.From, n.To, n.Reason, n.CreatedAt);
}

using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Fleet;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Telemetry;
using ComputeRwa.Telemetry.Findings;
using ComputeRwa.Telemetry.Meters;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Settlement;

/// <param name="Policy">report, or lowerTrust: then a finding of the lease's GPUs lowers its label to Self-reported</param>
internal sealed record SetFindingPolicy(FindingPolicy Policy);

/// <param name="IsSet">false where nobody has set one: then findings are reported</param>
internal sealed record FindingPolicyView(string LeaseId, FindingPolicy Policy, bool IsSet);

/// <param name="Label">of this statement; nothing is settled by it</param>
/// <param name="RecordTrust">of the metering record, which the chain has</param>
/// <param name="Registered">the site's factors that facility energy and heat were settled with</param>
/// <param name="Measured">the same by the site's meters; null where they do not cover the epoch</param>
internal sealed record TrustView(
    string LeaseId, long Epoch, Trust Label, Trust RecordTrust, FindingPolicy Policy, IReadOnlyList<TrustReason> Reasons, SiteRatios Registered, SiteRatios Measured);

/// <param name="PueBps">facility energy / energy of the machines, in ten-thousandths</param>
/// <param name="HeatReuseBps">heat that leaves for use / facility energy</param>
internal sealed record SiteRatios(long? PueBps, long? HeatReuseBps);

internal static class TrustApi
{
    // Meters are commonly read every quarter of an hour.
    private const long LeastSlack = 900;

    public static void MapTrust(this IEndpointRouteBuilder app)
    {
        var leases = app.MapFeature("/v1/leases/{id}", "Settlement");
        leases.MapGet("/findings", Findings).WithSummary("Contradictions found in what a lease's GPUs reported during it, oldest first");
        leases.MapGet("/finding-policy", Policy).WithSummary("What a finding does to the lease's trust label");
        leases.MapPut("/finding-policy", SetPolicy).RequireAuthorization(Roles.Provider).WithSummary("Say what a finding does to the lease's trust label: once, and before the lease starts");
        leases.MapGet("/epochs/{epoch:long}/trust", Trusting).WithSummary("How far a lease's closed epoch is to be believed, and why");
    }

    private static async Task<Results<Ok<Page<FindingView>>, Refusal>> Findings(string id, Tx tx, string after = "", int limit = 100)
    {
        if (await LeaseStore.Find(tx, id) is not { } lease) return new Refusal(Error.NotFound("lease", id));
        var rows = await FindingStore.OfGpus(tx, await Uuids(tx, lease), lease.Terms.StartEpoch, lease.Terms.LastEpoch, after, Paging.Clamp(limit));
        return TypedResults.Ok(Page.Of(rows.ConvertAll(FindingView.Of), limit, f => f.Id));
    }

    private static async Task<Results<Ok<FindingPolicyView>, Refusal>> Policy(string id, Tx tx) =>
        await LeaseStore.Find(tx, id) is { } lease ? TypedResults.Ok(View(lease, await FindingPolicyStore.Find(tx, lease.Id))) : new Refusal(Error.NotFound("lease", id));

    private static async Task<Results<Ok<FindingPolicyView>, Refusal>> SetPolicy(
        string id, SetFindingPolicy request, HttpContext http, Tx tx, Deployment deployment, TimeProvider time)
    {
        var now = time.Now();
        if (await LeaseStore.FindToChange(tx, id) is not { } lease) return new Refusal(Error.NotFound("lease", id));
        if (!http.MayActFor(lease.ProviderId)) return new Refusal(LeaseApi.NotYours("id"));
        if (await FindingPolicyStore.Find(tx, lease.Id) is { } known)
            return known == request.Policy ? TypedResults.Ok(View(lease, known)) : new Refusal(Error.Conflict("already-written", "is written once and for all", "policy"));
        if (deployment.Epochs.EpochOf(now) >= lease.Terms.StartEpoch) return new Refusal(Error.Conflict("conflict", "the lease has started: what a finding does stands", "policy"));
        await FindingPolicyStore.Insert(tx, lease.Id, request.Policy, http.Provider()?.Value ?? Roles.Operator, now);
        Feed.Append(tx, "lease.finding-policy", lease.Id.Value, new { policy = request.Policy == FindingPolicy.LowerTrust ? "lowerTrust" : "report" }, now);
        return TypedResults.Ok(View(lease, request.Policy));
    }

    private static async Task<Results<Ok<TrustView>, Refusal>> Trusting(string id, long epoch, Tx tx, Deployment deployment)
    {
        if (await LeaseStore.Find(tx, id) is not { } lease) return new Refusal(Error.NotFound("lease", id));
        if (await EpochStore.Find(tx, epoch) is not { } row) return new Refusal(EpochApi.NotClosed(epoch));
        if (await EpochStore.Record(tx, row, lease.Id) is not { } record)
            return new Refusal(new("not-found", $"Lease {id} was not metered in epoch {epoch}.", [new("epoch", "is not one of the lease's")]));
        var (start, seconds) = (deployment.Epochs.StartOf(epoch), deployment.Epochs.Seconds);
        var factors = await SiteStore.FactorsAt(tx, lease.SiteId, start) ?? throw new InvalidOperationException($"Site {lease.SiteId} of lease {lease.Id} has no factors.");
        var (facility, it, heat) = (await Counted("facility"), await Counted("it"), await Counted("heat"));
        var findings = await FindingStore.OfGpus(tx, await Uuids(tx, lease), epoch, epoch, "", Paging.Most);
        var policy = await FindingPolicyStore.Find(tx, lease.Id) ?? FindingPolicy.Report;
        var (label, reasons) = CrossCheck.Of(record, new(
            await CheckStore.IsFinal(tx, epoch), findings.ConvertAll(f => f.CheckName), policy, await CheckStore.Energy(tx, epoch, lease.SiteId) / 3_600_000,
            it ?? (facility is { } whole ? (long)((Int128)whole * 10_000 / factors.PueBps) : null),
            it is not null || facility is null ? "the site's IT meter" : $"the site's facility meter with a PUE of {factors.PueBps} bps"));
        return TypedResults.Ok(new TrustView(
            lease.Id.Value, epoch, label, (Trust)record.Trust, policy, reasons, new(factors.PueBps, factors.HeatReuseBps), new(Ratio(facility, it), Ratio(heat, facility))));

        async Task<long?> Counted(string meter) => (await MeterStore.Over(
            tx, lease.SiteId, meter, start.ToUnixTimeSeconds(), start.ToUnixTimeSeconds() + seconds, Math.Max(LeastSlack, seconds / 24)))?.Share(seconds);
    }

    private static long? Ratio(long? of, long? to) => of is { } part && to is > 0 and var whole ? (long)((Int128)part * 10_000 / whole) : null;

    private static async Task<IEnumerable<string>> Uuids(Tx tx, Lease lease) => (await LeaseStore.Gpus(tx, [lease.Id]))[lease.Id].Select(g => g.Uuid);

    private static FindingPolicyView View(Lease lease, FindingPolicy? policy) => new(lease.Id.Value, policy ?? FindingPolicy.Report, policy is not null);
}

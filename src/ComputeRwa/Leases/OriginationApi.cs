using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Leases;

/// <param name="Permit">the lessee's, for LeaseClaims to pull escrow and deposit; null when an allowance is there already</param>
internal sealed record OriginateLease(PermitInput? Permit = null);

/// <param name="Value">base units</param>
/// <param name="Deadline">unix seconds</param>
internal sealed record PermitView(System.Text.Json.Nodes.JsonNode TypedData, string Digest, string Value, long Deadline);

internal static class OriginationApi
{
    public static void MapOrigination(this RouteGroupBuilder leases)
    {
        leases.MapGet("/{id}/origination/permit", Permit).WithSummary("The lessee's ERC-2612 permit for escrow and deposit, to sign");
        leases.MapPost("/{id}/origination", Originate).RequireAuthorization(Roles.Provider).WithMetadata(new NeedsIdempotencyKey())
            .WithSummary("Originate the lease on chain: mint its units to the provider and fund its escrow");
    }

    private static async Task<Results<Ok<PermitView>, Refusal>> Permit(string id, Tx tx, PermitDesk permits, Deployment deployment)
    {
        if (await LeaseStore.Find(tx, id) is not { } lease) return new Refusal(Error.NotFound("lease", id));
        // The offer expires when the start epoch begins, so a permit need not live longer.
        var deadline = deployment.Epochs.StartOf(lease.Terms.StartEpoch).ToUnixTimeSeconds();
        var view = await permits.View(lease.Terms.PayToken, lease.Terms.Lessee, lease.DueAtOrigination, deadline);
        return TypedResults.Ok(new PermitView(view.TypedData, view.Digest, lease.DueAtOrigination.ToString(System.Globalization.CultureInfo.InvariantCulture), deadline));
    }

    private static async Task<Results<Accepted<TransactionView>, Refusal>> Originate(
        string id, OriginateLease request, HttpContext http, Tx tx, TimeProvider time, PermitDesk permits, Deployment deployment, LeaseBoard board)
    {
        var now = time.Now();
        if (await LeaseStore.FindToChange(tx, id) is not { } lease) return new Refusal(Error.NotFound("lease", id));
        if (!http.MayActFor(lease.ProviderId)) return new Refusal(LeaseApi.NotYours("id"));
        var status = await board.Status(tx, lease);
        if (LeaseRules.RefuseOrigination(lease, status) is { } refused) return new Refusal(refused);
        if (status == LeaseStatus.Originating) return await TransactionApi.Accept(tx, LeaseContracts.Originate(lease, PermitDesk.None, deployment), now);
        var permit = PermitDesk.None;
        if (request.Permit is { } given)
        {
            var check = await permits.Check(given, lease.Terms.PayToken, lease.Terms.Lessee, lease.DueAtOrigination, now);
            if (!check.Ok(out var signed, out var error)) return new Refusal(error);
            permit = signed;
        }
        if (await permits.RefuseShort(lease.Terms.PayToken, lease.Terms.Lessee, lease.DueAtOrigination, request.Permit is not null) is { } shortOf) return new Refusal(shortOf);
        var accepted = await TransactionApi.Accept(tx, LeaseContracts.Originate(lease, permit, deployment), now);
        await LeaseStore.SetOrigination(tx, lease.Id, TransactionId.From(accepted.Value!.Id));
        Feed.Append(tx, "lease.originating", lease.Id.Value, new { transactionId = accepted.Value.Id }, now);
        return accepted;
    }
}

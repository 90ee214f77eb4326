using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Settlement;

/// <param name="Deadline">unix seconds</param>
internal sealed record ObjectionInput(long Epoch, long Deadline);

/// <param name="Signature">the lessee's</param>
internal sealed record ObjectTo(long Epoch, long Deadline, string Signature);

/// <param name="Granted">decimal, in the pay token: what of the disputed rent is owed</param>
internal sealed record ResolutionInput(string Granted);

/// <summary>By attestors, by both parties, or with neither by silence or because the root was cancelled.</summary>
/// <param name="Granted">decimal, in the pay token; left out without signatures</param>
/// <param name="Attestations">of a quorum of attestors, in any order</param>
internal sealed record ResolveObjection(
    string? Granted = null, IReadOnlyList<string>? Attestations = null, string? ProviderSignature = null, string? LesseeSignature = null);

/// <param name="Increment">rent of the epoch, held back until decided</param>
/// <param name="Minimum">what is owed of it if nobody decides</param>
/// <param name="Granted">what was decided to be owed; null while undecided</param>
internal sealed record ObjectionView(
    string LeaseId, long Epoch, string Lessee, MoneyJson Increment, MoneyJson Minimum, DateTimeOffset DecideBy, DateTimeOffset At, string TxHash,
    MoneyJson? Granted, DateTimeOffset? DecidedAt, string? DecidedTxHash);

internal static class ObjectionApi
{
    public static void MapObjections(this IEndpointRouteBuilder app)
    {
        var leases = app.MapFeature("/v1/leases", "Settlement");
        leases.MapGet("/{id}/objections", List).WithSummary("Objections of a lessee to epochs of its lease, oldest first");
        leases.MapPost("/{id}/objections/typed-data", TypedData).RequireAuthorization(Roles.Provider).WithSummary("What a lessee signs to dispute an epoch's measurement");
        leases.MapPost("/{id}/objections", Object).RequireAuthorization(Roles.Provider).WithMetadata(new NeedsIdempotencyKey())
            .WithSummary("Object to an epoch of a lease by the lessee's signature: its rent is held back until decided");
        leases.MapPost("/{id}/objections/{epoch:long}/resolution/typed-data", ResolutionTypedData).RequireAuthorization(Roles.Provider)
            .WithSummary("What attestors, or both parties, sign to decide an objection");
        leases.MapPost("/{id}/objections/{epoch:long}/resolution", Resolve).RequireAuthorization(Roles.Provider).WithMetadata(new NeedsIdempotencyKey())
            .WithSummary("Decide an objection: by a quorum of attestors, by both parties, or by silence once its time is over");
    }

    private static async Task<Results<Ok<Page<ObjectionView>>, Refusal>> List(string id, Tx tx, LeaseBoard board)
    {
        if (await LeaseStore.Find(tx, id) is not { } lease) return new Refusal(Error.NotFound("lease", id));
        var token = board.TokenOf(lease.Terms);
        return TypedResults.Ok(new Page<ObjectionView>([.. (await ObjectionStore.Of(tx, lease.Id)).Select(o => new ObjectionView(
            lease.Id.Value, o.Objection.Epoch, o.Objection.Lessee.Value, new Money(o.Objection.Increment, token).ToJson(), new Money(o.Objection.Minimum, token).ToJson(),
            DateTimeOffset.FromUnixTimeSeconds(o.Objection.DecideBy), o.Objection.MinedAt, o.Objection.TxHash.Value,
            o.Resolution is { } r ? new Money(r.Granted, token).ToJson() : null, o.Resolution?.MinedAt, o.Resolution?.TxHash.Value))], null));
    }

    private static async Task<Results<Ok<TypedDataView>, Refusal>> TypedData(string id, ObjectionInput request, Tx tx, ObjectionDesk desk, Deployment deployment) =>
        (await desk.Ask(tx, id, request)).Ok(out var asked, out var error)
            ? TypedResults.Ok(Eip712.View(SigningDomains.EpochLedger(deployment), asked.Message)) : new Refusal(error);

    private static async Task<Results<Accepted<TransactionView>, Refusal>> Object(
        string id, ObjectTo request, Tx tx, ObjectionDesk desk, SignatureCheck signatures, Deployment deployment, TimeProvider time)
    {
        if (!(await desk.Ask(tx, id, new(request.Epoch, request.Deadline))).Ok(out var asked, out var error)) return new Refusal(error);
        var digest = Eip712.Digest(SigningDomains.EpochLedger(deployment), asked.Message);
        if (!(await signatures.Check(request.Signature, asked.Lease.Terms.Lessee, digest, "signature")).Ok(out var signature, out error)) return new Refusal(error);
        if (await desk.RefuseWithoutBond(asked.Lease) is { } shortOf) return new Refusal(shortOf);
        return await TransactionApi.Accept(tx, Objecting.Object(asked.Lease, asked.Epoch, asked.Step, asked.Message, signature, deployment), time.Now());
    }

    private static async Task<Results<Ok<TypedDataView>, Refusal>> ResolutionTypedData(
        string id, long epoch, ResolutionInput request, Tx tx, ObjectionDesk desk, LeaseBoard board, Deployment deployment)
    {
        if (!(await desk.Standing(tx, id, epoch)).Ok(out var standing, out var error)) return new Refusal(error);
        return Objecting.Resolution(standing.Lease, epoch, standing.Objection, request.Granted, board.TokenOf(standing.Lease.Terms)).Ok(out var message, out error)
            ? TypedResults.Ok(Eip712.View(SigningDomains.EpochLedger(deployment), message)) : new Refusal(error);
    }

    private static async Task<Results<Accepted<TransactionView>, Refusal>> Resolve(string id, long epoch, ResolveObjection request, Tx tx, ObjectionDesk desk, TimeProvider time)
    {
        if (!(await desk.Standing(tx, id, epoch)).Ok(out var standing, out var error)) return new Refusal(error);
        if (!(await desk.Resolve(tx, standing, epoch, request, time.Now())).Ok(out var command, out error)) return new Refusal(error);
        return await TransactionApi.Accept(tx, command, time.Now());
    }
}

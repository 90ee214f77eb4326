using System.Security.Cryptography;
using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Fleet;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using ComputeRwa.Parties;
using ComputeRwa.Pricing;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Leases;

/// <param name="Party">provider or lessee</param>
/// <param name="Signature">65 bytes, or an ERC-1271 wallet's own</param>
internal sealed record SignLease(string Party, string Signature);

internal static class LeaseApi
{
    public static void MapLeases(this IEndpointRouteBuilder app)
    {
        var leases = app.MapFeature("/v1/leases", "Leases");
        leases.MapPost("/", Draft).RequireAuthorization(Roles.Provider).WithMetadata(new NeedsIdempotencyKey())
            .WithSummary("Draft a lease; its GPUs are held until it is withdrawn or its start passes");
        leases.MapGet("/", List).WithSummary("Leases, oldest first");
        leases.MapGet("/{id}", Get).WithSummary("One lease");
        leases.MapGet("/{id}/typed-data", TypedData).WithSummary("The terms as both parties sign them");
        leases.MapPost("/{id}/signatures", Sign).RequireAuthorization(Roles.Provider).WithSummary("Hand in a party's signature over the terms");
        leases.MapDelete("/{id}", Withdraw).RequireAuthorization(Roles.Provider).WithSummary("Withdraw a draft that is not originated; its GPUs are free again");
        leases.MapOrigination();
        leases.MapFunding();
        leases.MapFundingAuthorizations();
        leases.MapCashOut();
        leases.MapEndings();
        leases.MapUseRights();
        leases.MapCurtailments();
        leases.MapRevenue();
    }

    private static async Task<Results<Created<LeaseView>, Refusal>> Draft(
        DraftLease request, HttpContext http, Tx tx, TimeProvider time, Deployment deployment, PayTokens tokens, LeaseBoard board)
    {
        var now = time.Now();
        if (await ProviderStore.Find(tx, ProviderId.From(request.ProviderId)) is not { } provider)
            return new Refusal(new("not-found", $"There is no provider {request.ProviderId}.", [new("providerId", "is not a registered provider")]));
        if (!http.MayActFor(provider.Id)) return new Refusal(NotYours("providerId"));
        var seq = await LeaseStore.TakeTurn(tx);
        var context = await Context(tx, request, provider, tokens.Default, deployment.Epochs, now);
        if (!Drafting.Check(request, context).Ok(out var draft, out var error)) return new Refusal(error);
        if (await AlreadyLet(tx, request, draft.Terms, context.PresentEpoch) is { } let) return new Refusal(let);
        var lease = new Lease(LeaseContracts.Id(draft.Terms, deployment), provider.Id, draft.SiteId, draft.Terms, draft.CapPerEpoch, null, null, null, null, now);
        if (!await LeaseStore.Insert(tx, seq, lease, draft.Gpus)) return new Refusal(Error.Conflict("duplicate-name", $"these terms are lease {lease.Id} already", "salt"));
        Feed.Append(tx, "lease.drafted", lease.Id.Value, new { providerId = provider.Id.Value, lessee = lease.Terms.Lessee.Value, gpuCount = lease.Terms.GpuCount }, now);
        return TypedResults.Created($"/v1/leases/{lease.Id}", await board.View(tx, lease));
    }

    private static async Task<Ok<Page<LeaseView>>> List(Tx tx, LeaseBoard board, string after = "", int limit = 100) =>
        TypedResults.Ok(Page.Of(await board.Views(tx, await LeaseStore.List(tx, after, Paging.Clamp(limit))), limit, l => l.Id));

    private static async Task<Results<Ok<LeaseView>, Refusal>> Get(string id, Tx tx, LeaseBoard board) =>
        await LeaseStore.Find(tx, id) is { } lease ? TypedResults.Ok(await board.View(tx, lease)) : new Refusal(Error.NotFound("lease", id));

    private static async Task<Results<Ok<TypedDataView>, Refusal>> TypedData(string id, Tx tx, Deployment deployment) =>
        await LeaseStore.Find(tx, id) is { } lease ? TypedResults.Ok(LeaseContracts.TypedData(lease.Terms, deployment)) : new Refusal(Error.NotFound("lease", id));

    private static async Task<Results<Ok<LeaseView>, Refusal>> Sign(
        string id, SignLease request, HttpContext http, Tx tx, TimeProvider time, SignatureCheck signatures, LeaseBoard board)
    {
        var now = time.Now();
        if (await LeaseStore.FindToChange(tx, id) is not { } lease) return new Refusal(Error.NotFound("lease", id));
        if (!http.MayActFor(lease.ProviderId)) return new Refusal(NotYours("id"));
        if (request.Party is not ("provider" or "lessee")) return new Refusal(Error.Invalid("party", "must be provider or lessee"));
        if (LeaseRules.RefuseSignature(await board.Status(tx, lease)) is { } refused) return new Refusal(refused);
        var party = request.Party == "provider" ? Party.Provider : Party.Lessee;
        var signer = party == Party.Provider ? lease.Terms.Provider : lease.Terms.Lessee;
        if (!(await signatures.Check(request.Signature, signer, lease.Id, "signature")).Ok(out var bytes, out var error)) return new Refusal(error);
        await LeaseStore.SetSignature(tx, lease.Id, party, bytes, now);
        Feed.Append(tx, "lease.signed", lease.Id.Value, new { party = request.Party, signer = signer.Value }, now);
        return TypedResults.Ok(await board.View(tx, (await LeaseStore.Find(tx, id))!));
    }

    private static async Task<Results<Ok<LeaseView>, Refusal>> Withdraw(string id, HttpContext http, Tx tx, TimeProvider time, LeaseBoard board)
    {
        var now = time.Now();
        if (await LeaseStore.FindToChange(tx, id) is not { } lease) return new Refusal(Error.NotFound("lease", id));
        if (!http.MayActFor(lease.ProviderId)) return new Refusal(NotYours("id"));
        if (LeaseRules.RefuseWithdrawal(await board.Status(tx, lease)) is { } refused) return new Refusal(refused);
        await LeaseStore.Withdraw(tx, lease.Id, now);
        Feed.Append(tx, "lease.withdrawn", lease.Id.Value, new { providerId = lease.ProviderId.Value }, now);
        return TypedResults.Ok(await board.View(tx, lease with { WithdrawnAt = now }));
    }

    public static Error NotYours(string field) => new("forbidden", "The lease belongs to another provider than this key.", [new(field, "is not this key's")]);

    private static async Task<DraftContext> Context(Tx tx, DraftLease request, Provider provider, PayToken token, EpochLength length, DateTimeOffset now)
    {
        var named = request.Gpus.Take(Drafting.MostGpus).Where(g => g is not null).Select(g => g!.Uuid).ToList();
        var places = (await NodeStore.Locate(tx, named.Distinct())).ToDictionary(p => p.Uuid);
        var first = named.Select(u => places.GetValueOrDefault(u)).FirstOrDefault(p => p is not null);
        return new(provider, token, places, first is null ? null : await SiteStore.Find(tx, first.SiteId), length.EpochOf(now), length.Seconds,
            Hash32.Of(RandomNumberGenerator.GetBytes(32)));
    }

    private static async Task<Error?> AlreadyLet(Tx tx, DraftLease request, LeaseTerms terms, long presentEpoch)
    {
        var holds = (await LeaseStore.Holds(tx, request.Gpus.Select(g => g!.Uuid).ToList(), terms.StartEpoch, terms.LastEpoch, presentEpoch)).ToLookup(h => h.GpuUuid);
        var let = request.Gpus.SelectMany((g, i) => holds[g!.Uuid].Take(1)
            .Select(h => new FieldError($"gpus[{i}]", $"is let by lease {h.LeaseId} in epochs {h.StartEpoch} to {h.LastEpoch}"))).ToList();
        return let.Count == 0 ? null : new("gpu-already-let", $"{let.Count} of these GPUs are committed in these epochs already.", let);
    }
}

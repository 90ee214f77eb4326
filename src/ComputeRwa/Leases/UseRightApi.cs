using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Leases;

/// <param name="Contract">UseRights (ERC-721 with ERC-4907); the token id is the lease id</param>
/// <param name="User">who may use the machines in the lessee's place now; null for nobody</param>
/// <param name="Expires">when that ends; null without a user</param>
internal sealed record UseRightView(string Contract, string? User, DateTimeOffset? Expires);

/// <param name="User">the account that may use what the lease lets</param>
/// <param name="Expires">unix seconds; never later than the lease</param>
/// <param name="Deadline">until when the signatures may be presented, unix seconds</param>
internal sealed record SubletInput(string User, long Expires, long Deadline);

/// <param name="Consent">the provider's signature</param>
/// <param name="Signature">the lessee's over the same</param>
internal sealed record SubletUse(string User, long Expires, long Deadline, string Consent, string Signature);

/// <summary>The right to use what a lease lets: the lessee holds it, apart from the claims, and may sub-let it with the provider's consent.</summary>
internal static class UseRightApi
{
    /// <summary>One mint without a call to its receiver (about 90 thousand).</summary>
    private const long TakeGas = 200_000;
    /// <summary>Two signatures and a slot (about 90 thousand).</summary>
    private const long SubletGas = 400_000;

    public static void MapUseRights(this RouteGroupBuilder leases)
    {
        leases.MapGet("/{id}/use-right", Get).WithSummary("Who may use what the lease lets in the lessee's place");
        leases.MapPost("/{id}/use-right", Take).RequireAuthorization(Roles.Provider).WithMetadata(new NeedsIdempotencyKey()).WithSummary("Mint the right of use to the lessee");
        leases.MapPost("/{id}/use-right/sublet/typed-data", TypedData).RequireAuthorization(Roles.Provider).WithSummary("What lessee and provider sign to sub-let the use");
        leases.MapPost("/{id}/use-right/sublet", Sublet).RequireAuthorization(Roles.Provider).WithMetadata(new NeedsIdempotencyKey())
            .WithSummary("Sub-let the use by the lessee's signature and the provider's consent");
    }

    private static async Task<Results<Ok<UseRightView>, Refusal>> Get(string id, Tx tx, ChainClient chain, Deployment deployment)
    {
        if (await LeaseStore.Find(tx, id) is not { } lease) return new Refusal(Error.NotFound("lease", id));
        var (contract, token) = (Address.Parse(deployment.Contracts.UseRights), lease.Id.ToInteger());
        var user = Address.Parse(await chain.Ask<UseRights.UserOf, string>(contract, new() { TokenId = token }));
        if (user == Address.Zero) return TypedResults.Ok(new UseRightView(contract.Value, null, null));
        var expires = await chain.Ask<UseRights.UserExpires, BigInteger>(contract, new() { TokenId = token });
        return TypedResults.Ok(new UseRightView(contract.Value, user.Value, DateTimeOffset.FromUnixTimeSeconds((long)expires)));
    }

    private static async Task<Results<Accepted<TransactionView>, Refusal>> Take(string id, Nothing body, Tx tx, LeaseDesk desk, Deployment deployment, TimeProvider time)
    {
        if (!(await desk.Stand(tx, id)).Ok(out var stand, out var error)) return new Refusal(error);
        return await TransactionApi.Accept(tx, Command.Of($"take-use:{stand.Lease.Id}", "take-use", stand.Lease.Id.Value, deployment.Contracts.UseRights,
            new UseRights.Take { Terms = stand.Lease.Terms.ToDto() }, TakeGas), time.Now());
    }

    private static async Task<Results<Ok<TypedDataView>, Refusal>> TypedData(string id, SubletInput request, Tx tx, LeaseDesk desk, Deployment deployment, TimeProvider time)
    {
        if (!(await desk.Stand(tx, id)).Ok(out var stand, out var error)) return new Refusal(error);
        if (!Check(request, stand.Lease, time.Now()).Ok(out var message, out error)) return new Refusal(error);
        return TypedResults.Ok(Eip712.View(SigningDomains.UseRights(deployment), message));
    }

    private static async Task<Results<Accepted<TransactionView>, Refusal>> Sublet(
        string id, SubletUse request, Tx tx, LeaseDesk desk, SignatureCheck signatures, Deployment deployment, TimeProvider time)
    {
        if (!(await desk.Stand(tx, id)).Ok(out var stand, out var error)) return new Refusal(error);
        var terms = stand.Lease.Terms;
        if (!Check(new(request.User, request.Expires, request.Deadline), stand.Lease, time.Now()).Ok(out var message, out error)) return new Refusal(error);
        var digest = Eip712.Digest(SigningDomains.UseRights(deployment), message);
        if (!(await signatures.Check(request.Consent, terms.Provider, digest, "consent")).Ok(out var consent, out error)) return new Refusal(error);
        if (!(await signatures.Check(request.Signature, terms.Lessee, digest, "signature")).Ok(out var signature, out error)) return new Refusal(error);
        return await TransactionApi.Accept(tx, Command.Of($"sublet:{stand.Lease.Id}:{digest}", "sublet", stand.Lease.Id.Value, deployment.Contracts.UseRights, new UseRights.Sublet
        {
            Terms = terms.ToDto(), User = message.User, Expires = message.Expires, Deadline = message.Deadline, Consent = consent, Signature = signature,
        }, SubletGas), time.Now());
    }

    private static Result<SubletDto> Check(SubletInput asked, Lease lease, DateTimeOffset now)
    {
        var fields = new Fields();
        var user = fields.Address(asked.User, "user");
        fields.Require(asked.Expires > now.ToUnixTimeSeconds(), "expires", "must be unix seconds in the future");
        fields.Require(asked.Deadline > now.ToUnixTimeSeconds(), "deadline", "must be unix seconds in the future");
        return fields.Error is { } error ? error
            : new SubletDto { LeaseId = lease.Id.ToInteger(), User = user.Value, Expires = (ulong)asked.Expires, Deadline = asked.Deadline };
    }
}

using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Leases;

/// <param name="Kind">rent, heat, mining or grid</param>
/// <param name="Amount">decimal, in the pay token</param>
/// <param name="ValidAfter">unix seconds, as is ValidBefore</param>
/// <param name="Salt">32 bytes of the payer's own choosing, used once for this lease and kind</param>
internal sealed record AuthorizationInput(string Kind, string Amount, string Payer, long ValidAfter, long ValidBefore, string Salt);

/// <param name="Signature">the payer's over the pay token's ReceiveWithAuthorization, 65 bytes</param>
internal sealed record AuthorizeFunding(string Kind, string Amount, string Payer, long ValidAfter, long ValidBefore, string Salt, string Signature);

internal static class FundingAuthorizationApi
{
    public static void MapFundingAuthorizations(this RouteGroupBuilder leases)
    {
        leases.MapPost("/{id}/funding/authorization/typed-data", TypedData).RequireAuthorization(Roles.Provider)
            .WithSummary("What a payer signs to fund a lease by an ERC-3009 authorization, in one signature");
        leases.MapPost("/{id}/funding/authorization", Fund).RequireAuthorization(Roles.Provider).WithMetadata(new NeedsIdempotencyKey())
            .WithSummary("Fund a line of a lease by the payer's ERC-3009 authorization");
    }

    private static async Task<Results<Ok<TypedDataView>, Refusal>> TypedData(
        string id, AuthorizationInput request, Tx tx, TimeProvider time, PermitDesk permits, Deployment deployment, LeaseBoard board)
    {
        if (!(await Check(id, request, tx, time, board)).Ok(out var funding, out var error)) return new Refusal(error);
        return TypedResults.Ok(Eip712.View(await permits.DomainOf(funding.Lease.Terms.PayToken), funding.ToSign(Address.Parse(deployment.Contracts.LeaseClaims))));
    }

    private static async Task<Results<Accepted<TransactionView>, Refusal>> Fund(
        string id, AuthorizeFunding request, Tx tx, TimeProvider time, ChainClient chain, PermitDesk permits, Deployment deployment, LeaseBoard board)
    {
        var asked = new AuthorizationInput(request.Kind, request.Amount, request.Payer, request.ValidAfter, request.ValidBefore, request.Salt);
        if (!(await Check(id, asked, tx, time, board)).Ok(out var funding, out var error)) return new Refusal(error);
        if (await LeaseOnChain.Read(chain, deployment, funding.Lease) is null) return new Refusal(LeaseOnChain.NotThere);
        var token = funding.Lease.Terms.PayToken;
        var digest = Eip712.Digest(await permits.DomainOf(token), funding.ToSign(Address.Parse(deployment.Contracts.LeaseClaims)));
        if (!Hex.IsHex(request.Signature, 65)) return new Refusal(Error.Invalid("signature", "must be 0x and 130 hex digits"));
        var signature = Convert.FromHexString(request.Signature.AsSpan(2));
        if (!Signatures.IsBy(funding.Payer, digest, signature, out var reason))
            return new Refusal(new("wrong-signature", $"signature {reason}.", [new("signature", reason)]));
        if (await permits.RefuseShort(token, funding.Payer, funding.Amount, hasPermit: true) is { } shortOf) return new Refusal(shortOf);
        return await TransactionApi.Accept(tx, funding.ToCommand(signature, deployment), time.Now());
    }

    private static async Task<Result<FundingAuthorization>> Check(string id, AuthorizationInput asked, Tx tx, TimeProvider time, LeaseBoard board) =>
        await LeaseStore.Find(tx, id) is { } lease ? FundingAuthorization.Check(asked, lease, board.TokenOf(lease.Terms), time.Now()) : Error.NotFound("lease", id);
}

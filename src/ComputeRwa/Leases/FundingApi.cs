using System.Globalization;
using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Leases;

/// <param name="Kind">rent, the escrow that rent is paid from; or heat, mining or grid: income of others that is shared out at once</param>
/// <param name="Amount">decimal, in the pay token</param>
/// <param name="Nonce">a decimal string of the payer's own choosing, used once</param>
/// <param name="Deadline">unix seconds</param>
internal sealed record FundingInput(string Kind, string Amount, string Payer, string Nonce, long Deadline);

internal sealed record FundLease(string Kind, string Amount, string Payer, string Nonce, long Deadline, string Signature, PermitInput? Permit);

internal sealed record FundingTypedData(TypedDataView Funding, TypedDataView Permit);

internal static class FundingApi
{
    public static void MapFunding(this RouteGroupBuilder leases)
    {
        leases.MapPost("/{id}/funding/typed-data", TypedData).RequireAuthorization(Roles.Provider)
            .WithSummary("What a payer signs to fund a lease: the order, and a permit for the same amount");
        leases.MapPost("/{id}/funding", Fund).RequireAuthorization(Roles.Provider).WithMetadata(new NeedsIdempotencyKey())
            .WithSummary("Fund a line of a lease by the payer's signature");
    }

    private static async Task<Results<Ok<FundingTypedData>, Refusal>> TypedData(
        string id, FundingInput request, Tx tx, TimeProvider time, PermitDesk permits, Deployment deployment, LeaseBoard board)
    {
        if (await LeaseStore.Find(tx, id) is not { } lease) return new Refusal(Error.NotFound("lease", id));
        if (!Check(request, lease, board.TokenOf(lease.Terms), time.Now()).Ok(out var funding, out var error)) return new Refusal(error);
        return TypedResults.Ok(new FundingTypedData(
            Eip712.View(SigningDomains.LeaseBook(deployment), funding),
            await permits.View(lease.Terms.PayToken, Address.Parse(funding.Payer), funding.Amount, request.Deadline)));
    }

    private static async Task<Results<Accepted<TransactionView>, Refusal>> Fund(
        string id, FundLease request, Tx tx, TimeProvider time, ChainClient chain, SignatureCheck signatures, PermitDesk permits, Deployment deployment, LeaseBoard board)
    {
        var now = time.Now();
        if (await LeaseStore.Find(tx, id) is not { } lease) return new Refusal(Error.NotFound("lease", id));
        if (await LeaseOnChain.Read(chain, deployment, lease) is null) return new Refusal(LeaseOnChain.NotThere);
        var asked = new FundingInput(request.Kind, request.Amount, request.Payer, request.Nonce, request.Deadline);
        if (!Check(asked, lease, board.TokenOf(lease.Terms), now).Ok(out var funding, out var error)) return new Refusal(error);
        var payer = Address.Parse(funding.Payer);
        var digest = Eip712.Digest(SigningDomains.LeaseBook(deployment), funding);
        if (!(await signatures.Check(request.Signature, payer, digest, "signature")).Ok(out var signature, out error)) return new Refusal(error);
        if (await chain.Ask<LeaseBook.NonceUsed, bool>(Address.Parse(deployment.Contracts.LeaseBook), new() { Account = payer.Value, NonceValue = funding.Nonce }))
            return new Refusal(Error.Conflict("conflict", "the payer has used this nonce already", "nonce"));
        var permit = PermitDesk.None;
        if (request.Permit is { } given)
        {
            if (!(await permits.Check(given, lease.Terms.PayToken, payer, funding.Amount, now)).Ok(out var signed, out error)) return new Refusal(error);
            permit = signed;
        }
        if (await permits.RefuseShort(lease.Terms.PayToken, payer, funding.Amount, request.Permit is not null) is { } shortOf) return new Refusal(shortOf);
        return await TransactionApi.Accept(tx, LeaseContracts.Fund(funding, signature, permit, deployment), now);
    }

    private static Result<FundingDto> Check(FundingInput asked, Lease lease, Kernel.PayToken token, DateTimeOffset now)
    {
        var fields = new Fields();
        var line = FundingLine.Parse(asked.Kind);
        fields.Require(line is not null, "kind", FundingLine.Choices);
        fields.Require(Money.TryParse(asked.Amount, token, out var amount) && amount.BaseUnits > 0 && amount.BaseUnits < BigInteger.One << 96, "amount",
            $"must be a decimal above zero with at most {token.Decimals} fraction digits");
        var payer = fields.Address(asked.Payer, "payer");
        fields.Require(Uint256.TryParse(asked.Nonce, out var nonce), "nonce", "must be a decimal string of at most 256 bits");
        fields.Require(asked.Deadline > now.ToUnixTimeSeconds(), "deadline", "must be unix seconds in the future");
        return fields.Error is { } error ? error
            : new FundingDto { LeaseId = lease.Id.ToInteger(), Kind = line ?? 0, Amount = amount.BaseUnits, Payer = payer.Value, Nonce = nonce, Deadline = asked.Deadline };
    }
}

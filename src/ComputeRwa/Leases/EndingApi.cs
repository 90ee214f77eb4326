using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Leases;

/// <param name="EndEpoch">the last epoch that the lease is to have</param>
/// <param name="Deadline">unix seconds</param>
internal sealed record ExitInput(long EndEpoch, long Deadline);

/// <param name="Signature">of the provider or of the lessee</param>
internal sealed record ExitLease(long EndEpoch, long Deadline, string Signature);

/// <param name="Deadline">unix seconds</param>
internal sealed record DefaultInput(long Deadline);

/// <param name="Signature">the provider's; may be left out once the escrow is used up and rent is in arrears</param>
internal sealed record DeclareDefault(long Deadline, string? Signature = null);

/// <param name="ThroughEpoch">the last epoch through which the lease stands still</param>
/// <param name="Deadline">unix seconds</param>
internal sealed record StandstillInput(long ThroughEpoch, long Deadline);

/// <param name="Signature">the provider's</param>
internal sealed record NoticeStandstill(long ThroughEpoch, long Deadline, string Signature);

/// <param name="Epoch">settled through; over, and one of the lease's</param>
/// <param name="Rent">since the lease began, decimal, in the pay token</param>
/// <param name="Deadline">unix seconds</param>
internal sealed record CoSettlementInput(long Epoch, string Rent, long Deadline);

internal sealed record CoSettle(long Epoch, string Rent, long Deadline, string ProviderSignature, string LesseeSignature);

/// <summary>How leases end early, by what their parties have signed. The chain itself is asked how they stand: it decides in the end.</summary>
internal static class EndingApi
{
    public static void MapEndings(this RouteGroupBuilder leases)
    {
        leases.MapPost("/{id}/exit/typed-data", ExitTypedData).RequireAuthorization(Roles.Provider).WithSummary("What provider or lessee signs to leave, with notice");
        leases.MapPost("/{id}/exit", Exit).RequireAuthorization(Roles.Provider).WithMetadata(new NeedsIdempotencyKey()).WithSummary("End a lease early by a party's signature");
        leases.MapPost("/{id}/default/typed-data", DefaultTypedData).RequireAuthorization(Roles.Provider).WithSummary("What the provider signs to declare the lessee in default");
        leases.MapPost("/{id}/default", Default).RequireAuthorization(Roles.Provider).WithMetadata(new NeedsIdempotencyKey())
            .WithSummary("Declare the lessee in default: the lease ends after the epochs that escrow and deposit pay for");
        leases.MapPost("/{id}/deposit-use", UseDeposit).RequireAuthorization(Roles.Provider).WithMetadata(new NeedsIdempotencyKey())
            .WithSummary("Count the security deposit as escrow while rent is in arrears");
        leases.MapPost("/{id}/standstill/typed-data", StandstillTypedData).RequireAuthorization(Roles.Provider).WithSummary("What the provider signs to tell the chain that a lease stands still");
        leases.MapPost("/{id}/standstill", Standstill).RequireAuthorization(Roles.Provider).WithMetadata(new NeedsIdempotencyKey())
            .WithSummary("Tell the chain that an interruptible lease stands still: for its status; what counts are curtailments");
        leases.MapPost("/{id}/co-settlement/typed-data", CoSettlementTypedData).RequireAuthorization(Roles.Provider)
            .WithSummary("What both parties sign to settle a lease that nobody has synced for long");
        leases.MapPost("/{id}/co-settlement", CoSettle).RequireAuthorization(Roles.Provider).WithMetadata(new NeedsIdempotencyKey())
            .WithSummary("Settle a lease by both parties' signatures");
    }

    private static async Task<Results<Ok<TypedDataView>, Refusal>> ExitTypedData(string id, ExitInput request, Tx tx, LeaseDesk desk) =>
        (await desk.Exit(tx, id, request)).Ok(out var asked, out var error) ? TypedResults.Ok(desk.View(asked.Message)) : new Refusal(error);

    private static async Task<Results<Accepted<TransactionView>, Refusal>> Exit(string id, ExitLease request, Tx tx, LeaseDesk desk, Deployment deployment, TimeProvider time)
    {
        if (!(await desk.Exit(tx, id, new(request.EndEpoch, request.Deadline))).Ok(out var asked, out var error)) return new Refusal(error);
        if (!(await desk.SignedByOneOf(request.Signature, asked.Message, asked.Lease)).Ok(out var signature, out error)) return new Refusal(error);
        return await TransactionApi.Accept(tx, EndingContracts.Exit(asked.Lease, asked.Message, signature, deployment), time.Now());
    }

    private static async Task<Results<Ok<TypedDataView>, Refusal>> DefaultTypedData(string id, DefaultInput request, Tx tx, LeaseDesk desk) =>
        (await desk.Default(tx, id, request.Deadline)).Ok(out var asked, out var error) ? TypedResults.Ok(desk.View(asked.Message)) : new Refusal(error);

    private static async Task<Results<Accepted<TransactionView>, Refusal>> Default(string id, DeclareDefault request, Tx tx, LeaseDesk desk, Deployment deployment, TimeProvider time)
    {
        if (!(await desk.Default(tx, id, request.Deadline)).Ok(out var asked, out var error)) return new Refusal(error);
        byte[] signature = [];
        if (request.Signature is not null || LeaseEnding.DefaultNeedsProvider(asked.Account))
        {
            if (!(await desk.SignedBy(asked.Lease.Terms.Provider, request.Signature, asked.Message, "signature")).Ok(out var given, out error)) return new Refusal(error);
            signature = given;
        }
        return await TransactionApi.Accept(tx, EndingContracts.Default(asked.Lease, asked.Message, signature, deployment), time.Now());
    }

    private static async Task<Results<Accepted<TransactionView>, Refusal>> UseDeposit(string id, Nothing body, Tx tx, LeaseDesk desk, Deployment deployment, TimeProvider time)
    {
        if (!(await desk.Stand(tx, id)).Ok(out var stand, out var error)) return new Refusal(error);
        if (stand.Account.Deposit.IsZero) return new Refusal(Error.Conflict("nothing-due", "no security deposit stands"));
        if (!stand.Account.IsShort) return new Refusal(Error.Conflict("not-ready", "no rent is in arrears"));
        return await TransactionApi.Accept(tx, EndingContracts.UseDeposit(stand.Lease, deployment), time.Now());
    }

    private static async Task<Results<Ok<TypedDataView>, Refusal>> StandstillTypedData(string id, StandstillInput request, Tx tx, LeaseDesk desk) =>
        (await desk.Standstill(tx, id, request)).Ok(out var asked, out var error) ? TypedResults.Ok(desk.View(asked.Message)) : new Refusal(error);

    private static async Task<Results<Accepted<TransactionView>, Refusal>> Standstill(string id, NoticeStandstill request, Tx tx, LeaseDesk desk, Deployment deployment, TimeProvider time)
    {
        if (!(await desk.Standstill(tx, id, new(request.ThroughEpoch, request.Deadline))).Ok(out var asked, out var error)) return new Refusal(error);
        if (!(await desk.SignedBy(asked.Lease.Terms.Provider, request.Signature, asked.Message, "signature")).Ok(out var signature, out error)) return new Refusal(error);
        return await TransactionApi.Accept(tx, EndingContracts.Standstill(asked.Lease, asked.Message, signature, deployment), time.Now());
    }

    private static async Task<Results<Ok<TypedDataView>, Refusal>> CoSettlementTypedData(string id, CoSettlementInput request, Tx tx, LeaseDesk desk) =>
        (await desk.CoSettlement(tx, id, request)).Ok(out var asked, out var error) ? TypedResults.Ok(desk.View(asked.Message)) : new Refusal(error);

    private static async Task<Results<Accepted<TransactionView>, Refusal>> CoSettle(string id, CoSettle request, Tx tx, LeaseDesk desk, Deployment deployment, TimeProvider time)
    {
        if (!(await desk.CoSettlement(tx, id, new(request.Epoch, request.Rent, request.Deadline))).Ok(out var asked, out var error)) return new Refusal(error);
        if (!(await desk.SignedBy(asked.Lease.Terms.Provider, request.ProviderSignature, asked.Message, "providerSignature")).Ok(out var provider, out error)) return new Refusal(error);
        if (!(await desk.SignedBy(asked.Lease.Terms.Lessee, request.LesseeSignature, asked.Message, "lesseeSignature")).Ok(out var lessee, out error)) return new Refusal(error);
        return await TransactionApi.Accept(tx, EndingContracts.CoSettle(asked.Lease, asked.Message, provider, lessee, deployment), time.Now());
    }
}

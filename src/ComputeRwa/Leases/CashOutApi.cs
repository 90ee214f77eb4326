using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Leases;

/// <summary>The body of a POST that needs to say nothing: <c>{}</c>.</summary>
internal sealed record Nothing;

/// <param name="Kind">funded, deposit-paid, refunded, provider-paid or fee-collected</param>
/// <param name="Line">rent, heat, mining or grid</param>
/// <param name="Party">who paid or was paid</param>
internal sealed record CashView(string Kind, string Line, string Party, MoneyJson Amount, DateTimeOffset At, string TxHash);

internal static class CashOutApi
{
    public static void MapCashOut(this RouteGroupBuilder leases)
    {
        leases.MapGet("/{id}/cash", Movements).WithSummary("Money into and out of a lease, oldest first; holders' claims are under claims");
        leases.MapPost("/{id}/provider-payments", PayProvider).RequireAuthorization(Roles.Provider).WithMetadata(new NeedsIdempotencyKey())
            .WithSummary("Pay the provider its share of the rent applied so far");
        leases.MapPost("/{id}/fee-collections", CollectFee).RequireAuthorization(Roles.Provider).WithMetadata(new NeedsIdempotencyKey())
            .WithSummary("Send the platform its share of the rent applied so far");
        leases.MapPost("/{id}/refunds", Refund).RequireAuthorization(Roles.Provider).WithMetadata(new NeedsIdempotencyKey())
            .WithSummary("Pay unused escrow and deposit back to the lessee, once the final leaf is applied");
    }

    private static async Task<Results<Ok<Page<CashView>>, Refusal>> Movements(string id, Tx tx, LeaseBoard board, long after = 0, int limit = 100)
    {
        if (await LeaseStore.Find(tx, id) is not { } lease) return new Refusal(Error.NotFound("lease", id));
        var token = board.TokenOf(lease.Terms);
        var page = Page.Of(await LeaseChainStore.Cash(tx, lease.Id, after, Paging.Clamp(limit)), limit, c => $"{c.Position}");
        return TypedResults.Ok(new Page<CashView>(
            [.. page.Items.Select(c => new CashView(c.Kind, FundingLine.NameOf(c.Line), c.Party.Value, new Money(c.Amount, token).ToJson(), c.MinedAt, c.TxHash.Value))], page.Next));
    }

    private static Task<Results<Accepted<TransactionView>, Refusal>> PayProvider(string id, Nothing body, Tx tx, TimeProvider time, Deployment deployment, ChainClient chain) =>
        PayOut(id, tx, time, deployment, chain, (lease, account) =>
            account.ProviderDue.IsZero ? NothingDue("the provider") : LeaseContracts.PayProvider(lease, account, deployment));

    private static Task<Results<Accepted<TransactionView>, Refusal>> CollectFee(string id, Nothing body, Tx tx, TimeProvider time, Deployment deployment, ChainClient chain) =>
        PayOut(id, tx, time, deployment, chain, (lease, account) =>
            account.FeeDue.IsZero ? NothingDue("the platform") : LeaseContracts.CollectFee(lease, account, deployment));

    private static Task<Results<Accepted<TransactionView>, Refusal>> Refund(string id, Nothing body, Tx tx, TimeProvider time, Deployment deployment, ChainClient chain) =>
        PayOut(id, tx, time, deployment, chain, (lease, account) =>
            !account.IsFinal ? Error.Conflict("not-ready",
                $"escrow and deposit are refunded once the leaf of epoch {account.LastEpoch} is applied in full; synced through {account.SyncedThrough}, {account.Objections} objections open")
            : (account.Escrow + account.Deposit).IsZero ? NothingDue("the lessee")
            : LeaseContracts.Refund(lease, account, deployment));

    private static async Task<Results<Accepted<TransactionView>, Refusal>> PayOut(
        string id, Tx tx, TimeProvider time, Deployment deployment, ChainClient chain, Func<Lease, LeaseOnChain, Result<Command>> decide)
    {
        if (await LeaseStore.Find(tx, id) is not { } lease) return new Refusal(Error.NotFound("lease", id));
        if (await LeaseOnChain.Read(chain, deployment, lease) is not { } account) return new Refusal(LeaseOnChain.NotThere);
        if (!decide(lease, account).Ok(out var command, out var error)) return new Refusal(error);
        return await TransactionApi.Accept(tx, command, time.Now());
    }

    private static Error NothingDue(string whom) => Error.Conflict("nothing-due", $"nothing is owed to {whom} now");
}

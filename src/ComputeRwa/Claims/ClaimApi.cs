using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Claims;

internal sealed record ClaimCash(string LeaseId, string Holder);

/// <param name="Claimable">owed now</param>
/// <param name="Claimed">paid out so far</param>
/// <param name="Frozen">units that may not move; may exceed the units held</param>
internal sealed record HolderView(string Address, long Units, MoneyJson Claimable, MoneyJson Claimed, long Frozen);

internal sealed record PositionView(string LeaseId, long Units, MoneyJson Claimable, MoneyJson Claimed);

internal sealed record PositionsView(string Address, IReadOnlyList<PositionView> Positions);

internal sealed record PayoutView(string Holder, string To, MoneyJson Amount, DateTimeOffset At, string TxHash);

internal static class ClaimApi
{
    public static void MapClaims(this IEndpointRouteBuilder app)
    {
        var leases = app.MapFeature("/v1/leases", "Claims");
        leases.MapGet("/{id}/holders", Holders).WithSummary("Who ever held a lease's units, what each is owed and was paid, by address");
        leases.MapGet("/{id}/claims", Payouts).WithSummary("Cash paid to a lease's holders, oldest first");
        app.MapFeature("/v1/holders", "Claims").MapGet("/{address}", Positions).WithSummary("Everything an account holds");
        app.MapFeature("/v1/claims", "Claims").MapPost("/", Claim).RequireAuthorization(Roles.Provider).WithMetadata(new NeedsIdempotencyKey())
            .WithSummary("Pay a holder what a lease owes it; the cash can go nowhere else");
        app.MapTransfers();
        app.MapTokens();
    }

    private static async Task<Results<Ok<Page<HolderView>>, Refusal>> Holders(string id, Tx tx, LeaseBoard board, string after = "", int limit = 100)
    {
        if (await LeaseStore.Find(tx, id) is not { } lease) return new Refusal(Error.NotFound("lease", id));
        var (book, frozen, token) = (await ClaimStore.Book(tx, lease), await ClaimStore.Frozen(tx, lease.Id), board.TokenOf(lease.Terms));
        var holders = book.Holdings.OrderBy(h => h.Key.Value, StringComparer.Ordinal)
            .Where(h => string.CompareOrdinal(h.Key.Value, after) > 0).Take(Paging.Clamp(limit)).Select(h => new HolderView(
                h.Key.Value, (long)h.Value.Units, new Money(h.Value.Claimable(book.PerUnit), token).ToJson(), new Money(h.Value.Claimed, token).ToJson(),
                (long)BigInteger.Min(frozen.GetValueOrDefault(h.Key), long.MaxValue)));
        return TypedResults.Ok(Page.Of<HolderView>([.. holders], limit, h => h.Address));
    }

    private static async Task<Results<Ok<Page<PayoutView>>, Refusal>> Payouts(string id, Tx tx, LeaseBoard board, long after = 0, int limit = 100)
    {
        if (await LeaseStore.Find(tx, id) is not { } lease) return new Refusal(Error.NotFound("lease", id));
        var token = board.TokenOf(lease.Terms);
        var page = Page.Of(await ClaimStore.Payouts(tx, lease.Id, after, Paging.Clamp(limit)), limit, p => $"{p.Position}");
        return TypedResults.Ok(new Page<PayoutView>([.. page.Items.Select(p => new PayoutView(
            p.Holder.Value, p.Recipient.Value, new Money(p.Amount, token).ToJson(), p.MinedAt, p.TxHash.Value))], page.Next));
    }

    private static async Task<Results<Ok<PositionsView>, Refusal>> Positions(string address, Tx tx, LeaseBoard board)
    {
        var fields = new Fields();
        var account = fields.Address(address, "address");
        if (fields.Error is { } error) return new Refusal(error);
        var positions = new List<PositionView>();
        foreach (var id in await ClaimStore.LeasesOf(tx, account))
            if (await LeaseStore.Find(tx, id) is { } lease) positions.Add(Position(lease, await ClaimStore.Book(tx, lease), account, board.TokenOf(lease.Terms)));
        return TypedResults.Ok(new PositionsView(account.Value, positions));
    }

    private static async Task<Results<Accepted<TransactionView>, Refusal>> Claim(
        ClaimCash request, Tx tx, TimeProvider time, ChainClient chain, Deployment deployment)
    {
        var fields = new Fields();
        var (id, holder) = (fields.Hash(request.LeaseId, "leaseId"), fields.Address(request.Holder, "holder"));
        if (fields.Error is { } error) return new Refusal(error);
        if (await LeaseStore.Find(tx, id) is not { } lease)
            return new Refusal(new("not-found", $"There is no lease {id}.", [new("leaseId", "is not a lease")]));
        var claims = Address.Parse(deployment.Contracts.LeaseClaims);
        var owed = await chain.Ask<LeaseClaims.Claimable, BigInteger>(claims, new() { Id = id.ToInteger(), Holder = holder.Value });
        if (owed.IsZero) return new Refusal(Error.Conflict("nothing-due", $"lease {id} owes {holder} nothing now", "holder"));
        var standing = (await chain.AskOutput<LeaseClaims.AccountOf, LeaseClaims.AccountOfOutput>(claims, new() { Id = id.ToInteger(), Holder = holder.Value })).Value;
        return await TransactionApi.Accept(tx, ClaimContracts.Claim(lease, holder, standing, deployment), time.Now());
    }

    private static PositionView Position(Lease lease, HolderBook book, Address account, Kernel.PayToken token) => new(
        lease.Id.Value, (long)book.Of(account).Units, new Money(book.Claimable(account), token).ToJson(), new Money(book.Of(account).Claimed, token).ToJson());
}

using System.Globalization;
using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Claims;

/// <param name="SyncedThrough">the lease's last applied epoch, which pins the revenue that travels with the units; null for any</param>
/// <param name="Nonce">a decimal string of the sender's own choosing, used once</param>
/// <param name="Deadline">unix seconds</param>
internal sealed record TransferInput(string LeaseId, string From, string To, long Units, long? SyncedThrough, string Nonce, long Deadline);

internal sealed record TransferUnits(
    string LeaseId, string From, string To, long Units, long? SyncedThrough, string Nonce, long Deadline, string Signature);

/// <param name="From">the zero address at the mint</param>
/// <param name="Forced">by the token's controller (ERC-7943)</param>
internal sealed record TransferView(string From, string To, long Units, string Operator, bool Forced, DateTimeOffset At, string TxHash);

internal static class TransferApi
{
    public static void MapTransfers(this IEndpointRouteBuilder app)
    {
        var transfers = app.MapFeature("/v1/transfers", "Claims");
        transfers.MapPost("/typed-data", TypedData).RequireAuthorization(Roles.Provider).WithSummary("What a holder signs to move units");
        transfers.MapPost("/", Transfer).RequireAuthorization(Roles.Provider).WithMetadata(new NeedsIdempotencyKey())
            .WithSummary("Move units by their holder's signature");
        app.MapFeature("/v1/leases", "Claims").MapGet("/{id}/transfers", List).WithSummary("Moves of a lease's units, oldest first, from the mint on");
    }

    private static async Task<Results<Ok<Page<TransferView>>, Refusal>> List(string id, Tx tx, string after = "0.0", int limit = 100)
    {
        if (await LeaseStore.Find(tx, id) is not { } lease) return new Refusal(Error.NotFound("lease", id));
        if (!TryCursor(after, out var position, out var item)) return new Refusal(Error.Invalid("after", "must be what a page gave as next"));
        var page = Page.Of(await ClaimStore.Transfers(tx, lease.Id, position, item, Paging.Clamp(limit)), limit, t => $"{t.Position}.{t.Item}");
        return TypedResults.Ok(new Page<TransferView>([.. page.Items.Select(t => new TransferView(
            t.Sender.Value, t.Recipient.Value, (long)t.Units, t.Operator.Value, t.Forced == 1, t.MinedAt, t.TxHash.Value))], page.Next));
    }

    private static bool TryCursor(string after, out long position, out long item)
    {
        (position, item) = (0, 0);
        var parts = after.Split('.');
        return parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out position)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out item);
    }

    private static async Task<Results<Ok<TypedDataView>, Refusal>> TypedData(TransferInput request, Tx tx, TimeProvider time, Deployment deployment)
    {
        if (!(await Check(request, tx, time.Now())).Ok(out var order, out var error)) return new Refusal(error);
        return TypedResults.Ok(Eip712.View(SigningDomains.LeaseClaims(deployment), order));
    }

    private static async Task<Results<Accepted<TransactionView>, Refusal>> Transfer(
        TransferUnits request, Tx tx, TimeProvider time, ChainClient chain, SignatureCheck signatures, Deployment deployment)
    {
        var now = time.Now();
        var asked = new TransferInput(request.LeaseId, request.From, request.To, request.Units, request.SyncedThrough, request.Nonce, request.Deadline);
        if (!(await Check(asked, tx, now)).Ok(out var order, out var error)) return new Refusal(error);
        var digest = Eip712.Digest(SigningDomains.LeaseClaims(deployment), order);
        if (!(await signatures.Check(request.Signature, Address.Parse(order.From), digest, "signature")).Ok(out var signature, out error)) return new Refusal(error);
        if (await Refuse(chain, Address.Parse(deployment.Contracts.LeaseClaims), order) is { } refused) return new Refusal(refused);
        return await TransactionApi.Accept(tx, ClaimContracts.Transfer(order, signature, deployment), now);
    }

    private static async Task<Result<TransferOrderDto>> Check(TransferInput asked, Tx tx, DateTimeOffset now)
    {
        var fields = new Fields();
        var id = fields.Hash(asked.LeaseId, "leaseId");
        var (from, to) = (fields.Address(asked.From, "from"), fields.Address(asked.To, "to"));
        fields.Require(asked.Units is >= 1 and <= Drafting.MostUnits, "units", "must be at least 1");
        fields.Require(asked.SyncedThrough is null or (>= 0 and < uint.MaxValue), "syncedThrough", "must be an epoch, or null for any");
        fields.Require(Uint256.TryParse(asked.Nonce, out var nonce), "nonce", "must be a decimal string of at most 256 bits");
        fields.Require(asked.Deadline > now.ToUnixTimeSeconds(), "deadline", "must be unix seconds in the future");
        if (fields.Error is { } error) return error;
        if (await LeaseStore.Find(tx, id) is null) return new Error("not-found", $"There is no lease {id}.", [new("leaseId", "is not a lease")]);
        return new TransferOrderDto
        {
            From = from.Value, To = to.Value, Id = id.ToInteger(), Units = (ulong)asked.Units,
            SyncedThrough = (uint)(asked.SyncedThrough ?? uint.MaxValue), Nonce = nonce, Deadline = asked.Deadline,
        };
    }

    /// <summary>
    /// Asks the chain itself, not the projections: it decides in the end, and a client whose last transaction was just mined must
    /// not be refused because this program has not read it yet.
    /// </summary>
    private static async Task<Error?> Refuse(ChainClient chain, Address claims, TransferOrderDto order)
    {
        var series = (await chain.AskOutput<LeaseClaims.SeriesOf, LeaseClaims.SeriesOfOutput>(claims, new() { Id = order.Id })).Value;
        if (series.Units == 0) return Error.Conflict("not-ready", "the lease is not on chain yet", "leaseId");
        if (order.SyncedThrough != uint.MaxValue && order.SyncedThrough != series.LastEpoch)
            return Error.Conflict("synced-through", $"the lease is synced through epoch {series.LastEpoch}", "syncedThrough");
        if (await chain.Ask<LeaseClaims.NonceUsed, bool>(claims, new() { Account = order.From, NonceValue = order.Nonce }))
            return Error.Conflict("conflict", "the sender has used this nonce already", "nonce");
        var account = (await chain.AskOutput<LeaseClaims.AccountOf, LeaseClaims.AccountOfOutput>(claims, new() { Id = order.Id, Holder = order.From })).Value;
        if (account.Balance < order.Units) return Error.Conflict("insufficient-units", $"{order.From} holds {account.Balance} units", "units");
        var allowed = await chain.Ask<LeaseClaims.CanTransfer, bool>(claims,
            new() { From = order.From, To = order.To, TokenId = order.Id, Amount = new BigInteger(order.Units) });
        return allowed ? null : Error.Conflict("not-eligible", "the series' rules do not allow this transfer: an account is blocked or not a member, or units are frozen", "to");
    }
}

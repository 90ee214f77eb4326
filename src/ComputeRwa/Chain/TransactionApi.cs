using System.Globalization;
using System.Text.Json.Serialization;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Chain;

/// <summary>
/// A transaction on its way. <c>Error</c> is the decoded revert reason. <c>final</c> means that its block has its confirmations and
/// that everything read from the chain includes it.
/// </summary>
/// <param name="Sequence">its place in the queue; the cursor of the list</param>
/// <param name="Pack">the transaction it travels in together with others; hash and block are that one's, and so are nonce, gas and events</param>
/// <param name="Call">the decoded call; only when one transaction is asked for</param>
/// <param name="Events">the decoded logs of our contracts; only when one transaction is asked for</param>
internal sealed record TransactionView(
    string Id, string Kind, string Subject, string State, string To, string? Hash, long? Nonce, long? BlockNumber, long? GasUsed,
    string? Error, long Attempts, long Sequence, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Pack = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] CallView? Call = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<EventView>? Events = null);

internal static class TransactionApi
{
    public static void MapTransactions(this IEndpointRouteBuilder app)
    {
        var transactions = app.MapFeature("/v1/transactions", "Chain");
        transactions.MapGet("/", List).WithSummary("Transactions in the order of the queue");
        transactions.MapGet("/{id}", Get).WithSummary("One transaction, with its decoded call and events");
    }

    /// <summary>Queues a command, again if its last attempt failed, and answers with its transaction.</summary>
    public static async Task<Accepted<TransactionView>> Accept(Tx tx, Command command, DateTimeOffset now) =>
        Accepted202(await Outbox.EnqueueAgainIfFailed(tx, command, now));

    /// <summary>The answer of every route that writes to the chain: 202, the transaction as it stands, and where to look at it again.</summary>
    public static Accepted<TransactionView> Accepted202(OutboxRow row) => TypedResults.Accepted($"/v1/transactions/{row.Id}", View(row));

    private static async Task<Results<Ok<Page<TransactionView>>, Refusal>> List(
        Tx tx, string? state = null, string? kind = null, string? subject = null, long after = 0, int limit = 100)
    {
        if (state is not null && !TransactionState.All.Contains(state))
            return new Refusal(Error.Invalid("state", $"must be one of {string.Join(", ", TransactionState.All)}"));
        var rows = await OutboxStore.List(tx, state, kind, subject, after, Paging.Clamp(limit));
        return TypedResults.Ok(Page.Of(rows.ConvertAll(View), limit, t => t.Sequence.ToString(CultureInfo.InvariantCulture)));
    }

    private static async Task<Results<Ok<TransactionView>, Refusal>> Get(string id, Tx tx, AbiCatalog catalog) =>
        await Load(tx, id, catalog) is { } view ? TypedResults.Ok(view) : new Refusal(Error.NotFound("transaction", id));

    /// <summary>With its call and events decoded; null when there is no such transaction.</summary>
    public static async Task<TransactionView?> Load(Tx tx, string id, AbiCatalog catalog)
    {
        if (await OutboxStore.Find(tx, TransactionId.From(id)) is not { } row) return null;
        var logs = row is { Hash: { } hash, PackId: null } ? await WatcherStore.LogsOf(tx, hash) : [];
        return View(row) with { Call = catalog.Call(row.Calldata), Events = [.. logs.Select(catalog.Event).OfType<EventView>()] };
    }

    private static TransactionView View(OutboxRow r) => new(
        r.Id.Value, r.Kind, r.Subject, r.State, r.ToAddress.Value, r.Hash?.Value, r.Nonce, r.BlockNumber, r.GasUsed,
        r.Error, r.Attempts, r.Seq, r.CreatedAt, r.UpdatedAt, r.PackId?.Value);
}

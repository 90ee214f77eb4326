using System.Globalization;
using System.Text.Json.Serialization;
using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Pricing;
using ComputeRwa.Telemetry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Settlement;

/// <summary>Where a closed epoch stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EpochStatus>))]
internal enum EpochStatus
{
    /// <summary>Computed; attestors may sign.</summary>
    [JsonStringEnumMemberName("closed")] Closed,
    /// <summary>A quorum has signed; the root is on its way to the chain.</summary>
    [JsonStringEnumMemberName("posting")] Posting,
    /// <summary>The root is on chain, in its challenge window.</summary>
    [JsonStringEnumMemberName("posted")] Posted,
    /// <summary>The window is over: leaves can be synced.</summary>
    [JsonStringEnumMemberName("active")] Active,
    /// <summary>Another root of the epoch stands on chain than the one computed here: challenge it.</summary>
    [JsonStringEnumMemberName("contested")] Contested,
    /// <summary>Roots were cancelled since: the epoch has to be closed again, for the next attempt.</summary>
    [JsonStringEnumMemberName("cancelled")] Cancelled,
}

/// <param name="Attempt">raised when a root of the epoch is cancelled on chain</param>
/// <param name="PreviousRoot">root of the epoch before; zeros for the first</param>
/// <param name="Leases">leaves in the tree, ended leases included</param>
/// <param name="Rent">sum over the leaves, so cumulative, like the two after it</param>
/// <param name="DataHash">keccak256 of the epoch file</param>
/// <param name="PostTransactionId">null before the quorum</param>
/// <param name="StaleIndex">indexed leases settled at their floor because the index had no value of this epoch</param>
internal sealed record EpochView(
    long Epoch, EpochStatus Status, long Attempt, string Root, string PreviousRoot, long Leases, MoneyJson Rent, long GpuSeconds, long WattHours, string DataHash,
    DateTimeOffset StartsAt, DateTimeOffset EndsAt, DateTimeOffset ClosedAt, string? PostTransactionId, PostView? Posted, IReadOnlyList<string> StaleIndex);

/// <param name="Root">the root that stands on chain</param>
/// <param name="ActiveAt">when its challenge window is or was over</param>
internal sealed record PostView(string TransactionHash, long BlockNumber, DateTimeOffset At, string Poster, string Root, DateTimeOffset ActiveAt);

internal static class EpochApi
{
    public static void MapEpochs(this IEndpointRouteBuilder app)
    {
        var epochs = app.MapFeature("/v1/epochs", "Settlement");
        epochs.MapGet("/", List).WithSummary("Closed epochs, newest first");
        epochs.MapGet("/{epoch:long}", Get).WithSummary("One closed epoch");
        epochs.MapPost("/{epoch:long}/close", Close).RequireAuthorization(Roles.Operator)
            .WithSummary("Meter all leases of an ended epoch, compute rent and build the tree; repeatable");
        epochs.MapGet("/{epoch:long}/file", File).WithSummary("The published epoch file; dataHash is the keccak256 of these bytes");
        epochs.MapGet("/{epoch:long}/evidence", Evidence).WithSummary("The telemetry that the epoch rests on, to recompute it from");
        epochs.MapAttestations();
        epochs.MapSync();
        epochs.MapProofs();
    }

    public static Error NotClosed(long epoch) => new("not-found", $"Epoch {epoch} is not closed.", [new("epoch", "is not closed")]);

    private static async Task<Ok<Page<EpochView>>> List(Tx tx, EpochDesk desk, long after = long.MaxValue, int limit = 100)
    {
        var views = new List<EpochView>();
        foreach (var row in await EpochStore.List(tx, after, Paging.Clamp(limit))) views.Add(await desk.View(tx, row));
        return TypedResults.Ok(Page.Of(views, limit, e => e.Epoch.ToString(CultureInfo.InvariantCulture)));
    }

    private static async Task<Results<Ok<EpochView>, Refusal>> Get(long epoch, Tx tx, EpochDesk desk) =>
        await EpochStore.Find(tx, epoch) is { } row ? TypedResults.Ok(await desk.View(tx, row)) : new Refusal(NotClosed(epoch));

    private static async Task<Results<Ok<EpochView>, Refusal>> Close(long epoch, Nothing? body, Tx tx, EpochCloser closer, EpochDesk desk) =>
        (await closer.Close(tx, epoch)).Ok(out var row, out var error) ? TypedResults.Ok(await desk.View(tx, row)) : new Refusal(error);

    private static async Task<Results<FileContentHttpResult, Refusal>> File(long epoch, Tx tx) =>
        await EpochStore.Find(tx, epoch) is { } row ? TypedResults.Bytes(await EpochStore.File(tx, row), "application/json") : new Refusal(NotClosed(epoch));

    private static async Task<Results<PushStreamHttpResult, Refusal>> Evidence(long epoch, Tx tx, HttpContext http)
    {
        if (await EpochStore.Find(tx, epoch) is not { } row) return new Refusal(NotClosed(epoch));
        if (await SampleStore.IsDropped(tx, epoch))
            return new Refusal(new("evidence-dropped", $"The samples of epoch {epoch} were dropped after it could no longer be challenged; hashes and sums are kept.", []));
        var nodes = (await LeaseStore.Gpus(tx, await EpochStore.Metered(tx, row))).SelectMany(gpus => gpus).Select(g => g.NodeId).Distinct().ToList();
        return TypedResults.Stream(stream => EvidenceStore.Write(tx, epoch, nodes, stream, http.RequestAborted), "application/json");
    }
}

/// <summary>Puts together what is shown of an epoch.</summary>
internal sealed class EpochDesk(Deployment deployment, PayTokens tokens, TimeProvider time)
{
    /// <summary>Epochs before one whose roots can put it off.</summary>
    private const long LongestRing = 64;

    public async Task<EpochView> View(Tx tx, EpochRow e)
    {
        var (post, transaction) = (await CancellationStore.Standing(tx, e.Epoch), await RootStore.PostTransaction(tx, e));
        var activeAt = post is null ? default : await ActiveAt(tx, e.Epoch);
        var status = post is null ? await Unposted(tx, e, transaction)
            : post.Root != e.Root ? EpochStatus.Contested
            : activeAt <= time.Now() ? EpochStatus.Active : EpochStatus.Posted;
        return new(
            e.Epoch, status, e.Attempt, e.Root.Value, e.PreviousRoot.Value, e.Leases, new Money(e.Rent, tokens.Default).ToJson(), e.GpuSeconds, e.WattHours,
            e.DataHash.Value, deployment.Epochs.StartOf(e.Epoch), deployment.Epochs.EndOf(e.Epoch), e.ClosedAt, transaction?.Value,
            post is null ? null : new(post.TxHash.Value, post.BlockNumber, post.MinedAt, post.Poster.Value, post.Root.Value, activeAt),
            (await EpochStore.StaleIndex(tx, e)).ConvertAll(l => l.Value));
    }

    private static async Task<EpochStatus> Unposted(Tx tx, EpochRow e, TransactionId? transaction) =>
        e.Attempt != await CancellationStore.NextAttempt(tx) ? EpochStatus.Cancelled : transaction is null ? EpochStatus.Closed : EpochStatus.Posting;

    /// <summary>Since when the epoch's root pays out, unchallenged; null while it does not, or another root stands in its place.</summary>
    public async Task<DateTimeOffset?> ActiveSince(Tx tx, EpochRow e) =>
        await CancellationStore.Standing(tx, e.Epoch) is { } post && post.Root == e.Root && await ActiveAt(tx, e.Epoch) is var at && at <= time.Now() ? at : null;

    private async Task<DateTimeOffset> ActiveAt(Tx tx, long epoch)
    {
        var standing = await CancellationStore.StandingFrom(tx, epoch - LongestRing);
        return DateTimeOffset.FromUnixTimeSeconds(RootRing.ActiveAt(standing.TakeWhile(s => s.Post.Epoch <= epoch), deployment.ChallengeWindow)[epoch]);
    }
}

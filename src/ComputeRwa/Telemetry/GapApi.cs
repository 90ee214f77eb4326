using System.Globalization;
using ComputeRwa.Db;
using ComputeRwa.Fleet;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Telemetry;

/// <param name="Through">where the last link ends; null before the first</param>
/// <param name="Missing">numbers that must come before what waits behind them counts</param>
/// <param name="Holes">times without samples between links; null when no range was asked for</param>
internal sealed record GapsView(string NodeId, long NextSequence, DateTimeOffset? Through, IReadOnlyList<MissingView> Missing, Page<HoleView>? Holes);

/// <param name="FirstSequence">the first number that is missing</param>
internal sealed record MissingView(long FirstSequence, long LastSequence, BehindView Behind);

/// <summary>Batches that wait, without a gap among their numbers.</summary>
internal sealed record BehindView(long FirstSequence, long LastSequence, long Bytes, DateTimeOffset From, DateTimeOffset To);

/// <param name="AfterSequence">the link that ends where the hole begins</param>
internal sealed record HoleView(long AfterSequence, long BeforeSequence, DateTimeOffset From, DateTimeOffset To);

/// <summary>A batch that waited and can never be a link.</summary>
internal sealed record RefusedView(
    string Id, long Sequence, long Epoch, DateTimeOffset From, DateTimeOffset To, string Hash, string Reason, DateTimeOffset ReceivedAt, DateTimeOffset RefusedAt);

internal static class GapApi
{
    public static void MapGaps(this RouteGroupBuilder nodes)
    {
        nodes.MapGet("/gaps", Gaps).WithSummary("What is missing of a node's chain, what waits behind it, and the times of a range without samples");
        nodes.MapGet("/batches/refused", Refused).WithSummary("Batches that waited for others and can never be links, oldest refusal first");
    }

    /// <param name="after">the last page's cursor</param>
    private static async Task<Results<Ok<GapsView>, Refusal>> Gaps(string id, Tx tx, DateTimeOffset? from = null, DateTimeOffset? to = null, long after = 0, int limit = 100)
    {
        if (await NodeStore.Find(tx, NodeId.From(id)) is not { } node) return new Refusal(Error.NotFound("node", id));
        var head = await TelemetryStore.Head(tx, node.Id);
        var missing = Missing.Of(head.NextSequence, (await WaitingStore.Of(tx, [node.Id]))[node.Id]);
        Page<HoleView>? holes = null;
        if (from is not null || to is not null)
        {
            var fields = new Fields();
            fields.Require(from is not null, "from", "is missing");
            fields.Require(to is not null, "to", "is missing");
            var (first, end) = fields.Error is null ? SeriesRange.ReadTimes(from!.Value, to!.Value, fields) : default;
            if (fields.Error is { } error) return new Refusal(error);
            var rows = await GapStore.Holes(tx, node.Id, head.NextSequence, first, end, Math.Max(after, 0), Paging.Clamp(limit));
            holes = Page.Of(rows.ConvertAll(View), limit, h => h.BeforeSequence.ToString(CultureInfo.InvariantCulture));
        }
        return TypedResults.Ok(new GapsView(id, head.NextSequence, head.NextSequence == 0 ? null : At(head.EndsAt), [.. missing.Select(View)], holes));
    }

    private static async Task<Results<Ok<Page<RefusedView>>, Refusal>> Refused(string id, Tx tx, string after = "", int limit = 100)
    {
        if (await NodeStore.Find(tx, NodeId.From(id)) is not { } node) return new Refusal(Error.NotFound("node", id));
        var rows = await WaitingStore.Refused(tx, node.Id, after, Paging.Clamp(limit));
        return TypedResults.Ok(Page.Of(rows.ConvertAll(View), limit, r => r.Id));
    }

    private static MissingView View(Missing gap) => new(gap.First, gap.Last, new(
        gap.Behind[0].Link.Sequence, gap.Behind[^1].Link.Sequence, gap.Behind.Sum(b => b.Size), At(gap.Behind[0].Link.From), At(gap.Behind[^1].Link.To)));

    private static HoleView View(Hole hole) => new(hole.Before - 1, hole.Before, At(hole.FromSecond), At(hole.ToSecond));

    private static RefusedView View(RefusedRow r) => new(r.Id, r.Sequence, r.Epoch, At(r.FromSecond), At(r.ToSecond), r.Hash.Value, r.Reason, r.ReceivedAt, r.RefusedAt);

    private static DateTimeOffset At(long second) => DateTimeOffset.FromUnixTimeSeconds(second);
}

using System.Text.Json;
using System.Text.Json.Nodes;
using ComputeRwa.Db;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Http;

/// <summary>The public feed: what happened, in one gapless order. It is the truth that webhooks only announce.</summary>
internal static class Feed
{
    /// <summary>
    /// Adds an event in the caller's own transaction, as the last thing before it commits: whoever has taken a number keeps all others waiting.
    /// <paramref name="subject"/> is the id of what it is about.
    /// </summary>
    public static void Append(Tx tx, string type, string subject, object data, DateTimeOffset now)
    {
        if (!tx.IsReplay) tx.Later(new NewEvent(type, subject, JsonSerializer.Serialize(data, JsonSerializerOptions.Web), now), Write);
    }

    /// <summary>So many are copied, after their numbers were taken: what a projector tells of a chain that is read back.</summary>
    private const int Many = 200;

    private static async Task Write(Tx tx, IReadOnlyList<NewEvent> events)
    {
        if (tx.IsPostgres && events.Count < Many)
        {
            await tx.Send(
                """
                WITH last AS (UPDATE counters SET value = value + @count WHERE name = 'feed' RETURNING value)
                INSERT INTO feed (seq, type, subject, data, at)
                SELECT (SELECT value FROM last) - @count + e.place, e.type, e.subject, e.data, e.at
                FROM unnest(@types, @subjects, @data, @times) WITH ORDINALITY AS e (type, subject, data, at, place)
                """,
                new
                {
                    count = (long)events.Count, types = events.Select(e => e.Type).ToArray(), subjects = events.Select(e => e.Subject).ToArray(),
                    data = events.Select(e => e.Data).ToArray(), times = events.Select(e => e.At.ToUnixTimeMilliseconds()).ToArray(),
                });
            return;
        }
        var last = await tx.Single<long>("UPDATE counters SET value = value + @count WHERE name = 'feed' RETURNING value", new { count = (long)events.Count });
        var first = last - events.Count + 1;
        await Inserting.Insert(tx, [.. events.Select((e, i) => (first + i, e))]);
    }

    private static readonly Bulk<(long Seq, NewEvent Event)> Inserting = new Bulk<(long Seq, NewEvent Event)>("INSERT INTO feed")
        .Number("seq", e => e.Seq).Text("type", e => e.Event.Type).Text("subject", e => e.Event.Subject).Text("data", e => e.Event.Data)
        .Number("at", e => e.Event.At.ToUnixTimeMilliseconds());

    private sealed record NewEvent(string Type, string Subject, string Data, DateTimeOffset At);

    public static Task<List<FeedRow>> After(Tx tx, long after, int limit, string? subject) => tx.Query<FeedRow>(
        "SELECT seq, type, subject, data, at FROM feed WHERE seq > @after AND (@subject IS NULL OR subject = @subject) ORDER BY seq LIMIT @limit",
        new { after, limit, subject });
}

internal sealed record FeedRow(long Seq, string Type, string Subject, string Data, DateTimeOffset At);

/// <summary>One event of the feed. Pass the last <c>Seq</c> you handled as <c>after</c> to go on.</summary>
internal sealed record FeedEvent(long Seq, string Type, string Subject, JsonNode? Data, DateTimeOffset At);

internal static class FeedApi
{
    public static void MapFeed(this IEndpointRouteBuilder app) =>
        app.MapGet("/v1/events", List).WithTags("Events").WithSummary("Events after a sequence number, oldest first");

    private static async Task<Ok<Page<FeedEvent>>> List(Tx tx, long after = 0, int limit = 100, string? subject = null)
    {
        var rows = await Feed.After(tx, after, Paging.Clamp(limit), subject);
        return TypedResults.Ok(Page.Of(rows.ConvertAll(r => new FeedEvent(r.Seq, r.Type, r.Subject, JsonNode.Parse(r.Data), r.At)),
            limit, e => e.Seq.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using ComputeRwa.Db;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Http;

/// <summary>The public feed: what happened, in one gapless order. It is the truth that webhooks only announce.</summary>
internal static class Feed
{
    /// <summary>Adds an event in the caller's own transaction. <paramref name="subject"/> is the id of what it is about.</summary>
    public static async Task Append(Tx tx, string type, string subject, object data, DateTimeOffset now)
    {
        var seq = await tx.Single<long>("UPDATE counters SET value = value + 1 WHERE name = 'feed' RETURNING value");
        await tx.Execute("INSERT INTO feed (seq, type, subject, data, at) VALUES (@seq, @type, @subject, @data, @now)",
            new { seq, type, subject, data = JsonSerializer.Serialize(data, JsonSerializerOptions.Web), now });
    }

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

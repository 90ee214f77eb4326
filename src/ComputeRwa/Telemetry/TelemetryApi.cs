using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Fleet;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;

namespace ComputeRwa.Telemetry;

/// <param name="Status">accepted, duplicate for an exact repeat, or waiting for the batches before it</param>
internal sealed record BatchReceipt(string NodeId, long Sequence, string Hash, string Status, Trust Trust);

/// <param name="Status">accepted, duplicate, waiting, or refused: then <c>Problem</c> says why, and the others have no <c>Problem</c></param>
internal sealed record BatchAnswer(string NodeId, long Sequence, string? Hash, string Status, Trust? Trust, Problem? Problem);

/// <summary>One answer for each batch, in the order of the request.</summary>
internal sealed record BatchAnswers(IReadOnlyList<BatchAnswer> Batches);

internal sealed record TelemetryPosition(long NextSequence, string HeadHash);

/// <param name="PreviousHash">null, like the signature, once the samples were dropped</param>
internal sealed record BatchView(
    long Sequence, long Epoch, DateTimeOffset From, long StepSeconds, long Samples, string? PreviousHash, string Hash, string? Signature, Trust Trust,
    DateTimeOffset ReceivedAt);

internal sealed record NodeRollup(string NodeId, long Epoch, int Batches, IReadOnlyList<GpuRollup> Gpus);

/// <param name="LoadBps">mean load over the available seconds</param>
internal sealed record GpuRollup(int Index, string Uuid, long AvailableSeconds, long BusySeconds, long LoadBps, long WattHours);

/// <param name="Gpu">its row in the node's telemetry; null for all of the node</param>
internal sealed record SeriesView(string NodeId, int? Gpu, DateTimeOffset From, DateTimeOffset To, long StepSeconds, IReadOnlyList<SeriesPoint> Points);

/// <param name="LoadBps">mean load over the available seconds, rounded down; null without any</param>
/// <param name="Joules">of all seconds with a power reading, rounded down</param>
internal sealed record SeriesPoint(DateTimeOffset At, long AvailableSeconds, long BusySeconds, long? LoadBps, long Joules);

internal static class TelemetryApi
{
    private const long MostBytes = 8 << 20;
    private const long MostUnpackedBytes = 32 << 20;

    public static void MapTelemetry(this IEndpointRouteBuilder app)
    {
        var telemetry = app.MapFeature("/v1/telemetry", "Telemetry").RequireAuthorization(Roles.Provider).WithMetadata(
            new BodyLimit(MostBytes), new OwnTransactions(MostUnpackedBytes), new CountsRefusals("computerwa_telemetry_requests_refused", "Requests with batches that were refused as a whole."),
            new ProducesResponseTypeMetadata(413, typeof(Problem), ["application/problem+json"]),
            new ProducesResponseTypeMetadata(503, typeof(Problem), ["application/problem+json"]));
        telemetry.MapPost("/batches", Post).Accepts<PostBatch>("application/json")
            .WithSummary("Add a node's next batch of samples; an exact repeat is answered as a duplicate, and a signed one that came too early waits");
        // The document knows one operation for a path and method; docs/telemetry-format.md describes this one.
        telemetry.MapPost("/batches", PostMany).WithMetadata(new AcceptsMetadata([PackedPost.MediaType])).ExcludeFromDescription();
        var nodes = app.MapFeature("/v1/nodes/{id}", "Telemetry");
        nodes.MapGet("/telemetry", Position).WithSummary("Where a node's chain of batches stands");
        nodes.MapGet("/batches", List).WithSummary("A node's batches without samples, oldest first");
        nodes.MapGet("/series", Series).WithSummary("A GPU's, or a whole node's, sums for each step of a range: what a chart needs");
        nodes.MapGaps();
        nodes.MapSigningKeys();
        nodes.MapGet("/rollups", Rollups).WithSummary("What each GPU of a node did in an epoch");
    }

    private static async Task<Results<Created<BatchReceipt>, Ok<BatchReceipt>, Accepted<BatchReceipt>, Refusal>> Post(PostBatch post, HttpContext http, TelemetryDesk desk)
    {
        var taken = (await desk.Take([post], p => p.NodeId, Batch.Read, (_, batch) => PackedBatch.Of(batch), http.Provider()))[0];
        if (!taken.Ok(out var batch, out var error)) return new Refusal(error);
        var receipt = new BatchReceipt(batch.Link.NodeId.Value, batch.Link.Sequence, batch.Link.Hash.Value, batch.Appended.Status, batch.Appended.Trust);
        if (batch.Appended.IsWaiting) return TypedResults.Accepted($"/v1/nodes/{receipt.NodeId}/gaps", receipt);
        return batch.Appended.IsDuplicate ? TypedResults.Ok(receipt) : TypedResults.Created($"/v1/nodes/{receipt.NodeId}/batches?after={receipt.Sequence - 1}&limit=1", receipt);
    }

    private static async Task<Results<Ok<BatchAnswers>, Refusal>> PostMany(HttpContext http, TelemetryDesk desk)
    {
        if (!PackedPost.ReadAll(((MemoryStream)http.Request.Body).GetBuffer()).Ok(out var posts, out var error)) return new Refusal(error);
        var taken = await desk.Take(posts, p => p.Envelope.NodeId, Batch.Read, (p, batch) => PackedBatch.Of(batch, p.Columns.ToArray()), http.Provider());
        return TypedResults.Ok(new BatchAnswers([.. posts.Zip(taken, (post, result) => Answer(post.Envelope, result))]));
    }

    private static BatchAnswer Answer(PostBatch post, Result<Taken> taken) => taken.Ok(out var batch, out var error)
        ? new(post.NodeId, post.Sequence, batch.Link.Hash.Value, batch.Appended.Status, batch.Appended.Trust, null)
        : new(post.NodeId, post.Sequence, null, "refused", null, Problems.From(error));

    private static async Task<Results<Ok<TelemetryPosition>, Refusal>> Position(string id, Tx tx)
    {
        if (await NodeStore.Find(tx, NodeId.From(id)) is not { } node) return new Refusal(Error.NotFound("node", id));
        var head = await TelemetryStore.Head(tx, node.Id);
        return TypedResults.Ok(new TelemetryPosition(head.NextSequence, head.Hash.Value));
    }

    private static async Task<Results<Ok<Page<BatchView>>, Refusal>> List(string id, Tx tx, long after = -1, int limit = 100)
    {
        if (await NodeStore.Find(tx, NodeId.From(id)) is not { } node) return new Refusal(Error.NotFound("node", id));
        var rows = await TelemetryStore.List(tx, node.Id, after, Paging.Clamp(limit));
        return TypedResults.Ok(Page.Of(rows.ConvertAll(View), limit, b => b.Sequence.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    private static async Task<Results<Ok<NodeRollup>, Refusal>> Rollups(string id, long epoch, Tx tx)
    {
        if (await NodeStore.Find(tx, NodeId.From(id)) is not { } node) return new Refusal(Error.NotFound("node", id));
        var batches = (await MeteringStore.Rollups(tx, node.Id, epoch)).ConvertAll(r => r.ToBatch());
        var gpus = node.GpuUuids.Select((uuid, i) => View(i, uuid, batches.Aggregate(default(GpuUse), (sum, b) => sum + b.Gpus[i])));
        return TypedResults.Ok(new NodeRollup(id, epoch, batches.Count, [.. gpus]));
    }

    private static async Task<Results<Ok<SeriesView>, Refusal>> Series(
        string id, DateTimeOffset from, DateTimeOffset to, long stepSeconds, Tx tx, Deployment deployment, int? gpu = null)
    {
        if (await NodeStore.Find(tx, NodeId.From(id)) is not { } node) return new Refusal(Error.NotFound("node", id));
        if (!SeriesRange.Read(from, to, stepSeconds, gpu, node.GpuUuids.Count).Ok(out var range, out var error)) return new Refusal(error);
        var sums = await SeriesStore.Read(tx, node.Id, range, deployment.Epochs);
        return TypedResults.Ok(new SeriesView(id, gpu, from, to, stepSeconds, [.. sums.Select((use, i) => Point(range.From + i * range.Step, use))]));
    }

    private static SeriesPoint Point(long second, GpuUse use) => new(
        DateTimeOffset.FromUnixTimeSeconds(second), use.Available, use.Busy, use.Available == 0 ? null : use.LoadSeconds / use.Available, use.MilliwattSeconds / 1_000);

    private static GpuRollup View(int index, string uuid, GpuUse use) => new(
        index, uuid, use.Available, use.Busy, use.Available == 0 ? 0 : use.LoadSeconds / use.Available, use.MilliwattSeconds / 3_600_000);

    private static BatchView View(BatchRow b) => new(
        b.Sequence, b.Epoch, DateTimeOffset.FromUnixTimeSeconds(b.FromSecond), b.StepSeconds, b.Samples, b.PreviousHash is null ? null : Hash32.Of(b.PreviousHash).Value,
        b.Hash.Value, b.Signature is null ? null : "0x" + Convert.ToHexStringLower(b.Signature),
        (Trust)b.Trust, b.ReceivedAt);
}

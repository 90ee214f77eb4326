using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Fleet;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Telemetry;

/// <param name="Status">accepted, or duplicate for an exact repeat</param>
internal sealed record BatchReceipt(string NodeId, long Sequence, string Hash, string Status, Trust Trust);

internal sealed record TelemetryPosition(long NextSequence, string HeadHash);

internal sealed record BatchView(
    long Sequence, long Epoch, DateTimeOffset From, long StepSeconds, long Samples, string PreviousHash, string Hash, string? Signature, Trust Trust,
    DateTimeOffset ReceivedAt);

internal sealed record NodeRollup(string NodeId, long Epoch, int Batches, IReadOnlyList<GpuRollup> Gpus);

/// <param name="LoadBps">mean load over the available seconds</param>
internal sealed record GpuRollup(int Index, string Uuid, long AvailableSeconds, long BusySeconds, long LoadBps, long WattHours);

internal static class TelemetryApi
{
    private const long MostBytes = 8 << 20;

    public static void MapTelemetry(this IEndpointRouteBuilder app)
    {
        app.MapFeature("/v1/telemetry", "Telemetry").MapPost("/batches", Post).RequireAuthorization(Roles.Provider)
            .Accepts<PostBatch>("application/json").WithMetadata(new BodyLimit(MostBytes), new ProducesResponseTypeMetadata(413, typeof(Problem), ["application/problem+json"]))
            .WithSummary("Add a node's next batch of samples; an exact repeat is answered as a duplicate");
        var nodes = app.MapFeature("/v1/nodes/{id}", "Telemetry");
        nodes.MapGet("/telemetry", Position).WithSummary("Where a node's chain of batches stands");
        nodes.MapGet("/batches", List).WithSummary("A node's batches without samples, oldest first");
        nodes.MapGet("/rollups", Rollups).WithSummary("What each GPU of a node did in an epoch");
    }

    private static async Task<Results<Created<BatchReceipt>, Ok<BatchReceipt>, Refusal>> Post(
        PostBatch post, HttpContext http, Database database, Tx tx, Deployment deployment, TimeProvider time)
    {
        var now = time.Now();
        if (await FindNode(database, post.NodeId) is not { } node)
            return new Refusal(new("not-found", $"There is no node {post.NodeId}.", [new("nodeId", "is not a registered node")]));
        if (!http.MayActFor(node.ProviderId))
            return new Refusal(new("forbidden", "The node belongs to another provider than this key.", [new("nodeId", "is not this key's")]));
        if (!Batch.Read(post, node, deployment.Epochs, now).Ok(out var batch, out var error)) return new Refusal(error);
        // Hashing, checking and packing are done; only now does the transaction open and other writers wait.
        if (!(await TelemetryStore.Append(tx, batch, PackedBatch.Of(batch), now)).Ok(out var appended, out error)) return new Refusal(error);
        var receipt = new BatchReceipt(node.Id.Value, batch.Sequence, batch.Hash.Value, appended.IsDuplicate ? "duplicate" : "accepted", appended.Trust);
        return appended.IsDuplicate ? TypedResults.Ok(receipt) : TypedResults.Created($"/v1/nodes/{node.Id}/batches?after={batch.Sequence - 1}&limit=1", receipt);
    }

    /// <summary>Nodes do not change, so a snapshot of its own will do: the request's own transaction would make other writers wait.</summary>
    private static async Task<Node?> FindNode(Database database, string id)
    {
        await using var read = database.Read();
        return await NodeStore.Find(read, NodeId.From(id));
    }

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
        var batches = (await MeteringStore.Rollups(tx, [node.Id], epoch)).ConvertAll(r => r.ToBatch());
        var gpus = node.GpuUuids.Select((uuid, i) => View(i, uuid, batches.Aggregate(default(GpuUse), (sum, b) => sum + b.Gpus[i])));
        return TypedResults.Ok(new NodeRollup(id, epoch, batches.Count, [.. gpus]));
    }

    private static GpuRollup View(int index, string uuid, GpuUse use) => new(
        index, uuid, use.Available, use.Busy, use.Available == 0 ? 0 : use.LoadSeconds / use.Available, use.MilliwattSeconds / 3_600_000);

    private static BatchView View(BatchRow b) => new(
        b.Sequence, b.Epoch, DateTimeOffset.FromUnixTimeSeconds(b.FromSecond), b.StepSeconds, b.Samples, b.PreviousHash.Value, b.Hash.Value, b.Signature,
        (Trust)b.Trust, b.ReceivedAt);
}

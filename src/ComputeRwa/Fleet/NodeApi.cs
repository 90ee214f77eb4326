using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Fleet;

/// <param name="GpuModel">a name from /v1/hardware</param>
/// <param name="GpuUuids">in the order in which the node's telemetry lists its GPUs</param>
/// <param name="NodeKey">the address whose key signs this node's telemetry; no node has or had it</param>
internal sealed record RegisterNode(string SiteId, string Name, string GpuModel, IReadOnlyList<string?> GpuUuids, string NodeKey);

/// <param name="SigningKey">what signs the next batch of the node's chain: the node key, or what was put in its place</param>
internal sealed record NodeView(
    string Id, string ProviderId, string SiteId, string Name, string GpuModel, int GpuCount, int MaxWattsPerGpu,
    IReadOnlyList<string> GpuUuids, string NodeKey, string SigningKey, DateTimeOffset CreatedAt);

/// <summary>Where nodes' chains of batches stand, which a later folder knows.</summary>
internal interface INextSequences
{
    /// <returns>by node; one without batches may be left out</returns>
    Task<IReadOnlyDictionary<NodeId, long>> Of(Tx tx, IReadOnlyCollection<NodeId> nodes);
}

/// <param name="Product">the name that nvidia-smi prints</param>
internal sealed record HardwareView(string GpuModel, string Product, int MaxWatts, int MemoryMiB);

internal static class NodeApi
{
    public static void MapNodes(this IEndpointRouteBuilder app)
    {
        var nodes = app.MapFeature("/v1/nodes", "Fleet");
        nodes.MapPost("/", Register).RequireAuthorization(Roles.Provider).WithSummary("Register a node with its GPUs and its key");
        nodes.MapGet("/", List).WithSummary("Nodes, oldest first");
        nodes.MapGet("/{id}", Get).WithSummary("One node");
        app.MapFeature("/v1/hardware", "Fleet").MapGet("/", ListHardware).WithSummary("GPU models that can be registered");
    }

    private static async Task<Results<Created<NodeView>, Refusal>> Register(RegisterNode request, HttpContext http, Tx tx, TimeProvider time)
    {
        var now = time.Now();
        if (await SiteStore.Find(tx, SiteId.From(request.SiteId)) is not { } site)
            return new Refusal(new("not-found", $"There is no site {request.SiteId}.", [new("siteId", "is not a registered site")]));
        if (!http.MayActFor(site.ProviderId))
            return new Refusal(new("forbidden", "The site belongs to another provider than this key.", [new("siteId", "is not this key's")]));
        if (!Node.Register(site, request.Name, request.GpuModel, request.GpuUuids, request.NodeKey, now).Ok(out var node, out var error))
            return new Refusal(error);
        var taken = await NodeStore.Insert(tx, node);
        if (taken.Count > 0)
            return new Refusal(new("duplicate-name", $"Another node has {string.Join(", ", taken)} already.", taken.ConvertAll(f => new FieldError(f, "belongs to another node already"))));
        Feed.Append(tx, "node.registered", node.Id.Value, new { siteId = site.Id.Value, gpuModel = node.Model.Name, gpuCount = node.GpuUuids.Count }, now);
        return TypedResults.Created($"/v1/nodes/{node.Id}", View(node, 0));
    }

    private static async Task<Ok<Page<NodeView>>> List(Tx tx, INextSequences next, string? siteId = null, string after = "", int limit = 100) =>
        TypedResults.Ok(Page.Of(await Views(tx, await NodeStore.List(tx, siteId, after, Paging.Clamp(limit)), next), limit, n => n.Id));

    private static async Task<Results<Ok<NodeView>, Refusal>> Get(string id, Tx tx, INextSequences next) =>
        await NodeStore.Find(tx, NodeId.From(id)) is { } node ? TypedResults.Ok((await Views(tx, [node], next))[0]) : new Refusal(Error.NotFound("node", id));

    private static async Task<List<NodeView>> Views(Tx tx, List<Node> nodes, INextSequences next)
    {
        var replaced = nodes.FindAll(n => n.Replacements.Count > 0).ConvertAll(n => n.Id);
        var sequences = replaced.Count == 0 ? null : await next.Of(tx, replaced);
        return nodes.ConvertAll(n => View(n, sequences?.GetValueOrDefault(n.Id) ?? 0));
    }

    private static Ok<Page<HardwareView>> ListHardware() =>
        TypedResults.Ok(new Page<HardwareView>([.. Hardware.All.Select(m => new HardwareView(m.Name, m.Product, m.MaxWatts, m.MemoryMiB))], null));

    private static NodeView View(Node n, long nextSequence) => new(
        n.Id.Value, n.ProviderId.Value, n.SiteId.Value, n.Name, n.Model.Name, n.GpuUuids.Count, n.Model.MaxWatts, n.GpuUuids, n.NodeKey.Value, n.KeyAt(nextSequence).Value, n.CreatedAt);
}

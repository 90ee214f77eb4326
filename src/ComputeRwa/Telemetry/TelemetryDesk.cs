using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Fleet;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry.Ingest;

namespace ComputeRwa.Telemetry;

/// <summary>A batch that is stored.</summary>
internal sealed record Taken(Link Link, Appended Appended);

/// <summary>Takes batches in: whose they are, what can be said of each by itself, and then all that passed to the writer.</summary>
internal sealed class TelemetryDesk(Database database, TelemetryWriter writer, Deployment deployment, Gauges gauges, TimeProvider time) : IDisposable
{
    // Unpacked samples take room, and more threads than cores make nothing faster.
    private readonly SemaphoreSlim _reading = new(Environment.ProcessorCount);

    /// <summary>What each batch says of itself, by its node and the time.</summary>
    public delegate Result<Batch> Read<in T>(T post, Node node, EpochLength epochs, DateTimeOffset now);

    /// <param name="caller">the provider whose nodes they must be; null for the operator</param>
    /// <returns>for each post what became of it, once all that were taken are durable</returns>
    /// <exception cref="UnavailableException">Nothing can be said of any of them; they may be sent again.</exception>
    public async Task<Result<Taken>[]> Take<T>(IReadOnlyList<T> posts, Func<T, string> nodeId, Read<T> read, Func<T, Batch, PackedBatch> pack, ProviderId? caller)
    {
        var (nodes, unsigned) = await FindNodes(posts.Select(nodeId));
        var results = new Result<Taken>[posts.Count];
        var ready = new List<(int Index, ReadyBatch Batch)>(posts.Count);
        await _reading.WaitAsync();
        try
        {
            var now = time.Now();
            for (var i = 0; i < results.Length; i++)
            {
                if (Judge(posts[i], nodes.GetValueOrDefault(nodeId(posts[i])), read, unsigned, caller, now).Ok(out var batch, out var error))
                    ready.Add((i, new(batch.Link, pack(posts[i], batch)) { SignedBy = batch.SignedBy }));
                else results[i] = error;
            }
        }
        finally
        {
            _reading.Release();
        }
        var stored = await writer.Append(ready.ConvertAll(r => r.Batch));
        foreach (var ((index, batch), verdict) in ready.Zip(stored))
            results[index] = verdict.Ok(out var appended, out var error) ? new Taken(batch.Link, appended) : error;
        Count(results);
        return results;
    }

    private void Count(Result<Taken>[] results)
    {
        foreach (var same in results.GroupBy(r => r.Ok(out var taken, out var error) ? taken.Appended.Status : $"refused_{error.Code.Replace('-', '_')}"))
            gauges.Count($"computerwa_telemetry_batches_{same.Key}_total", "Batches of nodes' own by what became of them.", same.Count());
    }

    private Result<Batch> Judge<T>(T post, Node? node, Read<T> read, HashSet<NodeId> unsigned, ProviderId? caller, DateTimeOffset now)
    {
        if (node is null) return new Error("not-found", "There is no such node.", [new("nodeId", "is not a registered node")]);
        if (caller is { } own && own != node.ProviderId) return new Error("forbidden", "The node belongs to another provider than this key.", [new("nodeId", "is not this key's")]);
        if (unsigned.Contains(node.Id))
            return Error.Conflict("conflict", "is of a node whose samples come by the unsigned ways; DELETE /v1/nodes/{id}/ingest ends that", "nodeId");
        return read(post, node, deployment.Epochs, now);
    }

    /// <returns>those that are registered, and which of them take no batches of their own</returns>
    private async Task<(Dictionary<string, Node> Nodes, HashSet<NodeId> Unsigned)> FindNodes(IEnumerable<string> ids)
    {
        await using var tx = database.Read();
        var nodes = (await NodeStore.FindAll(tx, ids.Distinct().Select(NodeId.From))).ToDictionary(n => n.Id.Value);
        var unsigned = (await IngestStore.FindAll(tx, nodes.Values.Select(n => n.Id))).Where(n => n.IsOn != 0).Select(n => n.NodeId).ToHashSet();
        return (nodes, unsigned);
    }

    public void Dispose() => _reading.Dispose();
}

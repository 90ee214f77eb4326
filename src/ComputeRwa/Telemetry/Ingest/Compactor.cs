using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Fleet;
using ComputeRwa.Http;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry.Ingest;

/// <summary>
/// Makes batches of what lies in the inbox: one a node and window, unsigned, chained like any other; the rows leave the inbox in the same transaction.
/// A provider's windows are made in the order of time, by one process at a time.
/// </summary>
internal sealed class Compactor(Deployment deployment, Gauges gauges, TimeProvider time)
{
    // Rows read at a time: bounds the memory that packed samples take.
    private const int RowsAtATime = 64;
    private const int NodesAtATime = 256;

    /// <summary>Before an epoch is closed: everything of it that has arrived becomes batches, and nothing more arrives until the caller's transaction ends.</summary>
    public async Task Finish(Tx tx, long epoch)
    {
        await TelemetryStore.KeepOut(tx, epoch);
        foreach (var open in await IngestStore.Open(tx))
            if (open.WindowStart < deployment.Epochs.EndOf(epoch).ToUnixTimeSeconds()) await Compact(tx, open.ProviderId, open.WindowStart);
    }

    /// <summary>Everything that has arrived of a provider's becomes batches, whatever may still come.</summary>
    public async Task Finish(Tx tx, ProviderId provider)
    {
        foreach (var open in (await IngestStore.Open(tx)).Where(o => o.ProviderId == provider)) await Compact(tx, provider, open.WindowStart);
    }

    /// <returns>how many batches there are more</returns>
    public async Task<int> Compact(Tx tx, ProviderId provider, long windowStart)
    {
        var window = Window.Of(windowStart, deployment.Epochs);
        var epoch = window.Start / deployment.Epochs.Seconds;
        // The epoch's lock first, as who closes it takes it first.
        var isClosed = await TelemetryStore.IsClosed(tx, epoch);
        await tx.TakeTurn($"ingest/{provider}");
        var ids = await IngestStore.Ids(tx, provider, windowStart);
        if (ids.Count == 0) return 0;
        var (nodes, late) = await Gather(tx, ids, window, isClosed);
        var made = 0;
        foreach (var some in nodes.Chunk(NodesAtATime))
        {
            var batches = await Append(tx, some, epoch);
            (made, late) = (made + batches, late + some.Length - batches);
        }
        var repeated = nodes.Sum(n => n.Window.Repeated);
        await IngestStore.Remove(tx, ids);
        gauges.Count("computerwa_ingest_batches_total", "Batches made of samples that came by the unsigned ways.", made);
        gauges.Count("computerwa_ingest_samples_repeated_total", "Samples of a GPU, metric and step that had one already.", repeated);
        gauges.Count("computerwa_ingest_windows_late_total", "Windows of a node of which no batch could be made: they came after a later batch, or in a closed epoch.", late);
        return made;
    }

    private static async Task<(List<(NodeWindow Window, int Step)> Nodes, int Late)> Gather(Tx tx, List<string> ids, Window window, bool isClosed)
    {
        var windows = new Dictionary<NodeId, (NodeWindow Window, int Step)?>();
        foreach (var some in ids.Chunk(RowsAtATime))
        {
            var samples = new List<PlacedSample>();
            foreach (var body in await IngestStore.Bodies(tx, some)) Packet.Read(body, samples.Add);
            await Know(tx, Runs(samples).Select(r => samples[r.First].Node).Distinct().Where(n => !windows.ContainsKey(n)).ToList(), window, windows);
            foreach (var (first, end) in Runs(samples))
                if (windows[samples[first].Node] is { } known)
                    for (var i = first; i < end; i++) known.Window.Add(samples[i]);
        }
        if (isClosed) return ([], windows.Count);
        return ([.. windows.Values.Where(w => w is not null).Select(w => w!.Value).OrderBy(w => w.Window.Node.Id.Value, StringComparer.Ordinal)], windows.Values.Count(w => w is null));
    }

    /// <summary>Samples of one node that stand together, as a packet has them: its name is looked up once for all.</summary>
    private static IEnumerable<(int First, int End)> Runs(List<PlacedSample> samples)
    {
        for (var first = 0; first < samples.Count;)
        {
            var end = first + 1;
            while (end < samples.Count && ReferenceEquals(samples[end].Node.Value, samples[first].Node.Value)) end++;
            yield return (first, end);
            first = end;
        }
    }

    private static async Task Know(Tx tx, List<NodeId> ids, Window window, Dictionary<NodeId, (NodeWindow, int)?> windows)
    {
        if (ids.Count == 0) return;
        var nodes = (await NodeStore.FindAll(tx, ids)).ToDictionary(n => n.Id);
        var steps = (await IngestStore.FindAll(tx, ids)).ToDictionary(n => n.NodeId, n => (int)n.StepSeconds);
        foreach (var id in ids)
            windows[id] = nodes.TryGetValue(id, out var node) && steps.TryGetValue(id, out var step) ? (new(node, window, step), step) : null;
    }

    /// <returns>how many batches were made</returns>
    private async Task<int> Append(Tx tx, IReadOnlyList<(NodeWindow Window, int Step)> nodes, long epoch)
    {
        var heads = await TelemetryStore.Heads(tx, nodes.Select(n => n.Window.Node.Id));
        var batches = nodes.Select(n => Make(n.Window, n.Step, epoch, heads.GetValueOrDefault(n.Window.Node.Id, ChainHead.Empty))).OfType<ReadyBatch>().ToList();
        var verdicts = await TelemetryStore.AppendAll(tx, batches, time.Now());
        foreach (var (batch, verdict) in batches.Zip(verdicts ?? []))
        {
            if (!verdict.Ok(out _, out var error)) throw new UnavailableException("busy", $"{batch.Link.NodeId} has another batch meanwhile: {error.Message}");
            await IngestStore.Advance(tx, batch.Link.NodeId, batch.Link.To);
        }
        // PostgreSQL only: a node's own batch came in between. All of it is made again in another transaction.
        return verdicts is null ? throw new UnavailableException("busy", "A node has another batch meanwhile.") : batches.Count;
    }

    /// <returns>null when nothing is later than what the node's chain has.</returns>
    private static ReadyBatch? Make(NodeWindow window, int step, long epoch, ChainHead head)
    {
        if (window.Read(head.EndsAt) is not var (from, columns)) return null;
        var node = window.Node;
        var hash = Batch.HashOf(node.NodeKey, head.NextSequence, from, step, head.Hash, columns);
        var batch = new Batch(node.Id, head.NextSequence, epoch, from, step, head.Hash, columns, hash, null);
        return new(batch.Link, PackedBatch.Of(batch));
    }
}

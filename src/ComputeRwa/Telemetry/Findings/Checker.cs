using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Fleet;
using ComputeRwa.Http;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry.Findings;

/// <summary>
/// Checks an epoch's samples: node by node, a few batches in memory at a time; then all nodes' fingerprints against each other and against those of the
/// epochs before. Memory grows with the fleet by some 1.5 kB a GPU.
/// </summary>
internal sealed class Checker(Database database, Deployment deployment, Gauges gauges, TimeProvider time)
{
    /// <summary>Epochs before one whose fingerprints it is compared with.</summary>
    public const int EpochsCompared = 30;

    private const int BatchesAtATime = 16;
    private const int NodesAtATime = 500;

    /// <param name="hold">keeps a write among those of whoever may write</param>
    /// <returns>how many findings are new</returns>
    public async Task<int> Check(EpochToCheck epoch, Func<Tx, Task> hold)
    {
        List<NodeToCheck> nodes;
        await using (var tx = database.Read()) nodes = await CheckStore.Nodes(tx, epoch.Epoch);
        var found = 0;
        foreach (var node in nodes) found += await CheckNode(epoch.Epoch, node, hold);
        // An epoch of which the fingerprints were compared already, and of which nothing has come since, is only written down as final.
        var copies = nodes.Count == 0 ? [] : await Compare(epoch.Epoch);
        await using var write = database.Write();
        await hold(write);
        found += await Store(write, epoch.Epoch, copies);
        await CheckStore.Looked(write, epoch.Epoch, time.Now(), epoch.IsClosed);
        await write.Commit();
        return found;
    }

    private async Task<int> CheckNode(long epoch, NodeToCheck node, Func<Tx, Task> hold)
    {
        NodeChecks checks;
        await using (var tx = database.Read())
        {
            checks = new(await NodeStore.Find(tx, node.NodeId) ?? throw new InvalidOperationException($"{node.NodeId} has batches and is not registered."), deployment.Epochs.Seconds);
            List<CheckedBatch> batches;
            var after = -1L;
            do
            {
                batches = await CheckStore.Batches(tx, epoch, node.NodeId, after, node.Through, BatchesAtATime);
                foreach (var batch in batches)
                {
                    if (batch.Columns is { } columns) checks.Add(batch.FromSecond, (int)batch.StepSeconds, columns);
                    after = batch.Sequence;
                }
            }
            while (batches.Count == BatchesAtATime);
        }
        var findings = checks.End();
        await using var write = database.Write();
        await hold(write);
        var found = await Store(write, epoch, findings);
        await CheckStore.Checked(write, epoch, node, PackedPrints.Pack(checks.FleetPrints, Start(epoch)), checks.MilliwattSeconds);
        await write.Commit();
        return found;
    }

    private async Task<int> Store(Tx tx, long epoch, List<Finding> findings)
    {
        var found = 0;
        foreach (var finding in findings)
        {
            if (!await FindingStore.Insert(tx, epoch, finding, time.Now())) continue;
            found++;
            gauges.Count($"computerwa_findings_{finding.Check.Name.Replace('-', '_')}_total", finding.Check.Explanation, 1);
        }
        return found;
    }

    /// <summary>What nodes copied from each other in the epoch, or from the epochs before it.</summary>
    private async Task<List<Finding>> Compare(long epoch)
    {
        await using var tx = database.Read();
        var nodes = new List<NodeId>();
        var numbers = new Dictionary<NodeId, int>();
        var prints = new List<Print>();
        await foreach (var print in Prints(tx, epoch, nodes, numbers)) prints.Add(print);
        // Copies within a node were found with more fingerprints than these.
        var matches = Matching.Among(prints, Limits.PrintsOfAFleet).Where(m => m.Gpu / Node.MostGpus != m.Of / Node.MostGpus).ToList();
        for (var before = epoch - 1; before >= epoch - EpochsCompared; before--)
        {
            var earlier = new MatchesWith(prints);
            await foreach (var print in Prints(tx, before, nodes, numbers)) earlier.Add(print);
            matches.AddRange(earlier.End(Limits.PrintsOfAFleet));
        }
        if (matches.Count == 0) return [];
        matches = Matching.Best(matches);
        var gpus = (await NodeStore.FindAll(tx, matches.SelectMany(m => new[] { m.Gpu, m.Of }).Select(g => nodes[g / Node.MostGpus]).Distinct())).ToDictionary(n => n.Id);
        return [.. matches.SelectMany(m => Copies.Of(m, g => (nodes[g / Node.MostGpus], gpus[nodes[g / Node.MostGpus]].GpuUuids[g % Node.MostGpus])))];
    }

    private async IAsyncEnumerable<Print> Prints(Tx tx, long epoch, List<NodeId> nodes, Dictionary<NodeId, int> numbers)
    {
        List<NodePrints> some;
        var after = "";
        do
        {
            some = await CheckStore.Prints(tx, epoch, after, NodesAtATime);
            foreach (var (node, packed) in some)
            {
                if (!numbers.TryGetValue(node, out var number))
                {
                    numbers[node] = number = nodes.Count;
                    nodes.Add(node);
                }
                foreach (var print in PackedPrints.Read(packed, Start(epoch), number * Node.MostGpus)) yield return print;
                after = node.Value;
            }
        }
        while (some.Count == NodesAtATime);
    }

    private long Start(long epoch) => epoch * deployment.Epochs.Seconds;
}

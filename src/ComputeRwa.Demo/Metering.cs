namespace ComputeRwa.Demo;

/// <summary>The machines' side: every node measures, hashes, signs and posts its own batches, in order; nodes do so side by side.</summary>
internal sealed class Metering
{
    private const int HoursPerBatch = 4;
    private const int AtOnce = 4;

    private readonly Stage _stage;
    private readonly List<NodeMeter> _meters;

    public Metering(Stage stage, IReadOnlyList<FleetSite> sites, IReadOnlyList<Leased> leases)
    {
        _stage = stage;
        _meters = [.. sites.SelectMany(s => s.Nodes).Select(node => new NodeMeter(stage, node, leases.Single(l => l.Nodes.Contains(node))))];
    }

    /// <returns>how many GPU samples were posted</returns>
    public async Task<long> PostDay(int day)
    {
        var samples = 0L;
        await Parallel.ForEachAsync(_meters, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (meter, _) =>
            Interlocked.Add(ref samples, await meter.PostDay(_stage, day)));
        return samples;
    }

    /// <summary>One node: its walk, and where its chain of batches stands.</summary>
    private sealed class NodeMeter(Stage stage, FleetNode node, Leased lease)
    {
        private readonly NodeWalk _walk = new(stage.Seed.Random($"load {node.Lessor}.{node.Index}"), World.GpusPerNode);
        private readonly LoadCurve _curve = new(lease.Let.Workload, node.Gpu);
        private readonly RequestTrace? _requests = lease.Let.Workload.Requests is { } name ? new(name) : null;
        private ChainHead _head = ChainHead.Start;

        public async Task<long> PostDay(Stage stage, int day)
        {
            var minutes = Enumerable.Range(0, 24 * 60).Select(minute => Measure(day, minute)).ToArray();
            var samples = 0L;
            for (var hour = 0; hour < 24; hour += HoursPerBatch)
            {
                if (IsSilent(day, hour)) continue;
                var (batch, head) = Batches.Sign(node.Key, node.Id, _head, World.FirstDay.AddDays(day).AddHours(hour),
                    minutes[(hour * 60)..((hour + HoursPerBatch) * 60)], World.GpusPerNode);
                await stage.Api.Post<Receipt>($"batch-{node.Key.Name}-{batch.Sequence}", "/v1/telemetry/batches", batch);
                _head = head;
                samples += HoursPerBatch * 60 * World.GpusPerNode;
            }
            return samples;
        }

        private Reading[]? Measure(int day, int minute)
        {
            var stands = day > lease.LastDay || World.Curtailed is var c && c.Lease == lease.Index && c.Day == day && minute / 60 >= c.FromHour && minute / 60 < c.ToHour;
            return _walk.Next(stands ? null : _curve, node.Gpu, _requests?.At(minute));
        }

        private bool IsSilent(int day, int hour) => World.Breach is var b
            && (b.Lessor, b.Node, b.Day) == (node.Lessor, node.Index, day) && hour >= b.FromHour && hour < b.ToHour;
    }
}

using ComputeRwa.Fleet;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry.Findings;

/// <summary>All checks that need one node's samples only, over one epoch; batches are added in their order and not kept.</summary>
internal sealed class NodeChecks(Node node, long epochSeconds)
{
    private readonly GpuChecks[] _gpus = [.. node.GpuUuids.Select(_ => new GpuChecks(node.Model))];
    private readonly Fingerprinter[] _noise = [.. node.GpuUuids.Select(_ => new Fingerprinter())];
    private readonly List<Print> _prints = [];
    private readonly List<Print> _fleet = [];

    public void Add(long from, int step, Columns columns)
    {
        var (own, fleet) = (Fingerprinter.NodeBits(epochSeconds / step), Fingerprinter.FleetBits(epochSeconds / step));
        for (var gpu = 0; gpu < columns.Gpus; gpu++)
            for (var i = 0; i < columns.Samples; i++)
            {
                var reading = Reading.Of(columns, gpu, i, from, step);
                _gpus[gpu].Add(reading);
                if (reading.HasPower) MilliwattSeconds += (long)reading.PowerMilliwatts * reading.Step;
                if (_noise[gpu].Add(reading, own) is not var (hash, second)) continue;
                _prints.Add(new(hash, gpu, second));
                if (Fingerprinter.IsKept(hash, fleet)) _fleet.Add(new(hash, gpu, second));
            }
    }

    /// <summary>Energy of all GPUs over all sampled seconds.</summary>
    public long MilliwattSeconds { get; private set; }

    /// <summary>For comparison with other nodes and epochs; <c>Gpu</c> is the row in the node's telemetry.</summary>
    public IReadOnlyList<Print> FleetPrints => _fleet;

    public List<Finding> End()
    {
        var found = new List<Finding>();
        for (var gpu = 0; gpu < _gpus.Length; gpu++)
            foreach (var f in _gpus[gpu].End()) found.Add(new(f.Check, new(node.Id, node.GpuUuids[gpu], f.From, f.To), null, f.Figures));
        foreach (var match in Matching.Among(_prints, Limits.PrintsOfANode)) found.AddRange(Copies.Of(match, i => (node.Id, node.GpuUuids[i])));
        return found;
    }
}

/// <summary>What a match of fingerprints says.</summary>
internal static class Copies
{
    /// <summary>A copy at the same time is a finding of both: the series do not say which of them was measured. A later one is a finding of the later.</summary>
    public static IEnumerable<Finding> Of(Match match, Func<int, (NodeId Node, string Uuid)> gpu)
    {
        var figures = new Dictionary<string, long> { ["equalFingerprints"] = match.Prints, ["secondsLater"] = match.Shift };
        var (a, b) = (gpu(match.Gpu), gpu(match.Of));
        var (at, of) = (new GpuTime(a.Node, a.Uuid, match.From, match.To + 1), new GpuTime(b.Node, b.Uuid, match.From - match.Shift, match.To - match.Shift + 1));
        if (match.Shift > 0) return [new(Check.ReplayedSeries, at, of, figures)];
        return [new(Check.CopiedSeries, at, of, figures), new(Check.CopiedSeries, of, at, figures)];
    }
}

using System.Numerics;
using ComputeRwa.Verify.Reading;

namespace ComputeRwa.Verify.Auditing;

/// <summary>Every lease that the chain knows.</summary>
internal sealed class Originations
{
    private readonly Dictionary<string, (BigInteger Start, BigInteger Epochs)> _leases = [];

    public Originations(ChainRecord chain)
    {
        foreach (var e in chain.Events.Where(e => e.Name == "LeaseOriginated"))
            if (chain.Series[e.Hash("id")] is { StartEpoch: { } start, Epochs: { } epochs }) _leases.TryAdd(e.Hash("id"), (start, epochs));
    }

    public bool Knows(string lease) => _leases.ContainsKey(lease);

    /// <summary>Leases that have a leaf in an epoch's tree. One that ended before the first root never has.</summary>
    public IEnumerable<string> PlacedIn(long epoch, long first) => _leases.Where(l => l.Value.Start <= epoch && l.Value.Start + l.Value.Epochs > first).Select(l => l.Key);

    /// <summary>Whether some lease is metered in an epoch, and not only kept.</summary>
    public bool AnyRuns(long epoch) => _leases.Values.Any(l => l.Start <= epoch && epoch < l.Start + l.Epochs);
}

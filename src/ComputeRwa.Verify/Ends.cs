using System.Numerics;
using ComputeRwa.Verify.Reading;

namespace ComputeRwa.Verify;

/// <summary>
/// The last epochs of leases. An exit or a default on chain moves a lease's end forward, never before the epoch it happens in, so
/// one end holds for the whole of a history.
/// </summary>
internal sealed class Ends(IReadOnlyDictionary<string, BigInteger> epochs)
{
    /// <summary>Nobody has left early.</summary>
    public static readonly Ends AsSigned = new(new Dictionary<string, BigInteger>());

    /// <param name="events">in order; those that shorten a lease count</param>
    public static Ends Of(IEnumerable<ChainEvent> events)
    {
        var shortened = new Dictionary<string, BigInteger>();
        foreach (var e in events.Where(e => e.Name == "Shortened")) shortened[e.Hash("id")] = e["epochs"];
        return new(shortened);
    }

    public BigInteger LastEpoch(string leaseId, Struct terms) =>
        terms["startEpoch"] + (epochs.TryGetValue(leaseId.ToLowerInvariant(), out var shortened) ? shortened : terms["epochs"]) - 1;
}

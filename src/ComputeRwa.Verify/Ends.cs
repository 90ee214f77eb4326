using System.Numerics;

namespace ComputeRwa.Verify;

/// <summary>
/// The last epochs of leases. An exit or a default on chain moves a lease's end forward, never before the epoch it happens in, so
/// one end holds for the whole of a history.
/// </summary>
internal sealed class Ends(IReadOnlyDictionary<string, BigInteger> epochs)
{
    /// <summary>Nobody has left early.</summary>
    public static readonly Ends AsSigned = new(new Dictionary<string, BigInteger>());

    public BigInteger LastEpoch(string leaseId, Struct terms) =>
        terms["startEpoch"] + (epochs.TryGetValue(leaseId.ToLowerInvariant(), out var shortened) ? shortened : terms["epochs"]) - 1;
}

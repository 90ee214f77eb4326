using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry;

/// <summary>A GPU that is let: its node, and its row in that node's telemetry.</summary>
internal sealed record LetGpu(NodeId NodeId, string Uuid, long Index);

/// <summary>One batch of the epoch with what its GPUs did, curtailment already taken out.</summary>
internal sealed record MeteredBatch(NodeId NodeId, Address NodeKey, long Sequence, Hash32 Hash, Trust Trust, GpuUse[] Gpus);

/// <summary>What was measured of one lease in one epoch: the part of the metering record that comes from telemetry.</summary>
/// <param name="ReservedSeconds">GPU-seconds let: GPU count × epoch length</param>
/// <param name="AvailableSeconds">GPU-seconds with a load, outside curtailment</param>
/// <param name="BusySeconds">of these, with a load of at least 500 bps</param>
/// <param name="CurtailedSeconds">GPU-seconds inside curtailment notices</param>
/// <param name="LoadBps">mean load over the available seconds, rounded down; 0 when there are none</param>
/// <param name="ItWattHours">rounded down</param>
/// <param name="EvidenceHash">keccak256 over the hashes of the batches used, by node key then sequence number</param>
/// <param name="BatchesUsed">every batch in the epoch of the nodes that hold a GPU let</param>
internal sealed record MeteredUse(
    long ReservedSeconds, long AvailableSeconds, long BusySeconds, long CurtailedSeconds, int LoadBps, long ItWattHours,
    Hash32 EvidenceHash, Trust Trust, IReadOnlyList<BatchReference> BatchesUsed);

internal sealed record BatchReference(NodeId NodeId, long Sequence, Hash32 Hash);

internal static class Metering
{
    private const long MilliwattSecondsPerWattHour = 3_600_000;

    /// <summary>Adds up one lease's epoch. Batches of nodes that are not let are ignored; their order does not matter.</summary>
    public static MeteredUse Measure(IReadOnlyList<LetGpu> gpus, EpochLength length, Curtailment curtailment, IEnumerable<MeteredBatch> batches)
    {
        var indexes = gpus.ToLookup(g => g.NodeId, g => g.Index);
        var used = batches.Where(b => indexes.Contains(b.NodeId))
            .OrderBy(b => b.NodeKey.Value.ToLowerInvariant(), StringComparer.Ordinal).ThenBy(b => b.Sequence).ToList();
        GpuUse sum = default;
        Int128 milliwattSeconds = 0;
        foreach (var batch in used)
            foreach (var index in indexes[batch.NodeId])
            {
                var use = batch.Gpus[index];
                sum += use with { MilliwattSeconds = 0 };
                milliwattSeconds += use.MilliwattSeconds;
            }
        return new(
            gpus.Count * length.Seconds, sum.Available, sum.Busy, gpus.Count * curtailment.Seconds,
            sum.Available == 0 ? 0 : (int)(sum.LoadSeconds / sum.Available),
            (long)(milliwattSeconds / MilliwattSecondsPerWattHour),
            EvidenceHash(used), TrustIn(used, sum), used.ConvertAll(b => new BatchReference(b.NodeId, b.Sequence, b.Hash)));
    }

    private static Trust TrustIn(List<MeteredBatch> used, GpuUse sum) =>
        used.Count > 0 && sum.Guessed == 0 && used.TrueForAll(b => b.Trust != Trust.SelfReported) ? Trust.Attested : Trust.SelfReported;

    private static Hash32 EvidenceHash(List<MeteredBatch> used)
    {
        var bytes = new byte[used.Count * 32];
        for (var i = 0; i < used.Count; i++) used[i].Hash.ToBytes().CopyTo(bytes, i * 32);
        return Keccak.Hash(bytes);
    }
}

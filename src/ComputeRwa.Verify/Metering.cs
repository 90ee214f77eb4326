using System.Numerics;

namespace ComputeRwa.Verify;

/// <summary>From samples to a metering record, docs/settlement.md, second by second.</summary>
internal static class Metering
{
    private const int BusyBps = 500;

    /// <param name="stated">the file's own record; of what the pricing method asks for and no telemetry shows, its word is taken</param>
    public static Struct Record(EpochFile file, LeaseEntry lease, Struct terms, EvidenceFile evidence, Struct? stated)
    {
        var isCurtailed = CurtailedSeconds(file, lease);
        long available = 0, busy = 0, load = 0, milliwattSeconds = 0;
        var attested = true;
        foreach (var gpu in lease.Gpus)
            foreach (var (second, sample) in SecondsOf(gpu, evidence))
            {
                milliwattSeconds = checked(milliwattSeconds + (sample.Milliwatts ?? 0));
                if (sample.Load is not { } bps || isCurtailed[second - file.Start]) continue;
                available += 1;
                load = checked(load + bps);
                if (bps >= BusyBps) busy += 1;
                if (sample.SmActiveBps is null) attested = false; // it rests on gpuUtilPct, which is not load
            }

        var used = BatchesUsed(file, lease, evidence);
        attested &= used.Count > 0 && used.All(u => BatchChain.IsSigned(u.NodeKey, u.Keys, u.Batch));
        BigInteger itWattHours = milliwattSeconds / 3_600_000;
        var facilityWattHours = itWattHours * lease.PueBps / 10_000;
        return Struct.Of(Shape.MeteringRecord,
            Hashing.Number(Hashing.Unhex(lease.LeaseId, 32)),
            file.Epoch,
            terms["gpuCount"] * file.EpochLength,
            available,
            busy,
            terms["gpuCount"] * isCurtailed.Count(inside => inside),
            available == 0 ? 0 : load / available,
            itWattHours,
            facilityWattHours,
            facilityWattHours * lease.HeatReuseBps / 10_000,
            Asked(RentRule.Indexed, "indexValue"),
            Asked(RentRule.Indexed, "indexEpoch"),
            Asked(RentRule.RevenueShare, "revenue"),
            Asked(RentRule.RevenueShare, "revenueSource"),
            Hashing.Number(Hashing.Keccak([.. used.Select(u => Hashing.Unhex(u.Batch.Hash, 32))])),
            attested ? 1 : 0);

        BigInteger Asked(int method, string member) => terms["method"] == method && stated is not null ? stated[member] : 0;
    }

    private readonly record struct Sample(int? SmActiveBps, int? GpuUtilPct, int? Milliwatts)
    {
        /// <summary>In bps; null when the sample has none.</summary>
        public int? Load => SmActiveBps ?? GpuUtilPct * 100;
    }

    /// <summary>Every sampled second of one GPU. A sample stands for the seconds of its step, which begin at its time.</summary>
    private static IEnumerable<(long Second, Sample Sample)> SecondsOf(LetGpu gpu, EvidenceFile evidence)
    {
        if (evidence.Nodes.SingleOrDefault(n => n.NodeId == gpu.NodeId) is not { } node) yield break;
        var index = node.GpuUuids.ToList().IndexOf(gpu.Uuid);
        if (index < 0) yield break;
        foreach (var batch in node.Batches)
            for (var i = 0; i < batch.Samples; i++)
            {
                var sample = new Sample(batch.Columns.SmActiveBps[index][i], batch.Columns.GpuUtilPct[index][i], batch.Columns.PowerMilliwatts[index][i]);
                for (var second = 0L; second < batch.StepSeconds; second++) yield return (batch.From + i * batch.StepSeconds + second, sample);
            }
    }

    /// <summary>For each second of the epoch whether it lies inside a notice.</summary>
    private static bool[] CurtailedSeconds(EpochFile file, LeaseEntry lease)
    {
        var inside = new bool[file.EpochLength];
        foreach (var notice in lease.Curtailments)
            for (var second = Math.Max(notice.From, file.Start); second < Math.Min(notice.To, file.End); second++) inside[second - file.Start] = true;
        return inside;
    }

    /// <summary>All batches of the nodes that the lease has GPUs on, in order of node key then sequence number.</summary>
    private static List<(byte[] NodeKey, SigningKeys Keys, EvidenceBatch Batch)> BatchesUsed(EpochFile file, LeaseEntry lease, EvidenceFile evidence) =>
    [
        .. from node in evidence.Nodes
           where lease.Gpus.Any(g => g.NodeId == node.NodeId)
           let key = Hashing.Unhex(node.NodeKey, 20)
           let keys = SigningKeys.Of(node, file, (_, _) => { }) // what is wrong with them was said with their batches
           from batch in node.Batches
           orderby Hashing.Number(key), batch.Sequence
           select (key, keys, batch),
    ];
}

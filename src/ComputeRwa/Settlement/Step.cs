using ComputeRwa.Chain.Contracts;
using ComputeRwa.Db;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;

namespace ComputeRwa.Settlement;

/// <summary>
/// One lease's step from the epoch before, with the evidence that both leaves are in their trees: what EpochLedger takes to challenge, to
/// reveal and to object.
/// </summary>
/// <param name="Previous">zeros, without proof, in the lease's first epoch</param>
/// <param name="Record">null for a lease that has ended</param>
internal sealed record Step(
    Hash32 Root, LeaseTerms Terms, EpochLeaf? Previous, EpochLeaf Leaf, MeteringRecord? Record, IReadOnlyList<Hash32> PreviousProof, IReadOnlyList<Hash32> Proof)
{
    public StepDto ToDto() => new()
    {
        Terms = Terms.ToDto(),
        Previous = Previous is { } leaf ? Syncing.ToDto(leaf) : new() { RecordHash = new byte[32] },
        Leaf = Syncing.ToDto(Leaf),
        Record = Record is { } record ? ToDto(record) : new() { RevenueSource = new byte[32], EvidenceHash = new byte[32] },
        PreviousProof = [.. PreviousProof.Select(h => h.ToBytes())],
        Proof = [.. Proof.Select(h => h.ToBytes())],
    };

    /// <returns>null when the lease has no leaf in the epoch.</returns>
    public static async Task<Step?> Load(Tx tx, EpochTrees trees, EpochRow epoch, Lease lease)
    {
        if (await EpochStore.Leaf(tx, epoch, lease.Id) is not { } leaf) return null;
        var proof = (await trees.Of(tx, epoch)).Proof((int)leaf.Position);
        var before = epoch.PreviousRoot == Hash32.Zero ? null : await EpochStore.Find(tx, epoch.Epoch - 1);
        var previous = before is null ? null : await EpochStore.Leaf(tx, before, lease.Id);
        IReadOnlyList<Hash32> previousProof = previous is null ? [] : (await trees.Of(tx, before!)).Proof((int)previous.Position);
        return new(epoch.Root, lease.Terms, previous?.Leaf, leaf.Leaf, await EpochStore.Record(tx, epoch, lease.Id), previousProof, proof);
    }

    private static MeteringRecordDto ToDto(MeteringRecord r) => new()
    {
        LeaseId = r.LeaseId.ToInteger(), Epoch = r.Epoch, ReservedSeconds = r.ReservedSeconds, AvailableSeconds = r.AvailableSeconds, BusySeconds = r.BusySeconds,
        CurtailedSeconds = r.CurtailedSeconds, LoadBps = r.LoadBps, ItWattHours = r.ItWattHours, FacilityWattHours = r.FacilityWattHours,
        HeatWattHours = r.HeatWattHours, IndexValue = r.IndexValue, IndexEpoch = r.IndexEpoch, Revenue = r.Revenue, RevenueSource = r.RevenueSource.ToBytes(),
        EvidenceHash = r.EvidenceHash.ToBytes(), Trust = r.Trust,
    };
}

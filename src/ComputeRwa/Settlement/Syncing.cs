using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;

namespace ComputeRwa.Settlement;

/// <summary>Which leaves to apply, and in which calls.</summary>
internal static class Syncing
{
    /// <summary>Leaves in one call: a contiguous run of the tree shares most of its proof.</summary>
    public const int MostAtOnce = 50;

    /// <summary>Runs of at most <see cref="MostAtOnce"/> leaves in tree order.</summary>
    public static IEnumerable<StoredLeaf[]> Chunks(IEnumerable<StoredLeaf> leaves) => leaves.OrderBy(l => l.Position).Chunk(MostAtOnce);

    /// <param name="chunk">leaves in tree order</param>
    /// <param name="request">number of this sync of the epoch, so that another one after a top-up is another effect</param>
    public static Command Command(EpochRow epoch, MerkleTree tree, StoredLeaf[] chunk, int ordinal, long request, Deployment deployment)
    {
        var (id, subject, ledger) = ($"sync:{epoch.Epoch}:{epoch.Attempt}:{ordinal}:{request}", $"{epoch.Epoch}", deployment.Contracts.EpochLedger);
        if (chunk.Length == 1)
            return Chain.Command.Of(id, "sync", subject, ledger, new EpochLedger.Sync
            {
                Epoch = checked((uint)epoch.Epoch), Leaf = ToDto(chunk[0].Leaf), Proof = tree.Proof((int)chunk[0].Position).ConvertAll(h => h.ToBytes()),
            }, SettlementGas.Sync);
        var proof = tree.ProofOfMany(chunk.Select(l => (int)l.Position));
        return Chain.Command.Of(id, "sync", subject, ledger, new EpochLedger.SyncBatch
        {
            Epoch = checked((uint)epoch.Epoch), Leaves = [.. chunk.Select(l => ToDto(l.Leaf))], Proof = [.. proof.Proof.Select(h => h.ToBytes())], Flags = [.. proof.Flags],
        }, SettlementGas.SyncBatch(chunk.Length));
    }

    public static EpochLeafDto ToDto(EpochLeaf l) => new()
    {
        LeaseId = l.LeaseId.ToInteger(), Epoch = l.Epoch, Rent = l.Rent, Remainder = l.Remainder, CreditParts = l.CreditParts, GpuSeconds = l.GpuSeconds,
        WattHours = l.WattHours, CurtailedSeconds = l.CurtailedSeconds, HeatWattHours = l.HeatWattHours, RecordHash = l.RecordHash.ToBytes(),
    };
}

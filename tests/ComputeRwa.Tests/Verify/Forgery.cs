using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Settlement;

namespace ComputeRwa.Tests.Verify;

/// <summary>Epochs whose tree and totals fit leaves that are not true.</summary>
internal static class Forgery
{
    public static ClosedEpoch Of(ClosedEpoch closed, Action<List<SettledLease>> change)
    {
        var leases = closed.Leases.ToList();
        change(leases);
        return closed with { Leases = leases, Root = MerkleTree.Of([.. leases.Select(l => l.LeafHash)]).Root, Totals = EpochTotals.Of([.. leases.Select(l => l.Leaf)]) };
    }

    public static SettledLease WithLeaf(SettledLease lease, EpochLeaf leaf) => lease with { Leaf = leaf, LeafHash = leaf.Hash() };
}

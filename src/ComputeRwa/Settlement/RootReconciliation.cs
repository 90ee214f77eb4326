using System.Numerics;
using ComputeRwa.Kernel;

namespace ComputeRwa.Settlement;

/// <summary>An epoch's evidence: its row, its stored leaves, its file and what was posted of it.</summary>
/// <param name="Posted">null while its root is not on chain</param>
internal sealed record EpochEvidence(EpochRow Epoch, IReadOnlyList<StoredLeaf> Leaves, byte[] File, PostedRoot? Posted);

/// <summary>Roots on chain against the trees of the stored leaves.</summary>
internal static class RootReconciliation
{
    /// <param name="latest">the latest epoch posted and whether EpochLedger says its root is recorded; null before the first</param>
    /// <param name="orphans">posted roots of epochs that are not closed here</param>
    public static IEnumerable<Check> Check(IReadOnlyList<EpochEvidence> epochs, (long Epoch, bool IsActive)? latest, IReadOnlyList<PostedRoot> orphans, long block)
    {
        var leaves = new Comparison("leaves", "hash of each leaf", "epoch_leaves.leaf_hash", "recomputed from its members", block);
        var trees = new Comparison("trees", "root of each closed epoch", "epochs.root", "recomputed from epoch_leaves", block);
        var files = new Comparison("files", "hash of each epoch file", "epochs.data_hash", "keccak256 of epoch_files.content", block);
        var totals = new Comparison("totals", "rent of each closed epoch's leaves", "epochs.rent", "sum of epoch_leaves.rent", block);
        var posted = new Comparison("posted-roots", "root of each posted epoch", "epochs.root", "EpochPosted.root", block);
        var hashes = new Comparison("posted-files", "file hash of each posted epoch", "epochs.data_hash", "EpochPosted.dataHash", block);
        var recorded = new Comparison("recorded-root", "the latest root is the one that EpochLedger holds", "epoch_posts.root", "EpochLedger.isActive", block);
        foreach (var e in epochs)
        {
            var row = $"{e.Epoch.Epoch}/{e.Epoch.Attempt}";
            foreach (var leaf in e.Leaves) leaves.Add($"{row}/{leaf.Leaf.LeaseId}", leaf.LeafHash, leaf.Leaf.Hash());
            trees.Add(row, e.Epoch.Root, MerkleTree.Of([.. e.Leaves.Select(l => l.Leaf.Hash())]).Root);
            files.Add(row, e.Epoch.DataHash, Keccak.Hash(e.File));
            totals.Add(row, e.Epoch.Rent, e.Leaves.Aggregate(BigInteger.Zero, (sum, l) => sum + l.Leaf.Rent));
            if (e.Posted is not { } post) continue;
            posted.Add(row, e.Epoch.Root, post.Root);
            hashes.Add(row, e.Epoch.DataHash, post.DataHash);
        }
        foreach (var orphan in orphans) posted.Differs($"{orphan.Epoch}/{orphan.Attempt}", "not closed here", orphan.Root.Value);
        if (latest is { } last) recorded.Add($"{last.Epoch}", 1, last.IsActive ? 1 : 0);
        return [leaves.Result(), trees.Result(), files.Result(), totals.Result(), posted.Result(), hashes.Result(), recorded.Result()];
    }
}

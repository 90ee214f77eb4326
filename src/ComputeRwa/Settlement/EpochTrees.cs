using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Settlement;

/// <summary>Trees of closed epochs, rebuilt from their leaves when asked for. A closed epoch never changes, so the last few are kept.</summary>
internal sealed class EpochTrees
{
    private const int Kept = 4;

    private readonly Lock _lock = new();
    private readonly LinkedList<(EpochRow Epoch, MerkleTree Tree)> _trees = [];

    public async Task<MerkleTree> Of(Tx tx, EpochRow epoch)
    {
        lock (_lock)
            if (_trees.FirstOrDefault(t => t.Epoch == epoch).Tree is { } known) return known;
        var tree = MerkleTree.Of(await EpochStore.LeafHashes(tx, epoch.Epoch, epoch.Attempt));
        lock (_lock)
        {
            _trees.AddFirst((epoch, tree));
            if (_trees.Count > Kept) _trees.RemoveLast();
        }
        return tree;
    }
}

using ComputeRwa.Chain.Contracts;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Settlement;
using ComputeRwa.Tests.Support;
using Nethereum.Contracts;
using Nethereum.Hex.HexConvertors.Extensions;

namespace ComputeRwa.Tests.Settlement;

public sealed class SyncingTests
{
    private static readonly EpochRow Epoch = new(700, 0, Keccak.Hash([1]), Hash32.Zero, 0, 0, 0, 0, Keccak.Hash([2]), DateTimeOffset.UnixEpoch);

    private static List<StoredLeaf> Leaves(int count) =>
    [
        .. Enumerable.Range(0, count).Select(i => new EpochLeaf(Keccak.Hash(BitConverter.GetBytes(i)), 700, 10 * i, 0, 0, 0, 0, 0, 0, Hash32.Zero))
            .Select((leaf, i) => new StoredLeaf(i, leaf, leaf.Hash())),
    ];

    [Theory]
    [InlineData(0, new int[0])]
    [InlineData(1, new[] { 1 })]
    [InlineData(50, new[] { 50 })]
    [InlineData(51, new[] { 50, 1 })]
    [InlineData(123, new[] { 50, 50, 23 })]
    public void Leaves_go_in_runs_of_fifty_in_tree_order(int leaves, int[] chunks)
    {
        var made = Syncing.Chunks(Enumerable.Reverse(Leaves(leaves))).ToList();
        Assert.Equal(chunks, made.Select(c => c.Length));
        Assert.Equal(Enumerable.Range(0, leaves).Select(i => (long)i), made.SelectMany(c => c).Select(l => l.Position));
    }

    [Fact]
    public void Each_run_carries_one_proof_that_leads_to_the_root()
    {
        var leaves = Leaves(123);
        var tree = MerkleTree.Of(leaves.ConvertAll(l => l.LeafHash));
        foreach (var (ordinal, chunk) in Syncing.Chunks(leaves.Where(l => l.Position % 7 != 3)).Index())
        {
            var command = Syncing.Command(Epoch, tree, chunk, ordinal, 2, Deployments.Example);
            Assert.Equal($"sync:700:0:{ordinal}:2", command.CommandId);
            var call = new EpochLedger.SyncBatch().DecodeInput(command.CallData);
            Assert.Equal(chunk.Select(l => l.Leaf.LeaseId.ToInteger()), call.Leaves.Select(l => l.LeaseId));
            Assert.True(MerkleTree.VerifyMany(tree.Root, [.. chunk.Select(l => l.LeafHash)], call.Proof.ConvertAll(p => Hash32.Of(p)), call.Flags));
        }
    }

    [Fact]
    public void A_single_leaf_is_synced_by_its_own_proof()
    {
        var leaves = Leaves(9);
        var tree = MerkleTree.Of(leaves.ConvertAll(l => l.LeafHash));
        var call = new EpochLedger.Sync().DecodeInput(Syncing.Command(Epoch, tree, [leaves[4]], 0, 1, Deployments.Example).CallData);
        Assert.True(MerkleTree.Verify(tree.Root, leaves[4].LeafHash, call.Proof.Select(p => Hash32.Of(p))));
        Assert.Equal(leaves[4].Leaf.Rent, call.Leaf.Rent);
    }

    [Fact]
    public void Another_sync_of_the_same_leaves_is_another_effect()
    {
        var (leaves, tree) = (Leaves(2), MerkleTree.Of(Leaves(2).ConvertAll(l => l.LeafHash)));
        Assert.NotEqual(Syncing.Command(Epoch, tree, [.. leaves], 0, 1, Deployments.Example).CommandId, Syncing.Command(Epoch, tree, [.. leaves], 0, 2, Deployments.Example).CommandId);
    }
}

using System.Diagnostics;
using System.Text.Json;
using ComputeRwa.Kernel;
using ComputeRwa.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace ComputeRwa.Tests.Kernel;

public class MerkleTests
{
    private static readonly string Vectors = Path.Combine(Repository.Root, "tests", "vectors", "eth");

    [Fact]
    public void A_tree_of_hashes_has_the_nodes_of_openzeppelins()
    {
        using var dump = Read("oz_merkle_simple-v1.unsorted.1_0_6.json");
        var values = dump.RootElement.GetProperty("values").EnumerateArray().Select(v => Hash32.Parse(v.GetProperty("value").GetString()!)).ToList();
        Assert.Equal(Tree(dump), MerkleTree.Of(values).Nodes());
    }

    [Fact]
    public void A_tree_of_encoded_values_has_the_nodes_of_openzeppelins()
    {
        using var dump = Read("oz_merkle_standard-v1.unsorted.1_0_6.json");
        var values = dump.RootElement.GetProperty("values").EnumerateArray().Select(v => v.GetProperty("value")[0].GetString()!).ToList();
        Assert.Equal(Tree(dump), MerkleTree.Of(values.ConvertAll(v => MerkleTree.LeafHash(AbiString(v)))).Nodes());
    }

    [Fact]
    public void Every_leaf_of_every_tree_proves() => Prop.ForAll(Gen.Choose(1, 70).ToArbitrary(), count =>
    {
        var (leaves, tree) = Make(count);
        return Enumerable.Range(0, count).All(i => tree.Leaf(i) == leaves[i] && MerkleTree.Verify(tree.Root, leaves[i], tree.Proof(i)));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_subset_of_leaves_proves_at_once() => Prop.ForAll(Subsets.ToArbitrary(), subset =>
    {
        var (leaves, tree) = Make(subset.Length);
        var indices = Enumerable.Range(0, subset.Length).Where(i => subset[i]).ToList();
        var many = tree.ProofOfMany(indices.AsEnumerable().Reverse());
        return many.Indices.SequenceEqual(indices)
            && many.Leaves.SequenceEqual(indices.Select(i => leaves[i]))
            && MerkleTree.VerifyMany(tree.Root, many.Leaves, many.Proof, many.Flags);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_foreign_leaf_proves_nowhere() => Prop.ForAll(Gen.Choose(2, 40).ToArbitrary(), count =>
    {
        var (_, tree) = Make(count);
        var foreign = Keccak.Hash([0xff]);
        return Enumerable.Range(0, count).All(i => !MerkleTree.Verify(tree.Root, foreign, tree.Proof(i)));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_proof_of_several_of_the_wrong_shape_is_false_and_no_exception()
    {
        var (leaves, tree) = Make(5);
        var many = tree.ProofOfMany([0, 3]);
        Assert.False(MerkleTree.VerifyMany(tree.Root, many.Leaves, [], many.Flags));
        Assert.False(MerkleTree.VerifyMany(tree.Root, [], many.Proof, many.Flags));
        Assert.False(MerkleTree.VerifyMany(tree.Root, [], [leaves[0]], [true]));
        Assert.False(MerkleTree.VerifyMany(tree.Root, [], [], []));
    }

    [Fact]
    public void Flat_leaves_make_the_same_tree()
    {
        var (leaves, tree) = Make(33);
        Assert.Equal(tree.Root, MerkleTree.OfFlat(leaves.SelectMany(l => l.ToBytes()).ToArray()).Root);
    }

    [Fact]
    public void No_leaves_an_index_outside_and_an_index_given_twice_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => MerkleTree.Of([]));
        var (_, tree) = Make(3);
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Proof(3));
        Assert.Throws<ArgumentException>(() => tree.ProofOfMany([1, 1]));
    }

    [Fact]
    public void A_wide_tree_hashed_on_several_cores_proves()
    {
        const int count = 20_001;
        var clock = Stopwatch.StartNew();
        var (leaves, tree) = Make(count);
        Assert.All([0, 1, count / 2, count - 1], i => Assert.True(MerkleTree.Verify(tree.Root, leaves[i], tree.Proof(i))));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10));
    }

    private static readonly Gen<bool[]> Subsets = Gen.Choose(1, 40).SelectMany(n => Gen.Elements(true, false).ArrayOf(n));

    private static (List<Hash32> Leaves, MerkleTree Tree) Make(int count)
    {
        var leaves = Enumerable.Range(0, count).Select(i => Keccak.Hash(BitConverter.GetBytes(i))).ToList();
        return (leaves, MerkleTree.Of(leaves));
    }

    private static JsonDocument Read(string name) => JsonDocument.Parse(File.ReadAllText(Path.Combine(Vectors, name)));

    private static IEnumerable<Hash32> Tree(JsonDocument dump) =>
        dump.RootElement.GetProperty("tree").EnumerateArray().Select(n => Hash32.Parse(n.GetString()!));

    private static byte[] AbiString(string text) =>
        [.. Hex.Word(32), .. Hex.Word(text.Length), .. System.Text.Encoding.ASCII.GetBytes(text.PadRight((text.Length + 31) / 32 * 32, '\0'))];
}

using System.Text.Json;
using Nethereum.ABI;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Util;

namespace Nethereum.Conformance;

/// <summary>Rebuilds OpenZeppelin's trees from their values.</summary>
public class MerkleTreeVectorTests
{
    [Fact]
    public void The_standard_tree_has_its_nodes()
    {
        var dump = Vectors.Load("oz_merkle_standard-v1.unsorted.1_0_6.json");
        var types = dump.GetProperty("leafEncoding").EnumerateArray().Select(type => type.GetString()!).ToList();
        AssertTree(dump, value => Hash(new ABIEncode().GetABIEncoded(
            [.. value.EnumerateArray().Zip(types, (item, type) => new ABIValue(type, item.GetString()!))])));
    }

    [Fact]
    public void The_simple_tree_has_its_nodes() =>
        AssertTree(Vectors.Load("oz_merkle_simple-v1.unsorted.1_0_6.json"), value => value.GetString()!.HexToByteArray());

    private static void AssertTree(JsonElement dump, Func<JsonElement, byte[]> leaf)
    {
        var expected = dump.GetProperty("tree").EnumerateArray().Select(node => node.GetString()).ToList();
        var tree = new byte[expected.Count][];
        foreach (var entry in dump.GetProperty("values").EnumerateArray())
            tree[entry.GetProperty("treeIndex").GetInt32()] = leaf(entry.GetProperty("value"));
        for (var i = expected.Count - 1; i >= 0; i--) tree[i] ??= Parent(tree[2 * i + 1], tree[2 * i + 2]);

        Assert.Equal(6, dump.GetProperty("values").GetArrayLength());
        Assert.Equal(expected, tree.Select(node => node.ToHex(true)));
    }

    private static byte[] Parent(byte[] left, byte[] right) =>
        Sha3Keccack.Current.CalculateHash(left.AsSpan().SequenceCompareTo(right) <= 0 ? [.. left, .. right] : [.. right, .. left]);

    // Leaves are hashed twice, so that no inner node can pass for one.
    private static byte[] Hash(byte[] encoded) => Sha3Keccack.Current.CalculateHash(Sha3Keccack.Current.CalculateHash(encoded));
}

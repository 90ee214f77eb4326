namespace ComputeRwa.Verify;

/// <summary>OpenZeppelin's StandardMerkleTree with <c>sortLeaves: false</c>.</summary>
internal static class Tree
{
    /// <summary>A leaf is hashed twice, so that no inner node can pass for one.</summary>
    public static byte[] LeafHash(byte[] encoded) => Hashing.Keccak(Hashing.Keccak(encoded));

    /// <summary>
    /// The tree is an array of 2n−1 hashes: the root at 0, the children of i at 2i+1 and 2i+2, the leaves at the end in reverse
    /// order. A parent is the hash of its children, the smaller first.
    /// </summary>
    public static byte[] Root(IReadOnlyList<byte[]> leaves)
    {
        if (leaves.Count == 0) return new byte[32];
        var tree = new byte[2 * leaves.Count - 1][];
        for (var i = 0; i < leaves.Count; i++) tree[tree.Length - 1 - i] = leaves[i];
        for (var i = leaves.Count - 2; i >= 0; i--) tree[i] = Parent(tree[2 * i + 1], tree[2 * i + 2]);
        return tree[0];
    }

    private static byte[] Parent(byte[] a, byte[] b) => a.AsSpan().SequenceCompareTo(b) < 0 ? Hashing.Keccak(a, b) : Hashing.Keccak(b, a);
}

namespace ComputeRwa.Kernel;

/// <summary>
/// A Merkle tree in the layout of OpenZeppelin's StandardMerkleTree with <c>sortLeaves: false</c>: one array with the root first,
/// the children of node i at 2i+1 and 2i+2, and the leaves at the end in reverse. Pairs are hashed smaller first, so a proof
/// needs no positions. Nodes lie in one flat array: a million leaves are 64 MB and no objects.
/// </summary>
internal sealed class MerkleTree
{
    private const int Word = 32;
    private const int MostLeaves = 1 << 24;
    private const int WorthSharing = 4096;

    private readonly byte[] _nodes;

    public int LeafCount { get; }

    private MerkleTree(int leafCount)
    {
        if (leafCount is < 1 or > MostLeaves) throw new ArgumentOutOfRangeException(nameof(leafCount), leafCount, $"A tree has 1 to {MostLeaves} leaves.");
        LeafCount = leafCount;
        _nodes = new byte[(2 * leafCount - 1) * Word];
    }

    /// <exception cref="ArgumentOutOfRangeException">There are no leaves.</exception>
    public static MerkleTree Of(IReadOnlyCollection<Hash32> leaves)
    {
        var tree = new MerkleTree(leaves.Count);
        var i = 0;
        foreach (var leaf in leaves) leaf.ToBytes().CopyTo(tree.Node(tree.NodeOfLeaf(i++)));
        tree.HashInnerNodes();
        return tree;
    }

    /// <summary>The same from leaf hashes laid end to end, 32 bytes each, in leaf order.</summary>
    public static MerkleTree OfFlat(ReadOnlySpan<byte> leaves)
    {
        if (leaves.Length % Word != 0) throw new ArgumentException("Leaf hashes have 32 bytes each.", nameof(leaves));
        var tree = new MerkleTree(leaves.Length / Word);
        for (var i = 0; i < tree.LeafCount; i++) leaves.Slice(i * Word, Word).CopyTo(tree.Node(tree.NodeOfLeaf(i)));
        tree.HashInnerNodes();
        return tree;
    }

    /// <summary>StandardMerkleTree's leaf hash: keccak256(keccak256(abi.encode(values))).</summary>
    public static Hash32 LeafHash(byte[] encoded) => Hash32.Of(Keccak.Of(Keccak.Of(encoded)));

    public Hash32 Root => HashAt(0);

    public Hash32 Leaf(int index) => HashAt(NodeOfLeaf(Checked(index)));

    /// <summary>All nodes as OpenZeppelin's <c>dump().tree</c> lists them.</summary>
    public IEnumerable<Hash32> Nodes() => Enumerable.Range(0, _nodes.Length / Word).Select(HashAt);

    /// <summary>Sibling hashes from leaf <paramref name="index"/> up to the root.</summary>
    public List<Hash32> Proof(int index)
    {
        var proof = new List<Hash32>();
        for (var node = NodeOfLeaf(Checked(index)); node > 0; node = Parent(node)) proof.Add(HashAt(Sibling(node)));
        return proof;
    }

    /// <summary>One proof of several leaves, as MerkleProof.multiProofVerify reads it. Leaves come back in ascending index order.</summary>
    /// <exception cref="ArgumentException">An index is given twice.</exception>
    public MultiProof ProofOfMany(IEnumerable<int> indices)
    {
        var sorted = indices.Select(Checked).Order().ToList();
        if (sorted.Zip(sorted.Skip(1)).Any(pair => pair.First == pair.Second)) throw new ArgumentException("An index is given twice.", nameof(indices));
        var queue = new Queue<int>(sorted.Select(NodeOfLeaf));
        var (proof, flags) = (new List<Hash32>(), new List<bool>());
        while (queue.TryPeek(out var next) && next > 0)
        {
            var node = queue.Dequeue();
            var siblingIsKnown = queue.TryPeek(out var following) && following == Sibling(node);
            flags.Add(siblingIsKnown);
            if (siblingIsKnown) queue.Dequeue();
            else proof.Add(HashAt(Sibling(node)));
            queue.Enqueue(Parent(node));
        }
        if (sorted.Count == 0) proof.Add(Root);
        return new(sorted, sorted.ConvertAll(Leaf), proof, flags);
    }

    /// <summary>Whether <paramref name="proof"/> leads from <paramref name="leaf"/> to <paramref name="root"/>.</summary>
    public static bool Verify(Hash32 root, Hash32 leaf, IEnumerable<Hash32> proof) => proof.Aggregate(leaf, HashPair) == root;

    /// <summary>OpenZeppelin's multiProofVerify; false, never an exception, for a proof of the wrong shape.</summary>
    public static bool VerifyMany(Hash32 root, IReadOnlyList<Hash32> leaves, IReadOnlyList<Hash32> proof, IReadOnlyList<bool> flags)
    {
        if (leaves.Count + proof.Count != flags.Count + 1) return false;
        var queue = new Queue<Hash32>(leaves);
        var used = 0;
        foreach (var fromQueue in flags)
        {
            if (!queue.TryDequeue(out var left)) return false;
            Hash32 right;
            if (!fromQueue)
            {
                if (used == proof.Count) return false;
                right = proof[used++];
            }
            else if (!queue.TryDequeue(out right))
            {
                return false;
            }
            queue.Enqueue(HashPair(left, right));
        }
        var reached = flags.Count > 0 || leaves.Count > 0 ? queue.Dequeue() : proof[used++];
        return used == proof.Count && reached == root;
    }

    public static Hash32 HashPair(Hash32 a, Hash32 b)
    {
        var result = new byte[Word];
        HashPair(a.ToBytes(), b.ToBytes(), new byte[2 * Word], result);
        return Hash32.Of(result);
    }

    /// <summary>The one place where pairs are hashed: sorted, so that a proof carries no left or right.</summary>
    private static void HashPair(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, byte[] scratch, Span<byte> result)
    {
        var ordered = a.SequenceCompareTo(b) <= 0;
        (ordered ? a : b).CopyTo(scratch);
        (ordered ? b : a).CopyTo(scratch.AsSpan(Word));
        Keccak.Of(scratch).CopyTo(result);
    }

    /// <summary>Level by level from the deepest: the nodes of one level do not depend on each other, so a wide level is shared among cores.</summary>
    private void HashInnerNodes()
    {
        var inner = LeafCount - 1;
        for (var end = inner; end > 0;)
        {
            var start = (int)(System.Numerics.BitOperations.RoundUpToPowerOf2((uint)end + 1) / 2) - 1;
            HashRange(start, end);
            end = start;
        }
    }

    private void HashRange(int start, int end)
    {
        if (end - start < WorthSharing)
        {
            HashNodes(start, end);
            return;
        }
        var ranges = System.Collections.Concurrent.Partitioner.Create(start, end);
        Parallel.ForEach(ranges, range => HashNodes(range.Item1, range.Item2));
    }

    private void HashNodes(int start, int end)
    {
        var scratch = new byte[2 * Word];
        for (var i = start; i < end; i++) HashPair(Node(2 * i + 1), Node(2 * i + 2), scratch, Node(i));
    }

    private int Checked(int index) => index >= 0 && index < LeafCount ? index
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"The tree has {LeafCount} leaves.");

    private int NodeOfLeaf(int index) => 2 * LeafCount - 2 - index;
    private Span<byte> Node(int node) => _nodes.AsSpan(node * Word, Word);
    private Hash32 HashAt(int node) => Hash32.Of(Node(node));
    private static int Parent(int node) => (node - 1) / 2;
    private static int Sibling(int node) => node % 2 == 0 ? node - 1 : node + 1;
}

/// <summary>A proof of several leaves. <c>Indices</c> are ascending; <c>Leaves</c> are their hashes in the same order.</summary>
internal sealed record MultiProof(IReadOnlyList<int> Indices, IReadOnlyList<Hash32> Leaves, IReadOnlyList<Hash32> Proof, IReadOnlyList<bool> Flags);

using Nethereum.Util;

namespace Nethereum.Conformance;

/// <summary>The trie of the yellow paper, rebuilt whole for its root: enough for the vectors.</summary>
internal static class MerklePatriciaTrie
{
    private const int Branches = 16;

    /// <summary>An entry set to nothing is a deletion.</summary>
    public static byte[] Root(IEnumerable<(byte[] Key, byte[]? Value)> changes)
    {
        var entries = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (key, value) in changes)
        {
            var path = Convert.ToHexString(key);
            if (value is null) entries.Remove(path);
            else entries[path] = value;
        }

        var pairs = entries.Select(entry => (Nibbles(entry.Key), entry.Value)).ToList();
        return Sha3Keccack.Current.CalculateHash(Encode(pairs, 0));
    }

    private static byte[] Encode(List<(byte[] Path, byte[] Value)> entries, int depth)
    {
        if (entries.Count == 0) return RLP.RLP.EncodeElement(null);
        if (entries.Count == 1)
            return RLP.RLP.EncodeList(Compact(entries[0].Path.AsSpan(depth), true), RLP.RLP.EncodeElement(entries[0].Value));

        var shared = SharedLength(entries, depth);
        if (shared > 0)
            return RLP.RLP.EncodeList(Compact(entries[0].Path.AsSpan(depth, shared), false), Reference(Encode(entries, depth + shared)));

        var children = Enumerable.Range(0, Branches)
            .Select(nibble => Reference(Encode(entries.FindAll(entry => entry.Path.Length > depth && entry.Path[depth] == nibble), depth + 1)));
        var here = entries.Find(entry => entry.Path.Length == depth).Value;
        return RLP.RLP.EncodeList([.. children, RLP.RLP.EncodeElement(here)]);
    }

    // Nodes shorter than a hash stand in their parent themselves.
    private static byte[] Reference(byte[] node) =>
        node.Length < 32 ? node : RLP.RLP.EncodeElement(Sha3Keccack.Current.CalculateHash(node));

    private static int SharedLength(List<(byte[] Path, byte[] Value)> entries, int depth) =>
        entries.Min(entry => entries[0].Path.AsSpan(depth).CommonPrefixLength(entry.Path.AsSpan(depth)));

    private static byte[] Compact(ReadOnlySpan<byte> path, bool isLeaf)
    {
        var isOdd = path.Length % 2 == 1;
        var flag = (isLeaf ? 2 : 0) + (isOdd ? 1 : 0);
        byte[] nibbles = isOdd ? [(byte)flag, .. path] : [(byte)flag, 0, .. path];
        return RLP.RLP.EncodeElement([.. nibbles.Chunk(2).Select(pair => (byte)((pair[0] << 4) | pair[1]))]);
    }

    private static byte[] Nibbles(string hex) => [.. hex.Select(digit => Convert.ToByte(digit.ToString(), 16))];
}

using System.Text;
using ComputeRwa.Kernel;

namespace ComputeRwa.Leases;

/// <summary>A GPU that is let, and the key of its node.</summary>
internal sealed record LeasedGpu(NodeId NodeId, Address NodeKey, string Uuid);

/// <summary>
/// The GPUs of a lease in the order of its capacity root: ascending by node key as bytes, then UUID. The root is a Merkle root in
/// the StandardMerkleTree format over leaves of (address nodeKey, string gpuUuid), not sorted further.
/// </summary>
internal static class Capacity
{
    public static List<LeasedGpu> InOrder(IEnumerable<LeasedGpu> gpus) =>
        [.. gpus.OrderBy(g => g.NodeKey.Value.ToLowerInvariant(), StringComparer.Ordinal).ThenBy(g => g.Uuid, StringComparer.Ordinal)];

    /// <param name="ordered">as <see cref="InOrder"/> gives them</param>
    public static Hash32 Root(IReadOnlyCollection<LeasedGpu> ordered) =>
        MerkleTree.Of([.. ordered.Select(g => MerkleTree.LeafHash(Encode(g)))]).Root;

    /// <summary>abi.encode(address, string).</summary>
    private static byte[] Encode(LeasedGpu gpu)
    {
        var text = Encoding.UTF8.GetBytes(gpu.Uuid);
        var padded = new byte[(text.Length + 31) / 32 * 32];
        text.CopyTo(padded, 0);
        return [.. new Words(3).Add(gpu.NodeKey).Add(64ul).Add((ulong)text.Length).ToBytes(), .. padded];
    }
}

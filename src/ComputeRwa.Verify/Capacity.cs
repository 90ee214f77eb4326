using System.Text;

namespace ComputeRwa.Verify;

/// <summary>The capacity root that the signed terms carry: which GPUs, on which nodes, were let.</summary>
internal static class Capacity
{
    /// <summary>A StandardMerkleTree of ["address nodeKey", "string uuid"], in order of node key then UUID.</summary>
    public static byte[] Root(IReadOnlyList<LetGpu> gpus) => Tree.Root(
    [
        .. gpus.OrderBy(g => g.NodeKey.ToLowerInvariant(), StringComparer.Ordinal).ThenBy(g => g.Uuid, StringComparer.Ordinal)
            .Select(g => Tree.LeafHash(Encode(g))),
    ]);

    /// <summary>abi.encode(address, string): the address, where the string starts, its length, its bytes padded to words.</summary>
    private static byte[] Encode(LetGpu gpu)
    {
        var uuid = Encoding.UTF8.GetBytes(gpu.Uuid);
        var padding = new byte[(32 - uuid.Length % 32) % 32];
        return Hashing.Join(Hashing.Word(Hashing.Number(Hashing.Unhex(gpu.NodeKey, 20))), Hashing.Word(64), Hashing.Word(uuid.Length), uuid, padding);
    }
}

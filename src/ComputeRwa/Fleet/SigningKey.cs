using System.Buffers.Binary;
using ComputeRwa.Kernel;

namespace ComputeRwa.Fleet;

/// <summary>A key that signs a node's batches, from one of them on. A node's key stays its name when another signs in its place.</summary>
/// <param name="Number">0 for the key that the node was registered with, then one more for each that replaced the one before</param>
/// <param name="FromSequence">number of the first batch that it signs</param>
internal sealed record SigningKey(long Number, long FromSequence, Address Key)
{
    /// <summary>What those sign who put this key in the place of the one before; docs/api.md has the layout.</summary>
    public Hash32 Digest(Address nodeKey)
    {
        var label = "ComputeRwa node key v1"u8;
        var bytes = new byte[label.Length + 20 + 8 + 8 + 20];
        label.CopyTo(bytes);
        var rest = bytes.AsSpan(label.Length);
        nodeKey.ToBytes().CopyTo(rest);
        BinaryPrimitives.WriteInt64BigEndian(rest[20..], Number);
        BinaryPrimitives.WriteInt64BigEndian(rest[28..], FromSequence);
        Key.ToBytes().CopyTo(rest[36..]);
        return Keccak.Hash(bytes);
    }

    /// <summary>
    /// The replacement that holds for a batch: the last that begins with it or before it. One that was to begin later than its successor never holds.
    /// </summary>
    /// <returns>null where the node's own key signs</returns>
    public static SigningKey? At(IEnumerable<SigningKey> replacements, long sequence) => replacements.Where(k => k.FromSequence <= sequence).MaxBy(k => k.Number);
}

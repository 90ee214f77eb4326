using System.Buffers.Binary;

namespace Nethereum.ABI;

/// <summary>Reads words out of encoded data and refuses what lies beyond its end.</summary>
internal static class AbiData
{
    public static ReadOnlySpan<byte> Word(ReadOnlySpan<byte> data, int position) => Bytes(data, position, AbiWriter.Word);

    public static ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> data, int position, int size) =>
        position <= data.Length - size
            ? data.Slice(position, size)
            : throw new FormatException($"ABI data of {data.Length} bytes ends before {(long)position + size}");

    /// <summary>A length or offset, which can never exceed the data it stands in.</summary>
    public static int Size(ReadOnlySpan<byte> data, int position)
    {
        var word = Word(data, position);
        var size = BinaryPrimitives.ReadUInt32BigEndian(word[28..]);
        if (word[..28].IndexOfAnyExcept((byte)0) >= 0 || size > (uint)data.Length)
            throw new FormatException("ABI data names a length or offset beyond its end");
        return (int)size;
    }
}

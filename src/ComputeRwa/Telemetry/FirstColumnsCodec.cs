using System.Buffers.Binary;
using System.IO.Compression;

namespace ComputeRwa.Telemetry;

/// <summary>
/// Columns as they were stored before version 2, read only: for each GPU of each column the differences between neighbouring samples as zigzag
/// varints, the whole under Brotli.
/// </summary>
internal static class FirstColumnsCodec
{
    // Layout: version, then GPUs, samples and the length of the varints as int32 little-endian, then the Brotli stream.
    public const byte Version = 1;
    private const int HeaderSize = 1 + 3 * sizeof(int);

    /// <exception cref="InvalidDataException">The bytes are damaged.</exception>
    public static Columns Decompress(ReadOnlySpan<byte> packed)
    {
        if (packed.Length < HeaderSize) throw new InvalidDataException("The stored samples are damaged.");
        var gpus = BinaryPrimitives.ReadInt32LittleEndian(packed[1..]);
        var samples = BinaryPrimitives.ReadInt32LittleEndian(packed[5..]);
        var varints = new byte[BinaryPrimitives.ReadInt32LittleEndian(packed[9..])];
        if (!BrotliDecoder.TryDecompress(packed[HeaderSize..], varints, out var read) || read != varints.Length)
            throw new InvalidDataException("The stored samples are damaged.");
        return ReadVarints(varints, gpus, samples);
    }

    private static Columns ReadVarints(ReadOnlySpan<byte> from, int gpus, int samples)
    {
        var columns = new int[4][];
        var at = 0;
        for (var c = 0; c < columns.Length; c++)
        {
            var column = columns[c] = new int[gpus * samples];
            for (var i = 0; i < column.Length; i++)
            {
                var before = i % samples == 0 ? 0 : column[i - 1];
                column[i] = before + Unzigzag(ReadVarint(from, ref at));
            }
        }
        return Columns.Of(gpus, samples, columns);
    }

    private static int Unzigzag(uint value) => (int)(value >> 1) ^ -(int)(value & 1);

    private static uint ReadVarint(ReadOnlySpan<byte> from, ref int at)
    {
        uint value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = from[at++];
            value |= (uint)(next & 0x7f) << shift;
            if (next < 0x80) return value;
        }
    }
}

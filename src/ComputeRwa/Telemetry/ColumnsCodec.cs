using System.Buffers.Binary;
using System.IO.Compression;

namespace ComputeRwa.Telemetry;

/// <summary>
/// Columns in a row of the database: for each GPU of each column the differences between neighbouring samples as zigzag varints,
/// the whole under Brotli. Readings move little, so most differences are one byte and many are zero.
/// </summary>
internal static class ColumnsCodec
{
    // Layout: version, then GPUs, samples and the length of the varints as int32 little-endian, then the Brotli stream.
    private const byte Version = 1;
    private const int HeaderSize = 1 + 3 * sizeof(int);
    private const int MostVarintSize = 5;

    // Measured: level 4 costs no more than a tenth of what parsing the JSON does; level 5 takes twice as long and saves nothing.
    private const int Quality = 4;
    private const int WindowBits = 22;

    public static byte[] Compress(Columns columns)
    {
        var varints = new byte[4 * columns.Gpus * columns.Samples * MostVarintSize];
        var length = WriteVarints(columns, varints);
        var packed = new byte[HeaderSize + BrotliEncoder.GetMaxCompressedLength(length)];
        packed[0] = Version;
        BinaryPrimitives.WriteInt32LittleEndian(packed.AsSpan(1), columns.Gpus);
        BinaryPrimitives.WriteInt32LittleEndian(packed.AsSpan(5), columns.Samples);
        BinaryPrimitives.WriteInt32LittleEndian(packed.AsSpan(9), length);
        if (!BrotliEncoder.TryCompress(varints.AsSpan(0, length), packed.AsSpan(HeaderSize), out var written, Quality, WindowBits))
            throw new InvalidOperationException("Brotli wrote more than its own bound.");
        return packed[..(HeaderSize + written)];
    }

    /// <exception cref="InvalidDataException">These bytes are not what <see cref="Compress"/> wrote.</exception>
    public static Columns Decompress(ReadOnlySpan<byte> packed)
    {
        if (packed.Length < HeaderSize || packed[0] != Version) throw new InvalidDataException("The samples are stored in a layout this program does not know.");
        var gpus = BinaryPrimitives.ReadInt32LittleEndian(packed[1..]);
        var samples = BinaryPrimitives.ReadInt32LittleEndian(packed[5..]);
        var varints = new byte[BinaryPrimitives.ReadInt32LittleEndian(packed[9..])];
        if (!BrotliDecoder.TryDecompress(packed[HeaderSize..], varints, out var read) || read != varints.Length)
            throw new InvalidDataException("The stored samples are damaged.");
        return ReadVarints(varints, gpus, samples);
    }

    private static int WriteVarints(Columns columns, Span<byte> to)
    {
        var at = 0;
        foreach (var column in columns.InOrder)
            for (var i = 0; i < column.Length; i++)
            {
                var before = i % columns.Samples == 0 ? 0 : column[i - 1];
                at = WriteVarint(to, at, Zigzag(column[i] - before));
            }
        return at;
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

    private static uint Zigzag(int value) => (uint)(value << 1) ^ (uint)(value >> 31);

    private static int Unzigzag(uint value) => (int)(value >> 1) ^ -(int)(value & 1);

    private static int WriteVarint(Span<byte> to, int at, uint value)
    {
        for (; value >= 0x80; value >>= 7) to[at++] = (byte)(value | 0x80);
        to[at++] = (byte)value;
        return at;
    }

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

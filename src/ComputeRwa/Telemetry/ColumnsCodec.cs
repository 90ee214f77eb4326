using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace ComputeRwa.Telemetry;

/// <summary>
/// Columns in a row of the database and on the wire: docs/telemetry-format.md. What a node has sent this way is stored as it came.
/// </summary>
internal static class ColumnsCodec
{
    private const byte Version = 2;
    private const int HeaderSize = 1 + sizeof(ushort) + sizeof(uint);

    public static byte[] Compress(Columns columns)
    {
        var packed = new ArrayBufferWriter<byte>(HeaderSize + 4 * columns.Gpus * columns.Samples);
        var header = packed.GetSpan(HeaderSize);
        header[0] = Version;
        BinaryPrimitives.WriteUInt16BigEndian(header[1..], (ushort)columns.Gpus);
        BinaryPrimitives.WriteInt32BigEndian(header[3..], columns.Samples);
        packed.Advance(HeaderSize);
        foreach (var column in columns.InOrder)
            for (var gpu = 0; gpu < columns.Gpus; gpu++)
                packed.Advance(RowCodec.Write(column.AsSpan(gpu * columns.Samples, columns.Samples), packed.GetSpan(RowCodec.MostBytes(columns.Samples))));
        return packed.WrittenSpan.ToArray();
    }

    /// <exception cref="InvalidDataException">These bytes are not what <see cref="Compress"/> wrote, in this version or the first.</exception>
    public static Columns Decompress(ReadOnlySpan<byte> packed)
    {
        if (packed is [FirstColumnsCodec.Version, ..]) return FirstColumnsCodec.Decompress(packed);
        if (!TryMeasure(packed, out var gpus, out var samples)) throw new InvalidDataException("The samples are stored in a layout this program does not know.");
        return TryRead(packed, gpus, samples, out var columns) ? columns : throw new InvalidDataException("The stored samples are damaged.");
    }

    /// <summary>How much there would be, for a caller to judge before anything is allocated.</summary>
    public static bool TryMeasure(ReadOnlySpan<byte> packed, out int gpus, out int samples)
    {
        (gpus, samples) = (0, 0);
        if (packed.Length < HeaderSize || packed[0] != Version) return false;
        gpus = BinaryPrimitives.ReadUInt16BigEndian(packed[1..]);
        samples = BinaryPrimitives.ReadInt32BigEndian(packed[3..]);
        return gpus > 0 && samples > 0;
    }

    /// <returns>false when the rows are damaged, too few or too many.</returns>
    public static bool TryRead(ReadOnlySpan<byte> packed, int gpus, int samples, [NotNullWhen(true)] out Columns? columns)
    {
        columns = null;
        var values = new int[4][];
        var rest = packed[HeaderSize..];
        for (var c = 0; c < values.Length; c++)
        {
            values[c] = new int[gpus * samples];
            for (var gpu = 0; gpu < gpus; gpu++)
                if (!RowCodec.TryRead(ref rest, values[c].AsSpan(gpu * samples, samples))) return false;
        }
        if (!rest.IsEmpty) return false;
        columns = Columns.Of(gpus, samples, values);
        return true;
    }
}

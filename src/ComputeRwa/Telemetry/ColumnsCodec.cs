using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace ComputeRwa.Telemetry;

/// <summary>
/// Columns in a row of the database and on the wire: docs/telemetry-format.md. What a node has sent is stored as it came, so all layouts are read,
/// and the last is written.
/// </summary>
internal static class ColumnsCodec
{
    private const byte Version = 3;
    private const int HeaderSize = 1 + sizeof(ushort) + sizeof(uint);

    public static byte[] Compress(Columns columns)
    {
        var writer = new RangeWriter(4 * columns.Gpus * columns.Samples);
        if (!ColumnsModel.Code(ref writer, columns.Samples, columns.InOrder)) throw new InvalidOperationException("What is written can be read.");
        var header = new byte[HeaderSize];
        header[0] = Version;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(1), (ushort)columns.Gpus);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(3), columns.Samples);
        return [.. header, .. writer.End()];
    }

    /// <exception cref="InvalidDataException">These bytes are not what <see cref="Compress"/> wrote, in this version or an earlier one.</exception>
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
        if (packed.Length < HeaderSize || packed[0] is not (SecondColumnsCodec.Version or Version)) return false;
        gpus = BinaryPrimitives.ReadUInt16BigEndian(packed[1..]);
        samples = BinaryPrimitives.ReadInt32BigEndian(packed[3..]);
        return gpus > 0 && samples > 0;
    }

    /// <returns>false when what was measured is damaged, or there is too little or too much of it.</returns>
    public static bool TryRead(ReadOnlySpan<byte> packed, int gpus, int samples, [NotNullWhen(true)] out Columns? columns)
    {
        var values = new int[4][];
        for (var c = 0; c < values.Length; c++) values[c] = new int[gpus * samples];
        var isWhole = packed[0] == Version ? TryRead(packed[HeaderSize..], samples, values) : SecondColumnsCodec.TryRead(packed[HeaderSize..], samples, values);
        columns = isWhole ? Columns.Of(gpus, samples, values) : null;
        return isWhole;
    }

    private static bool TryRead(ReadOnlySpan<byte> packed, int samples, int[][] values)
    {
        var reader = new RangeReader(packed);
        return ColumnsModel.Code(ref reader, samples, values) && reader.IsAtEnd;
    }
}

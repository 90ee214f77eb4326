using System.Buffers.Binary;
using ComputeRwa.Demo;
using Nethereum.Util;

namespace ComputeRwa.EndToEnd;

/// <summary>Samples of a node's GPUs, <c>[column][gpu × samples]</c>, with their hash and their bytes in the compact form.</summary>
internal sealed record CompactColumns(int Gpus, int Samples, byte[] Packed, byte[] Hash)
{
    public static CompactColumns Of(int gpus, int samples, int[][] columns)
    {
        using var packed = new MemoryStream();
        packed.WriteByte(2);
        packed.Write([(byte)(gpus >> 8), (byte)gpus, (byte)(samples >> 24), (byte)(samples >> 16), (byte)(samples >> 8), (byte)samples]);
        var values = new byte[4 * columns.Length * gpus * samples];
        var at = 0;
        foreach (var column in columns)
        {
            foreach (var value in column) BinaryPrimitives.WriteInt32BigEndian(values.AsSpan(4 * at++), value);
            for (var gpu = 0; gpu < gpus; gpu++) WriteRuns(packed, column.AsSpan(gpu * samples, samples));
        }
        return new(gpus, samples, packed.ToArray(), Sha3Keccack.Current.CalculateHash(values));
    }

    private static void WriteRuns(MemoryStream to, ReadOnlySpan<int> row)
    {
        to.WriteByte(0);
        for (var before = 0; !row.IsEmpty;)
        {
            var length = row.IndexOfAnyExcept(row[0]) is var end && end < 0 ? row.Length : end;
            var step = row[0] - before;
            Varint(to, (uint)(step << 1) ^ (uint)(step >> 31));
            Varint(to, (uint)length - 1);
            before = row[0];
            row = row[length..];
        }
    }

    private static void Varint(MemoryStream to, uint value)
    {
        for (; value >= 0x80; value >>= 7) to.WriteByte((byte)(value | 0x80));
        to.WriteByte((byte)value);
    }
}

/// <summary>A node that signs, chains and frames its batches, written from docs/api.md and docs/telemetry-format.md and nothing of the product.</summary>
/// <param name="from">unix second of its first sample</param>
internal sealed class CompactNode(string id, Party key, long from)
{
    public const string MediaType = "application/vnd.computerwa.batches";
    public const int StepSeconds = 1;

    private static readonly byte[] Label = "ComputeRwa telemetry v1"u8.ToArray();

    private readonly byte[] _address = Convert.FromHexString(key.Address.AsSpan(2));
    private byte[] _previous = new byte[32];
    private long _sequence;
    private long _from = from;

    public static ReadOnlySpan<byte> Magic => "CRWB\x01"u8;

    public string Id => id;

    /// <summary>Writes its next batch as a frame of a body.</summary>
    /// <returns>number and hash</returns>
    public (long Sequence, string Hash) Write(MemoryStream to, CompactColumns columns)
    {
        var fields = new byte[48];
        BinaryPrimitives.WriteInt64BigEndian(fields, _sequence);
        BinaryPrimitives.WriteInt64BigEndian(fields.AsSpan(8), _from);
        BinaryPrimitives.WriteInt32BigEndian(fields.AsSpan(16), StepSeconds);
        BinaryPrimitives.WriteInt32BigEndian(fields.AsSpan(20), columns.Gpus);
        BinaryPrimitives.WriteInt32BigEndian(fields.AsSpan(24), columns.Samples);
        var hash = Sha3Keccack.Current.CalculateHash([.. Label, .. _address, .. fields[..28], .. _previous, .. columns.Hash]);
        byte[] frame = [.. Convert.FromHexString(id.AsSpan(id.IndexOf('_', StringComparison.Ordinal) + 1)), .. fields[..20], .. _previous, 1, .. Convert.FromHexString(key.SignHash(hash).AsSpan(2)), .. columns.Packed];
        BinaryPrimitives.WriteInt32BigEndian(fields, frame.Length);
        to.Write(fields.AsSpan(0, 4));
        to.Write(frame);
        var written = (_sequence, Convert.ToHexStringLower(hash));
        (_previous, _sequence, _from) = (hash, _sequence + 1, _from + (long)StepSeconds * columns.Samples);
        return written;
    }
}

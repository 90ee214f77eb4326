using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry.Ingest;

/// <summary>
/// Reads snappy's block format, which Prometheus sends (docs/adr/0012): a varint length, then literals and copies of what was read before.
/// The length is judged before anything is allocated.
/// </summary>
internal static class SnappyBlock
{
    /// <summary>As many are read at once as there are cores; the shared pool would keep one for each thread.</summary>
    private static readonly ArrayPool<byte> Memory = ArrayPool<byte>.Create(Kept, Environment.ProcessorCount);

    /// <summary>Bytes copied at a time; no copy has more than the second, and nearly all literals have fewer, so that many are copied without asking how many they have.</summary>
    private const int Step = 16, Once = 64;

    /// <summary>Room behind the end for what is copied beyond it.</summary>
    private const int Slack = Once + Step;

    /// <summary>Bytes that a body may unpack to: with that room, as much as is kept to be used again.</summary>
    public const int Most = Kept - Slack;

    private const int Kept = 32 << 20;

    public delegate Result<T> Reader<T>(ReadOnlySpan<byte> unpacked);

    /// <summary>Gives what it unpacks to a reader, which must not keep it: that memory is used again, for what Prometheus sends is a large object to the collector.</summary>
    /// <param name="most">bytes that it may unpack to</param>
    public static Result<T> Read<T>(ReadOnlySpan<byte> packed, int most, Reader<T> read)
    {
        if (!Measure(packed, most).Ok(out var measured, out var error)) return error;
        var (length, at) = measured;
        var output = Memory.Rent(length + Slack);
        try
        {
            return Fill(packed[at..], output, length) ? read(output.AsSpan(0, length)) : Malformed("an element reaches past an end");
        }
        finally
        {
            Memory.Return(output);
        }
    }

    /// <param name="most">bytes that it may unpack to</param>
    public static Result<byte[]> Read(ReadOnlySpan<byte> packed, int most) => Read<byte[]>(packed, most, unpacked => unpacked.ToArray());

    /// <returns>how long it is unpacked, and where it begins</returns>
    private static Result<(int Length, int At)> Measure(ReadOnlySpan<byte> packed, int most)
    {
        if (!TryLength(packed, out var length, out var at)) return Malformed("its length cannot be read");
        if (length > (uint)most) return new Error("too-large", $"The body unpacks to {length} bytes, and {most} are taken.", []);
        // Copies can make much of little, but not without end: three bytes give at most 64.
        if (length / 22 > (uint)packed.Length) return Malformed($"{packed.Length} bytes cannot unpack to {length}");
        return ((int)length, at);
    }

    private static Error Malformed(string why) => new("malformed", $"The body is no snappy block: {why}.", [new("body", why)]);

    private static bool TryLength(ReadOnlySpan<byte> packed, out uint length, out int at)
    {
        ulong value = 0;
        length = 0;
        for (at = 0; at < packed.Length && at < 5;)
        {
            var next = packed[at];
            value |= (ulong)(next & 0x7f) << (7 * at++);
            if (next >= 0x80) continue;
            length = (uint)value;
            return value <= uint.MaxValue;
        }
        return false;
    }

    /// <param name="to">with <see cref="Slack"/> behind what it unpacks to</param>
    private static bool Fill(ReadOnlySpan<byte> from, Span<byte> to, int length)
    {
        int read = 0, written = 0;
        while (read < from.Length)
        {
            var tag = from[read++];
            int size, offset;
            switch (tag & 3)
            {
                case 0:
                    if (!Literal(from, ref read, tag >> 2, out size) || size > from.Length - read || size > length - written) return false;
                    if (size <= Once && from.Length - read >= Once) CopyOnce(from.Slice(read, Once), to.Slice(written, Once));
                    else from.Slice(read, size).CopyTo(to[written..]);
                    (read, written) = (read + size, written + size);
                    continue;
                case 1:
                    if (read >= from.Length) return false;
                    (size, offset) = (((tag >> 2) & 7) + 4, ((tag & 0xe0) << 3) | from[read++]);
                    break;
                case 2:
                    if (read + 2 > from.Length) return false;
                    (size, offset) = ((tag >> 2) + 1, BinaryPrimitives.ReadUInt16LittleEndian(from[read..]));
                    read += 2;
                    break;
                default:
                    if (read + 4 > from.Length) return false;
                    (size, offset) = ((tag >> 2) + 1, (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(from[read..]), int.MaxValue));
                    read += 4;
                    break;
            }
            if (offset == 0 || offset > written || size > length - written) return false;
            Copy(to, written, offset, size);
            written += size;
        }
        return written == length;
    }

    private static bool Literal(ReadOnlySpan<byte> from, ref int read, int code, out int size)
    {
        size = code + 1;
        if (code < 60) return true;
        var bytes = code - 59;
        if (read + bytes > from.Length) return false;
        long value = 0;
        for (var i = 0; i < bytes; i++) value |= (long)from[read + i] << (8 * i);
        read += bytes;
        size = (int)Math.Min(value + 1, int.MaxValue);
        return true;
    }

    /// <summary>In steps that may write beyond: that is written again, or is slack.</summary>
    private static void Copy(Span<byte> to, int at, int offset, int size)
    {
        if (offset >= Once) CopyOnce(to.Slice(at - offset, Once), to.Slice(at, Once));
        else if (offset >= Step)
            for (var end = at + size; at < end; at += Step) Vector128.Create<byte>(to.Slice(at - offset, Step)).CopyTo(to.Slice(at, Step));
        else // it repeats what it writes
            for (var i = at; i < at + size; i++) to[i] = to[i - offset];
    }

    private static void CopyOnce(ReadOnlySpan<byte> from, Span<byte> to)
    {
        var (first, second) = (Vector256.Create(from), Vector256.Create(from[(Once / 2)..]));
        first.CopyTo(to);
        second.CopyTo(to[(Once / 2)..]);
    }
}

using System.Runtime.InteropServices;
using System.Text;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry.Ingest;

/// <summary>A sample of a GPU that we know: its row in its node's batches.</summary>
internal readonly record struct PlacedSample(NodeId Node, int Gpu, long At, int Value, Column Column, byte Instance);

/// <summary>
/// Samples in a row of the inbox, in order of node, GPU, column and part, and in each of these as they came: for each node its id and how many series
/// follow; for each series a byte of GPU, of column and of part, how many samples it has, and these as times and values. The first time is the
/// difference from the first of the series before, each other how far its step differs from the step before; a value is the difference from the one
/// before. Two to four bytes a sample where several of a series come together, seven where it is one.
/// </summary>
internal static class Packet
{
    private const byte Version = 2;
    private const int BitsOfIndex = 18;

    /// <exception cref="ArgumentException">More samples than <see cref="Arrival.MostSamples"/>, or a GPU that is none.</exception>
    public static byte[] Write(List<PlacedSample> all)
    {
        var samples = CollectionsMarshal.AsSpan(all);
        if (samples.Length >= 1 << BitsOfIndex) throw new ArgumentException("There are too many samples for a row of the inbox.", nameof(all));
        using var bytes = new MemoryStream(64 + samples.Length * 5);
        bytes.WriteByte(Version);
        var (nodes, keys) = Order(samples);
        var (first, step) = (0L, 0L);
        for (var (at, node) = (0, -1L); at < keys.Length;)
        {
            if (keys[at] >> (BitsOfIndex + 24) != node)
            {
                node = keys[at] >> (BitsOfIndex + 24);
                var id = Encoding.UTF8.GetBytes(nodes[(int)node].Value);
                bytes.WriteByte((byte)id.Length);
                bytes.Write(id);
                Varint(bytes, (ulong)SeriesOf(keys, at, node));
            }
            var series = keys[at] >> BitsOfIndex;
            var end = at + 1;
            while (end < keys.Length && keys[end] >> BitsOfIndex == series) end++;
            bytes.Write([(byte)(series >> 16), (byte)(series >> 8), (byte)series]);
            Varint(bytes, (ulong)(end - at));
            long before = 0;
            var value = 0;
            for (var isFirst = true; at < end; at++, isFirst = false)
            {
                ref readonly var sample = ref samples[(int)keys[at] & ((1 << BitsOfIndex) - 1)];
                if (isFirst)
                {
                    Zigzag(bytes, sample.At - first);
                    first = sample.At;
                }
                else
                {
                    Zigzag(bytes, sample.At - before - step);
                    step = sample.At - before;
                }
                Zigzag(bytes, (long)sample.Value - value);
                (before, value) = (sample.At, sample.Value);
            }
        }
        return bytes.ToArray();
    }

    /// <summary>One number for each sample, which sorts them: node, GPU, column and part, and where it stands among <paramref name="samples"/>.</summary>
    private static (List<NodeId> Nodes, long[] Keys) Order(ReadOnlySpan<PlacedSample> samples)
    {
        var (nodes, numbers, keys) = (new List<NodeId>(), new Dictionary<NodeId, int>(), new long[samples.Length]);
        var (node, last) = (0, default(NodeId));
        for (var i = 0; i < keys.Length; i++)
        {
            ref readonly var sample = ref samples[i];
            if (sample.Gpu is < 0 or > byte.MaxValue) throw new ArgumentException("A node has at most 256 GPUs.", nameof(samples));
            if (!ReferenceEquals(sample.Node.Value, last.Value)) // mostly it is that of the sample before
            {
                last = sample.Node;
                if (!numbers.TryGetValue(last, out node))
                {
                    node = numbers[last] = nodes.Count;
                    nodes.Add(last);
                }
            }
            keys[i] = ((((long)node << 24) | ((long)sample.Gpu << 16) | ((long)sample.Column << 8) | sample.Instance) << BitsOfIndex) | (long)i;
        }
        Array.Sort(keys);
        return (nodes, keys);
    }

    private static int SeriesOf(long[] keys, int at, long node)
    {
        var count = 0;
        for (var series = -1L; at < keys.Length && keys[at] >> (BitsOfIndex + 24) == node; at++)
            if (keys[at] >> BitsOfIndex != series) (series, count) = (keys[at] >> BitsOfIndex, count + 1);
        return count;
    }

    /// <summary>Hands over each node's samples as they were written.</summary>
    /// <exception cref="InvalidDataException">These bytes are not what <see cref="Write"/> wrote, in this version or the first.</exception>
    public static void Read(ReadOnlySpan<byte> packed, Action<PlacedSample> take)
    {
        if (packed.IsEmpty || packed[0] is 0 or > Version) throw new InvalidDataException("The inbox has samples in a layout this program does not know.");
        var isFirstVersion = packed[0] == 1;
        var at = 1;
        var (first, step) = (0L, 0L);
        while (at < packed.Length)
        {
            var length = packed[at++];
            var node = NodeId.From(Encoding.UTF8.GetString(packed.Slice(at, length)));
            at += length;
            for (var left = Varint(packed, ref at); left > 0; left--)
            {
                var (gpu, column, instance) = (packed[at], (Column)packed[at + 1], packed[at + 2]);
                at += 3;
                if (isFirstVersion)
                {
                    first += Zigzag(packed, ref at);
                    take(new(node, gpu, first, (int)Varint(packed, ref at), column, instance));
                    continue;
                }
                var (samples, before, value) = (Varint(packed, ref at), 0L, 0L);
                for (var i = 0UL; i < samples; i++)
                {
                    if (i == 0) before = first += Zigzag(packed, ref at);
                    else before += step += Zigzag(packed, ref at);
                    value += Zigzag(packed, ref at);
                    take(new(node, gpu, before, (int)value, column, instance));
                }
            }
        }
    }

    private static void Varint(MemoryStream bytes, ulong value)
    {
        for (; value >= 0x80; value >>= 7) bytes.WriteByte((byte)(value | 0x80));
        bytes.WriteByte((byte)value);
    }

    private static void Zigzag(MemoryStream bytes, long value) => Varint(bytes, (ulong)(value << 1) ^ (ulong)(value >> 63));

    private static long Zigzag(ReadOnlySpan<byte> packed, ref int at)
    {
        var value = Varint(packed, ref at);
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private static ulong Varint(ReadOnlySpan<byte> packed, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = packed[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80) return value;
        }
        throw new InvalidDataException("The inbox has a number without an end.");
    }
}

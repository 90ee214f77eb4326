using System.Text;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry.Ingest;

/// <summary>A sample of a GPU that we know: its row in its node's batches.</summary>
internal readonly record struct PlacedSample(NodeId Node, int Gpu, long At, int Value, Column Column, byte Instance);

/// <summary>
/// Samples in a row of the inbox, in order of node, GPU, column and part: for each node its id and how many samples follow; for each sample a byte
/// of GPU, of column and of part, then time and value, the time as the difference from the sample before. About seven bytes a sample.
/// </summary>
internal static class Packet
{
    private const byte Version = 1;

    public static byte[] Write(IReadOnlyList<PlacedSample> samples)
    {
        using var bytes = new MemoryStream(samples.Count * 10);
        bytes.WriteByte(Version);
        var nodes = new Dictionary<NodeId, int>();
        var (keys, ordered) = (new long[samples.Count], new PlacedSample[samples.Count]);
        var counts = new List<int>();
        for (var i = 0; i < keys.Length; i++)
        {
            var sample = ordered[i] = samples[i];
            if (!nodes.TryGetValue(sample.Node, out var node))
            {
                node = nodes[sample.Node] = counts.Count;
                counts.Add(0);
            }
            counts[node]++;
            keys[i] = ((long)node << 32) | ((long)sample.Gpu << 16) | ((long)sample.Column << 8) | sample.Instance;
        }
        Array.Sort(keys, ordered);
        long before = 0;
        var at = 0;
        foreach (var (node, index) in nodes.OrderBy(n => n.Value))
        {
            var id = Encoding.UTF8.GetBytes(node.Value);
            bytes.WriteByte((byte)id.Length);
            bytes.Write(id);
            Varint(bytes, (ulong)counts[index]);
            for (var end = at + counts[index]; at < end; at++)
            {
                var sample = ordered[at];
                bytes.WriteByte((byte)sample.Gpu);
                bytes.WriteByte((byte)sample.Column);
                bytes.WriteByte(sample.Instance);
                var step = sample.At - before;
                Varint(bytes, (ulong)(step << 1) ^ (ulong)(step >> 63));
                Varint(bytes, (ulong)sample.Value);
                before = sample.At;
            }
        }
        return bytes.ToArray();
    }

    /// <summary>Hands over each node's samples as they were written.</summary>
    /// <exception cref="InvalidDataException">These bytes are not what <see cref="Write"/> wrote.</exception>
    public static void Read(ReadOnlySpan<byte> packed, Action<PlacedSample> take)
    {
        if (packed.IsEmpty || packed[0] != Version) throw new InvalidDataException("The inbox has samples in a layout this program does not know.");
        var at = 1;
        long before = 0;
        while (at < packed.Length)
        {
            var length = packed[at++];
            var node = NodeId.From(Encoding.UTF8.GetString(packed.Slice(at, length)));
            at += length;
            for (var left = Varint(packed, ref at); left > 0; left--)
            {
                var (gpu, column, instance) = (packed[at], packed[at + 1], packed[at + 2]);
                at += 3;
                var step = Varint(packed, ref at);
                before += (long)(step >> 1) ^ -(long)(step & 1);
                take(new(node, gpu, before, (int)Varint(packed, ref at), (Column)column, instance));
            }
        }
    }

    private static void Varint(MemoryStream bytes, ulong value)
    {
        for (; value >= 0x80; value >>= 7) bytes.WriteByte((byte)(value | 0x80));
        bytes.WriteByte((byte)value);
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

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry;

/// <summary>The columns as they travel: [gpu][sample], null where the reading is missing.</summary>
/// <param name="SmActiveBps">share of time an SM was busy, in ten-thousandths: the load</param>
/// <param name="GpuUtilPct">share of time any kernel ran, in per cent: not load, kept beside it</param>
/// <param name="PowerMilliwatts">board power</param>
/// <param name="MemoryMiB">memory in use</param>
internal sealed record ColumnsJson(Readings SmActiveBps, Readings GpuUtilPct, Readings PowerMilliwatts, Readings MemoryMiB);

/// <summary>
/// The samples of one batch. Each array holds GPU after GPU, <c>Samples</c> values each; <see cref="Missing"/> stands for null.
/// </summary>
internal sealed record Columns(int Gpus, int Samples, int[] SmActiveBps, int[] GpuUtilPct, int[] PowerMilliwatts, int[] MemoryMiB)
{
    public const int Missing = -1;

    /// <summary>In the order in which they are hashed and stored.</summary>
    public IReadOnlyList<int[]> InOrder => [SmActiveBps, GpuUtilPct, PowerMilliwatts, MemoryMiB];

    public static Columns Of(int gpus, int samples, IReadOnlyList<int[]> inOrder) => new(gpus, samples, inOrder[0], inOrder[1], inOrder[2], inOrder[3]);

    /// <summary>The samples of some batches of one node, one after the other.</summary>
    public static Columns Join(IReadOnlyList<Columns> parts)
    {
        var samples = parts.Sum(p => p.Samples);
        var inOrder = Enumerable.Range(0, 4).Select(_ => new int[parts[0].Gpus * samples]).ToArray();
        var first = 0;
        foreach (var part in parts)
        {
            for (var c = 0; c < inOrder.Length; c++)
                for (var gpu = 0; gpu < part.Gpus; gpu++) part.InOrder[c].AsSpan(gpu * part.Samples, part.Samples).CopyTo(inOrder[c].AsSpan(gpu * samples + first));
            first += part.Samples;
        }
        return Of(parts[0].Gpus, samples, inOrder);
    }

    /// <summary>So many samples in each part.</summary>
    public IEnumerable<Columns> Split(IEnumerable<int> counts)
    {
        var first = 0;
        foreach (var count in counts)
        {
            yield return Of(Gpus, count, [.. InOrder.Select(column => Enumerable.Range(0, Gpus).SelectMany(gpu => column[(gpu * Samples + first)..(gpu * Samples + first + count)]).ToArray())]);
            first += count;
        }
    }

    /// <summary>keccak256 of the int32 big-endian values: columns in order, then GPU, then sample.</summary>
    public Hash32 Hash()
    {
        var bytes = new byte[4 * sizeof(int) * Gpus * Samples];
        var rest = MemoryMarshal.Cast<byte, int>(bytes.AsSpan());
        foreach (var column in InOrder)
        {
            if (BitConverter.IsLittleEndian) BinaryPrimitives.ReverseEndianness(column, rest);
            else column.CopyTo(rest);
            rest = rest[column.Length..];
        }
        return Keccak.Hash(bytes);
    }

    /// <summary>The columns as they were posted.</summary>
    public ColumnsJson ToJson() => new(Rows(SmActiveBps), Rows(GpuUtilPct), Rows(PowerMilliwatts), Rows(MemoryMiB));

    private Readings Rows(int[] column) => new([.. column.Chunk(Samples)]);
}

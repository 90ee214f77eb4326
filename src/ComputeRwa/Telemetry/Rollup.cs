using System.Buffers.Binary;
using System.Numerics;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry;

/// <summary>What one GPU did over the samples of a batch. Sums only, so that batches add up exactly.</summary>
/// <param name="Available">seconds with a load, outside curtailment</param>
/// <param name="Busy">of these, with a load at or above the busy threshold</param>
/// <param name="LoadSeconds">Σ load in bps × seconds, over the available ones</param>
/// <param name="Guessed">of the available seconds, those whose load is only gpuUtilPct × 100</param>
/// <param name="MilliwattSeconds">Σ milliwatts × seconds, over all sampled seconds, curtailed ones too</param>
internal readonly record struct GpuUse(long Available, long Busy, long LoadSeconds, long Guessed, long MilliwattSeconds)
{
    public static GpuUse operator +(GpuUse a, GpuUse b) => new(
        a.Available + b.Available, a.Busy + b.Busy, a.LoadSeconds + b.LoadSeconds, a.Guessed + b.Guessed, a.MilliwattSeconds + b.MilliwattSeconds);
}

/// <summary>From samples to sums, by docs/settlement.md "From samples to a metering record".</summary>
internal static class Rollup
{
    public const int BusyBps = 500;

    private const int RowSize = 5 * sizeof(long);
    private const int MostVarint = 9;

    /// <summary>One entry a GPU. Seconds inside <paramref name="curtailment"/> count for energy only.</summary>
    public static GpuUse[] Of(Columns columns, long from, int step, Curtailment curtailment)
    {
        var seconds = SecondsOutside(columns.Samples, from, step, curtailment);
        var uses = new GpuUse[columns.Gpus];
        for (var gpu = 0; gpu < uses.Length; gpu++) uses[gpu] = OfGpu(columns, gpu, 0, step, seconds);
        return uses;
    }

    /// <summary>One GPU's over some of the samples, curtailment left aside.</summary>
    public static GpuUse Of(Columns columns, int gpu, int first, int count, int step)
    {
        var seconds = new long[count];
        Array.Fill(seconds, step);
        return OfGpu(columns, gpu, first, step, seconds);
    }

    private static GpuUse OfGpu(Columns columns, int gpu, int first, int step, long[] seconds)
    {
        long available = 0, busy = 0, load = 0, guessed = 0, energy = 0;
        var row = gpu * columns.Samples + first;
        for (var i = 0; i < seconds.Length; i++)
        {
            if (columns.PowerMilliwatts[row + i] is var power and not Columns.Missing) energy += (long)power * step;
            var bps = columns.SmActiveBps[row + i];
            if (bps == Columns.Missing)
            {
                if (columns.GpuUtilPct[row + i] is var percent && percent == Columns.Missing) continue;
                bps = percent * 100;
                guessed += seconds[i];
            }
            available += seconds[i];
            load += bps * seconds[i];
            if (bps >= BusyBps) busy += seconds[i];
        }
        return new(available, busy, load, guessed, energy);
    }

    /// <summary>For each sample the seconds of its step that are not curtailed.</summary>
    private static long[] SecondsOutside(int samples, long from, int step, Curtailment curtailment)
    {
        var seconds = new long[samples];
        for (var i = 0; i < samples; i++)
        {
            var at = from + (long)i * step;
            seconds[i] = step - curtailment.Overlap(at, at + step);
        }
        return seconds;
    }

    /// <summary>
    /// A zero, the number of GPUs, and for each of the five sums the least, how many bits what lies above it takes, and that of each GPU in so many bits, lowest
    /// first: the GPUs of a node do about the same. Numbers are varints. And a zero where the length would be that of the first layout, which was forty bytes a GPU.
    /// </summary>
    public static byte[] ToBytes(GpuUse[] uses)
    {
        var bytes = new byte[(2 + 10 + 5 * uses.Length) * MostVarint + 1];
        var at = Write(bytes, 1, uses.Length);
        for (var sum = 0; sum < Sums.Length; sum++)
        {
            var least = uses.Length == 0 ? 0 : uses.Min(Sums[sum]);
            var bits = uses.Length == 0 ? 0 : 64 - BitOperations.LeadingZeroCount((ulong)(uses.Max(Sums[sum]) - least));
            at = Write(bytes, at, least);
            bytes[at++] = (byte)bits;
            for (var i = 0; i < uses.Length; i++) WriteBits(bytes.AsSpan(at), i * bits, bits, Sums[sum](uses[i]) - least);
            at += (uses.Length * bits + 7) / 8;
        }
        return bytes[..(at % RowSize == 0 ? at + 1 : at)];
    }

    public static GpuUse[] FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length % RowSize == 0) return FromFixed(bytes);
        if (bytes[0] != 0) return FromVarints(bytes);
        bytes = bytes[1..];
        var uses = new GpuUse[Read(ref bytes)];
        for (var sum = 0; sum < Sums.Length; sum++)
        {
            var (least, bits) = (Read(ref bytes), (int)bytes[0]);
            bytes = bytes[1..];
            for (var i = 0; i < uses.Length; i++)
            {
                var value = least + ReadBits(bytes, i * bits, bits);
                uses[i] = sum switch
                {
                    0 => uses[i] with { Available = value },
                    1 => uses[i] with { Busy = value },
                    2 => uses[i] with { LoadSeconds = value },
                    3 => uses[i] with { Guessed = value },
                    _ => uses[i] with { MilliwattSeconds = value },
                };
            }
            bytes = bytes[((uses.Length * bits + 7) / 8)..];
        }
        return uses;
    }

    private static void WriteBits(Span<byte> to, int first, int count, long value)
    {
        for (var done = 0; done < count;)
        {
            var (at, shift) = ((first + done) / 8, (first + done) % 8);
            var take = Math.Min(8 - shift, count - done);
            to[at] |= (byte)(((int)(value >> done) & ((1 << take) - 1)) << shift);
            done += take;
        }
    }

    private static long ReadBits(ReadOnlySpan<byte> from, int first, int count)
    {
        var value = 0L;
        for (var done = 0; done < count;)
        {
            var (at, shift) = ((first + done) / 8, (first + done) % 8);
            var take = Math.Min(8 - shift, count - done);
            value |= (long)(from[at] >> shift & ((1 << take) - 1)) << done;
            done += take;
        }
        return value;
    }

    private static readonly Func<GpuUse, long>[] Sums = [u => u.Available, u => u.Busy, u => u.LoadSeconds, u => u.Guessed, u => u.MilliwattSeconds];

    /// <summary>The layout before: the number of GPUs, then the five sums of each, all as varints.</summary>
    private static GpuUse[] FromVarints(ReadOnlySpan<byte> bytes)
    {
        var uses = new GpuUse[Read(ref bytes)];
        for (var i = 0; i < uses.Length; i++) uses[i] = new(Read(ref bytes), Read(ref bytes), Read(ref bytes), Read(ref bytes), Read(ref bytes));
        return uses;
    }

    private static int Write(Span<byte> to, int at, long value)
    {
        for (; value >= 0x80; value >>= 7) to[at++] = (byte)(value | 0x80);
        to[at++] = (byte)value;
        return at;
    }

    private static long Read(ref ReadOnlySpan<byte> from)
    {
        var value = 0L;
        for (var shift = 0; ; shift += 7)
        {
            var next = from[0];
            from = from[1..];
            value |= (long)(next & 0x7f) << shift;
            if (next < 0x80) return value;
        }
    }

    private static GpuUse[] FromFixed(ReadOnlySpan<byte> bytes)
    {
        var uses = new GpuUse[bytes.Length / RowSize];
        for (var i = 0; i < uses.Length; i++)
        {
            var row = bytes[(i * RowSize)..];
            uses[i] = new(
                BinaryPrimitives.ReadInt64LittleEndian(row), BinaryPrimitives.ReadInt64LittleEndian(row[8..]), BinaryPrimitives.ReadInt64LittleEndian(row[16..]),
                BinaryPrimitives.ReadInt64LittleEndian(row[24..]), BinaryPrimitives.ReadInt64LittleEndian(row[32..]));
        }
        return uses;
    }
}

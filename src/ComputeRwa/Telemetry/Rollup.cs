using System.Buffers.Binary;
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

    /// <summary>One entry a GPU. Seconds inside <paramref name="curtailment"/> count for energy only.</summary>
    public static GpuUse[] Of(Columns columns, long from, int step, Curtailment curtailment)
    {
        var seconds = SecondsOutside(columns.Samples, from, step, curtailment);
        var uses = new GpuUse[columns.Gpus];
        for (var gpu = 0; gpu < uses.Length; gpu++) uses[gpu] = OfGpu(columns, gpu, step, seconds);
        return uses;
    }

    private static GpuUse OfGpu(Columns columns, int gpu, int step, long[] seconds)
    {
        long available = 0, busy = 0, load = 0, guessed = 0, energy = 0;
        var row = gpu * columns.Samples;
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

    public static byte[] ToBytes(GpuUse[] uses)
    {
        var bytes = new byte[uses.Length * RowSize];
        for (var i = 0; i < uses.Length; i++)
        {
            var row = bytes.AsSpan(i * RowSize);
            BinaryPrimitives.WriteInt64LittleEndian(row, uses[i].Available);
            BinaryPrimitives.WriteInt64LittleEndian(row[8..], uses[i].Busy);
            BinaryPrimitives.WriteInt64LittleEndian(row[16..], uses[i].LoadSeconds);
            BinaryPrimitives.WriteInt64LittleEndian(row[24..], uses[i].Guessed);
            BinaryPrimitives.WriteInt64LittleEndian(row[32..], uses[i].MilliwattSeconds);
        }
        return bytes;
    }

    public static GpuUse[] FromBytes(ReadOnlySpan<byte> bytes)
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

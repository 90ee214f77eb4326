using System.Buffers;
using System.Numerics;
using ComputeRwa.Telemetry;

namespace ComputeRwa.Tests.Telemetry;

/// <summary>
/// Columns of version 2, as nodes still send them and databases hold them: docs/telemetry-format.md, "Rows of version 2". It was the program's own until
/// version 3 came.
/// </summary>
internal static class SecondColumns
{
    private const byte Runs = 0, Steps = 1, Spread = 2;
    private const int Escape = 24;

    public static byte[] Write(Columns columns)
    {
        var row = new byte[MostBytes(columns.Samples)];
        using var packed = new MemoryStream();
        packed.Write([2, (byte)(columns.Gpus >> 8), (byte)columns.Gpus, (byte)(columns.Samples >> 24), (byte)(columns.Samples >> 16), (byte)(columns.Samples >> 8), (byte)columns.Samples]);
        foreach (var column in columns.InOrder)
            for (var at = 0; at < column.Length; at += columns.Samples) packed.Write(row.AsSpan(0, WriteRow(column.AsSpan(at, columns.Samples), row)));
        return packed.ToArray();
    }

    public static int MostBytes(int samples) => samples * 10 + 32;

    /// <returns>bytes written</returns>
    public static int WriteRow(ReadOnlySpan<int> row, Span<byte> to)
    {
        var other = ArrayPool<byte>.Shared.Rent(MostBytes(row.Length));
        try
        {
            var best = WriteRuns(row, to);
            foreach (var mode in (ReadOnlySpan<byte>)[Steps, Spread])
            {
                var length = WriteRice(mode, row, other);
                if (length >= best) continue;
                other.AsSpan(0, length).CopyTo(to);
                best = length;
            }
            return best;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(other);
        }
    }

    private static int WriteRuns(ReadOnlySpan<int> row, Span<byte> to)
    {
        to[0] = Runs;
        var (at, before) = (1, 0);
        while (!row.IsEmpty)
        {
            var length = row.IndexOfAnyExcept(row[0]) is var end && end < 0 ? row.Length : end;
            at = WriteVarint(to, at, Zigzag(row[0] - before));
            at = WriteVarint(to, at, (uint)length - 1);
            before = row[0];
            row = row[length..];
        }
        return at;
    }

    private static int WriteRice(byte mode, ReadOnlySpan<int> row, Span<byte> to)
    {
        var unit = Unit(row);
        var start = mode == Steps ? row[0] : Centre(row, unit);
        var coded = mode == Steps ? row[1..] : row;
        var mean = Mean(coded, start, unit, mode == Steps);
        to[0] = mode;
        var at = WriteVarint(to, 1, unit);
        at = WriteVarint(to, at, Zigzag(start));
        var rate = new Rate((byte)BitOperations.Log2(mean | 1));
        to[at++] = rate.Bits;
        var bits = new BitWriter(to[at..]);
        var before = start;
        foreach (var value in coded)
        {
            var number = Number(value, before, unit);
            var zeros = number >> rate.Bits;
            if (zeros < Escape) bits.Write((1UL << (int)zeros) | ((ulong)(number & ((1u << rate.Bits) - 1)) << ((int)zeros + 1)), (int)zeros + 1 + rate.Bits);
            else bits.Write((1UL << Escape) | ((ulong)number << (Escape + 1)), Escape + 1 + 32);
            rate.Add(number);
            if (mode == Steps) before = value;
        }
        return at + bits.End();
    }

    /// <summary>The greatest whole number of which all differences are multiples: meters that round leave gaps that need no bits.</summary>
    private static uint Unit(ReadOnlySpan<int> row)
    {
        var unit = 0L;
        for (var i = 1; i < row.Length && unit != 1; i++) unit = Gcd(unit, Math.Abs((long)row[i] - row[i - 1]));
        return unit is 0 or > int.MaxValue / 2 ? 1 : (uint)unit;
    }

    private static long Gcd(long a, long b)
    {
        while (b != 0) (a, b) = (b, a % b);
        return a;
    }

    /// <summary>Near the mean of what is not missing, and whole units from every value.</summary>
    private static int Centre(ReadOnlySpan<int> row, uint unit)
    {
        var (sum, count) = (0L, 0);
        foreach (var value in row)
        {
            if (value == Columns.Missing) continue;
            sum += value;
            count++;
        }
        return count == 0 ? row[0] : (int)(row[0] + (sum / count - row[0]) / unit * unit);
    }

    private static uint Mean(ReadOnlySpan<int> row, int start, uint unit, bool steps)
    {
        if (row.IsEmpty) return 0;
        var (sum, before) = (0UL, start);
        foreach (var value in row)
        {
            sum += Number(value, before, unit);
            if (steps) before = value;
        }
        return (uint)(sum / (ulong)row.Length);
    }

    private static uint Number(int value, int before, uint unit) => Zigzag(unit == 1 ? value - before : (int)(((long)value - before) / unit));

    private static uint Zigzag(int value) => (uint)(value << 1) ^ (uint)(value >> 31);

    private static int WriteVarint(Span<byte> to, int at, uint value)
    {
        for (; value >= 0x80; value >>= 7) to[at++] = (byte)(value | 0x80);
        to[at++] = (byte)value;
        return at;
    }

    /// <summary>How many low bits of the next number are written as they are: follows the mean of the last sixteen or so.</summary>
    private struct Rate(byte bits)
    {
        private ulong _sum = 16UL << bits;

        public byte Bits { get; private set; } = bits;

        public void Add(uint number)
        {
            var mean = _sum >> 4;
            // One outlier must not spoil what follows it.
            _sum += Math.Min(number, 8 * mean + 16) - mean;
            Bits = (byte)BitOperations.Log2((uint)Math.Min(_sum >> 4, uint.MaxValue) | 1);
        }
    }

    /// <summary>Bits into bytes, lowest first.</summary>
    private ref struct BitWriter(Span<byte> to)
    {
        private readonly Span<byte> _to = to;
        private ulong _waiting;
        private int _count;
        private int _at;

        /// <param name="count">at most 57</param>
        public void Write(ulong bits, int count)
        {
            _waiting |= bits << _count;
            _count += count;
            if (_count > 64) throw new InvalidOperationException("More bits than there is room for.");
            for (; _count >= 8; _count -= 8, _waiting >>= 8) _to[_at++] = (byte)_waiting;
        }

        public int End()
        {
            if (_count > 0) _to[_at++] = (byte)_waiting;
            return _at;
        }
    }
}

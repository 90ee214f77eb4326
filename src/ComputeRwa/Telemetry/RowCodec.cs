using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace ComputeRwa.Telemetry;

/// <summary>
/// One GPU's values of one column as few bytes, exactly: docs/telemetry-format.md, "Rows". What hardly changes is written as runs; what is noisy
/// as adaptive Rice codes (as FLAC and JPEG-LS do), either of the steps between neighbours or of the spread around one value, whichever is shorter.
/// Arithmetic wraps at 32 bits on both sides.
/// </summary>
internal static class RowCodec
{
    private const byte Runs = 0, Steps = 1, Spread = 2;

    /// <summary>So many zeros say that the whole number follows in 32 bits: one outlier costs at most 57 bits.</summary>
    private const int Escape = 24;

    private const int MostVarint = 5;
    private const int MostBytesOfAValue = 2 * MostVarint;
    private const int MostHeader = 32;

    public static int MostBytes(int samples) => samples * MostBytesOfAValue + MostHeader;

    /// <returns>bytes written</returns>
    public static int Write(ReadOnlySpan<int> row, Span<byte> to)
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

    /// <summary>Takes one row off the front of <paramref name="from"/>.</summary>
    /// <returns>false when no row of this length stands there.</returns>
    public static bool TryRead(ref ReadOnlySpan<byte> from, Span<int> row)
    {
        if (from.IsEmpty) return false;
        var mode = from[0];
        from = from[1..];
        return mode switch
        {
            Runs => TryReadRuns(ref from, row),
            Steps or Spread => TryReadRice(mode, ref from, row),
            _ => false,
        };
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

    private static bool TryReadRuns(ref ReadOnlySpan<byte> from, Span<int> row)
    {
        var value = 0;
        while (!row.IsEmpty)
        {
            if (!TryReadVarint(ref from, out var step) || !TryReadVarint(ref from, out var more) || more >= (uint)row.Length) return false;
            value += Unzigzag(step);
            row[..((int)more + 1)].Fill(value);
            row = row[((int)more + 1)..];
        }
        return true;
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

    private static bool TryReadRice(byte mode, ref ReadOnlySpan<byte> from, Span<int> row)
    {
        if (!TryReadVarint(ref from, out var unit) || !TryReadVarint(ref from, out var start) || from.IsEmpty || from[0] > 31) return false;
        var rate = new Rate(from[0]);
        var bits = new BitReader(from[1..]);
        var before = Unzigzag(start);
        if (mode == Steps)
        {
            row[0] = before;
            row = row[1..];
        }
        for (var i = 0; i < row.Length; i++)
        {
            if (!bits.TryRead(rate.Bits, out var number)) return false;
            rate.Add(number);
            row[i] = before + (int)unit * Unzigzag(number);
            if (mode == Steps) before = row[i];
        }
        from = from[(1 + bits.Used)..];
        return true;
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

    private static int Unzigzag(uint value) => (int)(value >> 1) ^ -(int)(value & 1);

    private static int WriteVarint(Span<byte> to, int at, uint value)
    {
        for (; value >= 0x80; value >>= 7) to[at++] = (byte)(value | 0x80);
        to[at++] = (byte)value;
        return at;
    }

    private static bool TryReadVarint(ref ReadOnlySpan<byte> from, out uint value)
    {
        value = 0;
        for (var i = 0; i < MostVarint && i < from.Length; i++)
        {
            value |= (uint)(from[i] & 0x7f) << (7 * i);
            if (from[i] >= 0x80) continue;
            if (i == MostVarint - 1 && from[i] > 0x0f) return false;
            from = from[(i + 1)..];
            return true;
        }
        return false;
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

    private ref struct BitReader(ReadOnlySpan<byte> from)
    {
        private readonly ReadOnlySpan<byte> _from = from;
        private int _bit;

        /// <summary>Whole bytes that were touched.</summary>
        public readonly int Used => (_bit + 7) / 8;

        public bool TryRead(byte low, out uint number)
        {
            var next = Peek(_bit);
            var zeros = BitOperations.TrailingZeroCount(next);
            number = 0;
            if (zeros > Escape) return false;
            var length = zeros + 1 + (zeros == Escape ? 32 : low);
            if (_bit + length > 8L * _from.Length) return false;
            number = zeros == Escape ? (uint)(next >> (Escape + 1)) : ((uint)zeros << low) | ((uint)(next >> (zeros + 1)) & ((1u << low) - 1));
            _bit += length;
            return true;
        }

        /// <summary>At least 57 bits from there on; zeros after the end.</summary>
        private readonly ulong Peek(int bit)
        {
            var at = bit >> 3;
            if (at + 8 <= _from.Length) return BinaryPrimitives.ReadUInt64LittleEndian(_from[at..]) >> (bit & 7);
            Span<byte> last = stackalloc byte[8];
            last.Clear();
            if (at < _from.Length) _from[at..].CopyTo(last);
            return BinaryPrimitives.ReadUInt64LittleEndian(last) >> (bit & 7);
        }
    }
}

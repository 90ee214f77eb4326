using System.Buffers.Binary;
using System.Numerics;

namespace ComputeRwa.Telemetry;

/// <summary>
/// One GPU's values of one column in version 2: docs/telemetry-format.md, "Rows of version 2". What hardly changes comes as runs; what is noisy
/// as adaptive Rice codes, either of the steps between neighbours or of the spread around one value. Arithmetic wraps at 32 bits on both sides.
/// </summary>
internal static class RowCodec
{
    private const byte Runs = 0, Steps = 1, Spread = 2;

    /// <summary>So many zeros say that the whole number follows in 32 bits: one outlier costs at most 57 bits.</summary>
    private const int Escape = 24;

    private const int MostVarint = 5;

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

    private static int Unzigzag(uint value) => (int)(value >> 1) ^ -(int)(value & 1);

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

    /// <summary>Bits out of bytes, lowest first.</summary>
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

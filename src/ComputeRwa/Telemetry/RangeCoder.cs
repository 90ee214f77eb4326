using System.Buffers.Binary;

namespace ComputeRwa.Telemetry;

/// <summary>
/// Writes or reads one number after the other: docs/telemetry-format.md, "Coder". Whoever codes with it says the same in both directions, so that a
/// writer and a reader cannot differ: what is handed in is written and returned; a reader does not look at it and returns what it has read.
/// </summary>
internal interface ICoder
{
    static abstract bool IsWriter { get; }

    /// <summary>A bit for which there are odds, which learn from it.</summary>
    int Bit(ref Odds odds, int bit);

    /// <summary>Bits that are as likely zero as one.</summary>
    /// <param name="count">0 to 32</param>
    uint Bits(int count, uint bits);
}

/// <summary>How likely a bit is one, in 65,536ths: the mean of what it was, over the last 64 at most. It begins in the middle.</summary>
internal struct Odds
{
    private const int Middle = 1 << 15, Least = 32, Memory = 64;

    private short _above;
    private byte _seen;

    public readonly ulong One => (ulong)(Middle + _above);

    public void Learn(int bit)
    {
        if (_seen < Memory) _seen++;
        var far = (bit == 0 ? Least : 2 * Middle - Least) - Middle - _above;
        _above += (short)((far * (2 * Middle / (_seen + 1))) >> 16);
    }
}

/// <summary>A range coder of 64 bits: a bit narrows the range to its share, and four bytes are written when the range is below 2^32.</summary>
internal struct RangeWriter(int room) : ICoder
{
    private byte[] _to = new byte[room];
    private int _at;
    private ulong _low;
    private ulong _range = ulong.MaxValue;

    public static bool IsWriter => true;

    public int Bit(ref Odds odds, int bit)
    {
        var one = (_range >> 16) * odds.One;
        if (bit == 1) _range = one;
        else
        {
            Raise(one);
            _range -= one;
        }
        odds.Learn(bit);
        Shift();
        return bit;
    }

    public uint Bits(int count, uint bits)
    {
        if (count > 16) return (Bits(count - 16, bits >> 16) << 16) | Bits(16, bits & 0xffff);
        _range >>= count;
        Raise(_range * bits);
        Shift();
        return bits;
    }

    /// <summary>All that was written; the last four bytes are the lowest within the range that are enough when zeros follow.</summary>
    public byte[] End()
    {
        if ((uint)_low != 0) Raise(1UL << 32);
        Put((uint)(_low >> 32));
        return _to[.._at];
    }

    private void Raise(ulong by)
    {
        _low += by;
        if (_low >= by) return;
        for (var i = _at - 1; ++_to[i] == 0;) i--;
    }

    private void Shift()
    {
        if (_range >> 32 != 0) return;
        Put((uint)(_low >> 32));
        _low <<= 32;
        _range <<= 32;
    }

    private void Put(uint bytes)
    {
        if (_at + sizeof(uint) > _to.Length) Array.Resize(ref _to, 2 * _to.Length + sizeof(uint));
        BinaryPrimitives.WriteUInt32BigEndian(_to.AsSpan(_at), bytes);
        _at += sizeof(uint);
    }
}

/// <summary>Reads what a <see cref="RangeWriter"/> has written. Of other bytes it makes something, and of those after the end zeros: see <see cref="IsAtEnd"/>.</summary>
internal ref struct RangeReader : ICoder
{
    private readonly ReadOnlySpan<byte> _from;
    private int _at;
    private ulong _code;
    private ulong _range = ulong.MaxValue;

    public RangeReader(ReadOnlySpan<byte> from)
    {
        _from = from;
        _code = ((ulong)Next() << 32) | Next();
    }

    public static bool IsWriter => false;

    /// <summary>Whether all was read and nothing follows, and the last bytes are those that a writer ends with: no others stand for the same.</summary>
    public readonly bool IsAtEnd => _at == _from.Length + sizeof(uint) && _code >> 32 == 0;

    public int Bit(ref Odds odds, int bit)
    {
        var one = (_range >> 16) * odds.One;
        if (_code < one)
        {
            _range = one;
            bit = 1;
        }
        else
        {
            _code -= one;
            _range -= one;
            bit = 0;
        }
        odds.Learn(bit);
        Shift();
        return bit;
    }

    public uint Bits(int count, uint bits)
    {
        if (count > 16) return (Bits(count - 16, 0) << 16) | Bits(16, 0);
        _range >>= count;
        bits = (uint)Math.Min(_code / _range, (1UL << count) - 1);
        _code -= _range * bits;
        Shift();
        return bits;
    }

    private void Shift()
    {
        if (_range >> 32 != 0) return;
        _range <<= 32;
        _code = (_code << 32) | Next();
    }

    private uint Next()
    {
        var next = _at <= _from.Length - sizeof(uint) ? BinaryPrimitives.ReadUInt32BigEndian(_from[_at..]) : 0;
        // It stays past the end, however much is read.
        if (_at <= _from.Length + sizeof(uint)) _at += sizeof(uint);
        return next;
    }
}

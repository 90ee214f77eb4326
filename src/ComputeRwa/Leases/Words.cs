using System.Buffers.Binary;
using System.Numerics;
using ComputeRwa.Kernel;

namespace ComputeRwa.Leases;

/// <summary>abi.encode of static members, one 32-byte word each: what structs of our contracts consist of.</summary>
internal sealed class Words(int count)
{
    private readonly byte[] _bytes = new byte[32 * count];
    private int _used;

    public Words Add(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(Next()[24..], value);
        return this;
    }

    /// <exception cref="OverflowException">The value is negative or does not fit 256 bits.</exception>
    public Words Add(BigInteger value)
    {
        if (value.Sign < 0) throw new OverflowException($"{value} is negative.");
        var size = value.GetByteCount(isUnsigned: true);
        if (size > 32) throw new OverflowException($"{value} does not fit 256 bits.");
        value.TryWriteBytes(Next()[(32 - size)..], out _, isUnsigned: true, isBigEndian: true);
        return this;
    }

    public Words Add(Hash32 value)
    {
        Convert.FromHexString(value.Value.AsSpan(2), Next(), out _, out _);
        return this;
    }

    public Words Add(Address value)
    {
        Convert.FromHexString(value.Value.AsSpan(2), Next()[12..], out _, out _);
        return this;
    }

    public Words Add(ShortText value) => Add(value.ToHash32());

    /// <exception cref="InvalidOperationException">Members are missing: the encoding would be another struct's.</exception>
    public byte[] ToBytes() => _used == _bytes.Length ? _bytes : throw new InvalidOperationException($"{_used / 32} of {_bytes.Length / 32} words are set.");

    private Span<byte> Next()
    {
        var word = _bytes.AsSpan(_used, 32);
        _used += 32;
        return word;
    }
}

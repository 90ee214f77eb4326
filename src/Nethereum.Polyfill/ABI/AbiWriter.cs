namespace Nethereum.ABI;

/// <summary>A growing buffer of 32-byte words; new space is zero.</summary>
internal sealed class AbiWriter
{
    public const int Word = 32;

    private byte[] _buffer;

    public AbiWriter(int capacity = 8 * Word) => _buffer = new byte[capacity];

    public int Length { get; private set; }

    /// <summary>Appends zeroed bytes and returns where they start.</summary>
    public int Reserve(int size)
    {
        var start = Length;
        Length = checked(Length + size);
        if (Length > _buffer.Length) Array.Resize(ref _buffer, Math.Max(Length, checked(_buffer.Length * 2)));
        return start;
    }

    public Span<byte> Slice(int start, int size) => _buffer.AsSpan(start, size);

    public void WriteSize(int position, int value) =>
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(Slice(position + Word - sizeof(int), sizeof(int)), value);

    public byte[] ToArray() => _buffer.AsSpan(0, Length).ToArray();
}

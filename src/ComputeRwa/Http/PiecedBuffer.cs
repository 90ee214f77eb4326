using System.Buffers;

namespace ComputeRwa.Http;

/// <summary>
/// Bytes whose number is not known before the last has come, in pieces that are used again: what grows in one array leaves the collector several times
/// its length, and large arrays are collected late. Disposed of, it gives the pieces back.
/// </summary>
internal sealed class PiecedBuffer : IDisposable
{
    /// <summary>Below what the collector takes for a large object.</summary>
    private const int Piece = 64 << 10;

    /// <summary>Enough for two bodies of 32 MiB at once; the shared pool would keep some for each thread.</summary>
    private static readonly ArrayPool<byte> Pool = ArrayPool<byte>.Create(Piece, 1_024);

    private readonly List<byte[]> _pieces = [];

    public long Length { get; private set; }

    /// <summary>Room for what comes next, never empty.</summary>
    public Memory<byte> Room
    {
        get
        {
            if (Length == _pieces.Count * (long)Piece) _pieces.Add(Pool.Rent(Piece));
            return _pieces[^1].AsMemory((int)(Length % Piece), Piece - (int)(Length % Piece));
        }
    }

    /// <summary>So many bytes of the <see cref="Room"/> are filled now.</summary>
    public void Advance(int count) => Length += count;

    public byte[] ToArray()
    {
        var whole = new byte[Length];
        for (var at = 0; at < Length; at += Piece) _pieces[at / Piece].AsSpan(0, (int)Math.Min(Piece, Length - at)).CopyTo(whole.AsSpan(at));
        return whole;
    }

    public void Dispose()
    {
        foreach (var piece in _pieces) Pool.Return(piece);
        _pieces.Clear();
    }
}

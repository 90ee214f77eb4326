using System.Buffers;
using System.IO.Compression;
using ComputeRwa.Kernel;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace ComputeRwa.Http;

/// <summary>Bodies under a Content-Encoding of gzip or zstd, unpacked to a bound: what would grow beyond it is dropped while it grows.</summary>
internal static class ContentCoding
{
    /// <summary>Zstandard frames may ask for a window of gigabytes; this is 8 MiB, what its levels up to 19 use.</summary>
    private const int MostWindowLog = 23;

    /// <summary>Enough for two large bodies at once; the shared pool would keep some for each thread.</summary>
    private static readonly ArrayPool<byte> Pieces = ArrayPool<byte>.Create(Piece, 64);

    private const int Piece = 1 << 20;

    public static Result<byte[]> Decode(string coding, byte[] body, long most)
    {
        try
        {
            using var source = new MemoryStream(body, writable: false);
            switch (coding.Trim().ToLowerInvariant())
            {
                case "" or "identity":
                    return body.LongLength <= most ? body : TooLarge(most);
                case "gzip":
                    using (var gzip = new GZipStream(source, CompressionMode.Decompress)) return Copy(gzip, most);
                case "zstd":
                    using (var zstd = new DecompressionStream(source))
                    {
                        zstd.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, MostWindowLog);
                        return Copy(zstd, most);
                    }
                default:
                    return new Error("unsupported-media-type", $"The Content-Encoding {coding} is not known.", [new("Content-Encoding", "must be identity, gzip or zstd")]);
            }
        }
        catch (Exception e) when (e is InvalidDataException or ZstdException or EndOfStreamException)
        {
            return new Error("malformed", $"The body is not {coding}: {e.Message}", [new("body", $"must be {coding}, as Content-Encoding says")]);
        }
    }

    /// <summary>Through pieces that are used again: what grew in one array would leave the collector several times the bound for each bomb.</summary>
    private static Result<byte[]> Copy(Stream from, long most)
    {
        var pieces = new List<byte[]>();
        try
        {
            for (var length = 0L; ;)
            {
                if (length == pieces.Count * (long)Piece) pieces.Add(Pieces.Rent(Piece));
                var at = (int)(length % Piece);
                var read = from.Read(pieces[^1], at, Piece - at);
                if (read == 0) return Join(pieces, length);
                length += read;
                if (length > most) return TooLarge(most);
            }
        }
        finally
        {
            foreach (var piece in pieces) Pieces.Return(piece);
        }
    }

    private static byte[] Join(List<byte[]> pieces, long length)
    {
        var whole = new byte[length];
        for (var at = 0; at < length; at += Piece) pieces[at / Piece].AsSpan(0, (int)Math.Min(Piece, length - at)).CopyTo(whole.AsSpan(at));
        return whole;
    }

    private static Error TooLarge(long most) => new("too-large", $"The body unpacks to more than {most} bytes.", [new("body", $"must unpack to at most {most} bytes")]);
}

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

    private static Result<byte[]> Copy(Stream from, long most)
    {
        using var unpacked = new PiecedBuffer();
        for (int read; (read = from.Read(unpacked.Room.Span)) > 0;)
        {
            unpacked.Advance(read);
            if (unpacked.Length > most) return TooLarge(most);
        }
        return unpacked.ToArray();
    }

    private static Error TooLarge(long most) => new("too-large", $"The body unpacks to more than {most} bytes.", [new("body", $"must unpack to at most {most} bytes")]);
}

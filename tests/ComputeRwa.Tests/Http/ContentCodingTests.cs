using System.IO.Compression;
using ComputeRwa.Http;

namespace ComputeRwa.Tests.Http;

/// <summary>Bodies that unpack to far more than they are.</summary>
public class ContentCodingTests
{
    private const int Most = 1 << 20;

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public void What_unpacks_to_a_hundred_times_too_much_is_dropped_while_it_grows(string coding)
    {
        var bomb = Pack(coding, new byte[100 * Most]);
        Refused("too-large", coding, bomb);
        // The same in many members or frames, one after another.
        var one = Pack(coding, new byte[Most / 2]);
        Refused("too-large", coding, [.. Enumerable.Repeat(one, 300).SelectMany(b => b)]);
        Assert.True(ContentCoding.Decode(coding, [.. one, .. one], Most).Ok(out var both, out _));
        Assert.Equal(Most, both.Length);
    }

    [Theory]
    [InlineData("28b52ffd00ff")] // a window of 3.75 TiB
    [InlineData("28b52ffd00a0")] // 1 GiB
    [InlineData("28b52ffde00000000000010000")] // one segment of 2^40 bytes by its own account
    [InlineData("28b52ffd")]
    public void A_frame_that_asks_for_more_memory_than_frames_may_is_refused(string hex) =>
        Refused("malformed", "zstd", [.. Convert.FromHexString(hex), .. new byte[64]]);

    /// <summary>Damage at any place is noticed or does no harm; none of it throws.</summary>
    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public void Damaged_bodies_are_read_or_refused(string coding)
    {
        var random = new Random(8);
        var plain = new byte[5_000];
        random.NextBytes(plain.AsSpan(0, 1_000));
        var packed = Pack(coding, plain);
        var refused = 0;
        for (var i = 0; i < Telemetry.Ingest.Captures.Cases(2_000, 100_000); i++)
            if (!ContentCoding.Decode(coding, Telemetry.Ingest.Captures.Damage(packed, random), Most).Ok(out _, out var error))
            {
                refused++;
                Assert.Contains(error.Code, (string[])["malformed", "too-large"]);
            }
        Assert.True(refused > 100, $"{refused} refused");
    }

    private static void Refused(string code, string coding, byte[] body)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(ContentCoding.Decode(coding, body, Most).Ok(out _, out var error));
        Assert.Equal(code, error.Code);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 6 * Most);
    }

    private static byte[] Pack(string coding, byte[] plain)
    {
        using var packed = new MemoryStream();
        using (Stream to = coding == "gzip" ? new GZipStream(packed, CompressionLevel.Fastest) : new ZstdSharp.CompressionStream(packed)) to.Write(plain);
        return packed.ToArray();
    }
}

using System.Text;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry.Ingest;
using ComputeRwa.Tests.Support;

namespace ComputeRwa.Tests.Telemetry.Ingest;

/// <summary>24,000 damaged bodies in the quick profile, 1,000,000 in the full one: each is read or refused with a reason, and none throws.</summary>
public class ParserFuzzTests
{
    private static readonly int Cases = Captures.Cases(6_000, 250_000);

    /// <summary>What is copied in steps of sixteen bytes ends where it must: each distance and length, with little and with much behind it.</summary>
    [Fact]
    public void Copies_of_every_distance_and_length_unpack_to_what_they_say()
    {
        var random = new Random(8);
        for (var distance = 1; distance <= 70; distance++)
            for (var length = 1; length <= 64; length++)
            {
                var literal = new byte[random.Next(distance, 72)];
                random.NextBytes(literal);
                var end = new byte[random.Next(3) == 0 ? 0 : random.Next(1, 60)];
                random.NextBytes(end);
                var plain = literal.ToList();
                for (var i = 0; i < length; i++) plain.Add(plain[^distance]);
                plain.AddRange(end);
                byte[] size = plain.Count < 128 ? [(byte)plain.Count] : [(byte)(plain.Count | 0x80), (byte)(plain.Count >> 7)];
                byte[] packed = [.. size, 60 << 2, (byte)(literal.Length - 1), .. literal, (byte)(((length - 1) << 2) | 2), (byte)distance, 0, .. end.Length == 0 ? [] : new[] { (byte)((end.Length - 1) << 2) }, .. end];
                Assert.True(SnappyBlock.Read(packed, 1 << 20).Ok(out var unpacked, out var error), error?.Message);
                Assert.Equal(plain, unpacked);
            }
    }

    [Fact]
    public void A_damaged_write_request_is_read_or_refused()
    {
        var good = new WireWriter().Gpu(Samples.Uuid(1, 0), 1_784_019_158_696, 0.5, 97, 631.95, 61_000).Bytes(3, [8, 2]).ToArray();
        Fuzz(1, [good, []], bytes => WriteRequest.Read(bytes));
    }

    [Fact]
    public void A_damaged_exporter_s_text_is_read_or_refused() => Fuzz(2,
        [Captures.Read("dcgm-exporter_t4.prom"), Encoding.UTF8.GetBytes($"DCGM_FI_PROF_SM_ACTIVE{{UUID=\"{Samples.Uuid(1, 0)}\",a=\"\\\\\\\"\\n\"}} 8.73e-1 1784019158696\n")],
        bytes => Exposition.Read(bytes, 1));

    [Fact]
    public void A_damaged_nvidia_smi_file_is_read_or_refused() => Fuzz(3,
        [.. Captures.All.Where(f => f.EndsWith(".csv", StringComparison.Ordinal)).Select(Captures.Read), "timestamp, uuid, power.draw [W]\n2026/07/14 08:12:38, GPU-00000000-0000-0000-0000-000000000000, 5.5 W\n"u8.ToArray()],
        bytes => SmiCsv.Read(bytes, null, TimeSpan.Zero));

    [Fact]
    public void A_damaged_snappy_block_is_refused_or_unpacks_as_another_reader_unpacks_it()
    {
        var random = new Random(4);
        var (good, refused) = (0, 0);
        for (var i = 0; i < Cases; i++)
        {
            var packed = IronSnappy.Snappy.Encode(Plain(random, random.Next(3_000)));
            var bytes = Captures.Damage(packed, random);
            if (!SnappyBlock.Read(bytes, 1 << 20).Ok(out var unpacked, out var error))
            {
                Assert.Contains(error.Code, (string[])["malformed", "too-large"]);
                refused++;
                continue;
            }
            good++;
            Assert.Equal(IronSnappy.Snappy.Decode(bytes), unpacked);
        }
        Assert.True(good > Cases / 100 && refused > Cases / 2, $"{good} good, {refused} refused");
    }

    [Fact]
    public void What_another_program_packs_is_unpacked()
    {
        var random = new Random(5);
        foreach (var size in (int[])[0, 1, 59, 60, 61, 255, 256, 257, 65_535, 65_536, 70_000, 300_000])
            for (var i = 0; i < 4; i++)
            {
                var plain = Plain(random, size);
                Assert.True(SnappyBlock.Read(IronSnappy.Snappy.Encode(plain), 1 << 20).Ok(out var unpacked, out _));
                Assert.Equal(plain, unpacked);
            }
    }

    [Theory]
    [InlineData("ffffffff0f", "too-large")] // 4 GiB announced in five bytes
    [InlineData("80808080100000", "malformed")] // more than 32 bits
    [InlineData("80808001", "too-large")] // 2 MiB
    [InlineData("808040fe0100", "malformed")] // 1 MiB of three bytes
    [InlineData("ff", "malformed")]
    [InlineData("", "malformed")]
    [InlineData("0300", "malformed")] // a literal that is not there
    [InlineData("05046161010a", "malformed")] // a copy from before the beginning
    [InlineData("0400610100", "malformed")] // a copy of offset zero
    public void A_snappy_bomb_is_refused_before_it_is_unpacked(string hex, string code)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(SnappyBlock.Read(Convert.FromHexString(hex), 1 << 20).Ok(out _, out var error));
        Assert.Equal(code, error.Code);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 100_000);
    }

    private static void Fuzz(int seed, byte[][] seeds, Func<byte[], Result<Arrival>> read)
    {
        var random = new Random(seed);
        var (good, refused) = (0, 0);
        for (var i = 0; i < Cases; i++)
        {
            var bytes = Captures.Damage(seeds[random.Next(seeds.Length)], random);
            if (read(bytes).Ok(out var arrival, out var error))
            {
                good++;
                Assert.All(arrival.Samples, s => Assert.True(s.Value >= 0 && Enum.IsDefined(s.Column)));
            }
            else
            {
                refused++;
                Assert.Contains(error.Code, (string[])["malformed", "too-large"]);
                Assert.NotEmpty(error.Message);
            }
        }
        Assert.True(good > Cases / 100 && refused > Cases / 10, $"{good} good, {refused} refused: the damage is too little or too much");
    }

    /// <summary>Some of it repeats, as labels do.</summary>
    private static byte[] Plain(Random random, int size)
    {
        var bytes = new byte[size];
        random.NextBytes(bytes);
        for (var at = 0; at < size;)
        {
            var run = Math.Min(random.Next(1, 400), size - at);
            if (at > 0 && random.Next(3) > 0)
            {
                var from = random.Next(at);
                for (var i = 0; i < run; i++) bytes[at + i] = bytes[from + i];
            }
            at += run;
        }
        return bytes;
    }
}

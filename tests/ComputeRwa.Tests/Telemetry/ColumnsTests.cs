using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;
using ComputeRwa.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace ComputeRwa.Tests.Telemetry;

public class ColumnsTests
{
    private static readonly Gen<Columns> Any = Gen.Choose(0, int.MaxValue - 1).Select(seed =>
    {
        var random = new Random(seed);
        return Samples.Random(random, random.Next(1, 9), random.Next(1, 200));
    });

    [Fact]
    public void Compressed_columns_come_back_as_they_were() => Check(Any, c => Same(c, ColumnsCodec.Decompress(ColumnsCodec.Compress(c))));

    [Fact]
    public void Extreme_values_survive_compression()
    {
        int[] extremes = [int.MaxValue, Columns.Missing, 0, int.MaxValue, int.MaxValue, Columns.Missing];
        var columns = Columns.Of(2, 3, [extremes, extremes, extremes, extremes]);
        Assert.True(Same(columns, ColumnsCodec.Decompress(ColumnsCodec.Compress(columns))));
    }

    [Fact]
    public void Columns_stored_in_the_first_layout_are_still_read()
    {
        // Written by the program before version 2: 2 GPUs, 3 samples.
        var packed = Convert.FromHexString("010200000003000000260000001B2500004465B7CD9EC67CF3123F140678CB4AF821520024690577509F8F6CC04DEF271DC0289B651200");
        Assert.True(Same(Columns.Of(2, 3, [[1, 2, 3, 10_000, -1, 0], [100, 0, -1, 5, 5, 5], [700_000, 699_990, 1, 0, 0, 0], [80_000, -1, 0, 1, 1, 1]]), ColumnsCodec.Decompress(packed)));
    }

    [Fact]
    public void Columns_of_version_2_are_still_read() => Check(Any, c => Same(c, ColumnsCodec.Decompress(SecondColumns.Write(c))));

    /// <summary>The same samples make the same bytes on every machine, now and later.</summary>
    [Fact]
    public void Columns_of_version_3_stay_what_they_are()
    {
        int[] Column(int level, int noise) => [.. Enumerable.Range(0, 300).Select(i => i % 83 == 7 ? Columns.Missing : level + i % 100 * noise / 10 + i * 7_919 % noise)];
        var many = Columns.Of(3, 100, [Column(5_000, 900), Column(90, 10), Column(400_000, 9_000), Column(71_234, 1)]);
        Assert.Equal("d323c6eb32a73cbdc0c831fa98dd7afa957c21b9b0def7a3f8fb2662e9f7c806", Convert.ToHexStringLower(SHA256.HashData(ColumnsCodec.Compress(many))));
        var packed = Convert.FromHexString("0300020000000307A7E5E13E06B124C82829A8E7C8DCB450DF77FF04CC23B32C8E15EAD4105DB0505D32827A61EA575700CEA4FF0E1052");
        var few = Columns.Of(2, 3, [[1, 2, 3, 10_000, -1, 0], [100, 0, -1, 5, 5, 5], [700_000, 699_990, 10, 0, 0, 0], [80_000, -1, 0, 1, 1, 1]]);
        Assert.Equal(packed, ColumnsCodec.Compress(few));
        Assert.True(Same(few, ColumnsCodec.Decompress(packed)));
    }

    /// <summary>What a machine measures: noise around a level, rounded; runs; gaps; power that goes with the load.</summary>
    [Fact]
    public void Realistic_rows_take_about_as_many_bits_as_their_noise_has()
    {
        var random = new Random(3);
        // A normal distribution of deviation s has log2(s × 4.13) bits: 15.0 and 11.7.
        Assert.InRange(Bits(_ => 650_000 + Gauss(8_000)), 600 * 15, 600 * 15.3);
        Assert.InRange(Bits(_ => (65_000 + Gauss(800)) * 10), 600 * 11.6, 600 * 12);
        Assert.InRange(Bits(_ => 71_234), 0, 64);
        Assert.InRange(Bits(i => i % 97 == 0 ? Columns.Missing : 650_000 + Gauss(8_000)), 594 * 15, 594 * 15.5);
        var active = Row(_ => random.Next(2_000, 10_000));
        Assert.InRange(Bits(i => 120_000 + active[i] * 45 + Gauss(200), active), 600 * 9.6, 600 * 10.2);

        int Gauss(int deviation) => (int)(deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        static int[] Row(Func<int, int> value) => [.. Enumerable.Range(0, 600).Select(value)];
        static int Bits(Func<int, int> power, int[]? active = null)
        {
            var still = new int[600];
            var columns = Columns.Of(1, 600, [active ?? still, still, Row(power), still]);
            return 8 * (Packed(columns) - Packed(columns with { PowerMilliwatts = still }));
        }
        static int Packed(Columns columns)
        {
            var packed = ColumnsCodec.Compress(columns);
            Assert.True(Same(columns, ColumnsCodec.Decompress(packed)));
            return packed.Length;
        }
    }

    [Fact]
    public void Rows_of_any_values_come_back_as_they_were()
    {
        var random = new Random(11);
        for (var i = 0; i < 5_000; i++)
        {
            var (gpus, samples, scale, unit) = (random.Next(1, 4), random.Next(1, 40), random.Next(1, 32), random.Next(4) == 0 ? random.Next(1, 1_000) : 1);
            var columns = Columns.Of(gpus, samples, [.. Enumerable.Range(0, 4).Select(_ => Any(gpus * samples))]);
            Assert.True(Same(columns, ColumnsCodec.Decompress(ColumnsCodec.Compress(columns))), $"{i}");
            Assert.True(Same(columns, ColumnsCodec.Decompress(SecondColumns.Write(columns))), $"{i}");

            int[] Any(int length)
            {
                var values = new int[length];
                for (var j = 0; j < length; j++)
                    values[j] = random.Next(20) == 0 ? Columns.Missing : random.Next(3) == 0 && j > 0 ? values[j - 1] : (int)(random.NextInt64(1L << scale) / unit * unit & int.MaxValue);
                return values;
            }
        }
    }

    [Fact]
    public void Damaged_bytes_are_refused_and_not_guessed_at()
    {
        var columns = Samples.Random(new Random(1), 4, 50);
        foreach (var packed in new[] { ColumnsCodec.Compress(columns), SecondColumns.Write(columns) })
        {
            for (var length = 0; length < packed.Length; length++) Assert.Throws<InvalidDataException>(() => ColumnsCodec.Decompress(packed.AsSpan(0, length)));
            Assert.Throws<InvalidDataException>(() => ColumnsCodec.Decompress([.. packed, 0, 0, 0, 0]));
            Assert.Throws<InvalidDataException>(() => ColumnsCodec.Decompress([9, .. packed[1..]]));
        }
    }

    [Fact]
    public void Columns_as_json_are_what_was_posted() => Check(Any, c =>
    {
        var fields = new Fields();
        var node = Samples.Node(1, c.Gpus);
        var text = JsonSerializer.SerializeToUtf8Bytes(c.ToJson(), JsonSerializerOptions.Web);
        var read = new ColumnsReader(node, fields).Read(JsonSerializer.Deserialize<ColumnsJson>(text, JsonSerializerOptions.Web)!);
        return fields.Error is null && Same(c, read);
    });

    [Fact]
    public void The_columns_hash_is_that_of_the_documented_bytes() => Check(Any, c =>
    {
        var bytes = new MemoryStream();
        var json = c.ToJson();
        foreach (var column in new[] { json.SmActiveBps, json.GpuUtilPct, json.PowerMilliwatts, json.MemoryMiB })
            foreach (var gpu in JsonSerializer.Deserialize<int?[][]>(JsonSerializer.Serialize(column))!)
                foreach (var value in gpu)
                {
                    var word = new byte[4];
                    BinaryPrimitives.WriteInt32BigEndian(word, value ?? -1);
                    bytes.Write(word);
                }
        return c.Hash() == Keccak.Hash(bytes.ToArray());
    });

    private static bool Same(Columns a, Columns b) =>
        a.Gpus == b.Gpus && a.Samples == b.Samples && a.InOrder.Zip(b.InOrder).All(p => p.First.SequenceEqual(p.Second));

    private static void Check(Gen<Columns> gen, Func<Columns, bool> holds) => Prop.ForAll(gen.ToArbitrary(), holds).QuickCheckThrowOnFailure();
}

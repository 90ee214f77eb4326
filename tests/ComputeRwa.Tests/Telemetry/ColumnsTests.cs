using System.Buffers.Binary;
using System.Text.Json;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;
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

    /// <summary>What a machine measures: noise around a level, rounded; idle and busy by turns; runs; gaps.</summary>
    [Fact]
    public void Realistic_rows_take_about_as_many_bits_as_their_noise_has()
    {
        var random = new Random(3);
        var noisy = Row(600, _ => 650_000 + Gauss(8_000));
        var rounded = Row(600, _ => (65_000 + Gauss(800)) * 10);
        // A normal distribution of deviation s has log2(s × 4.13) bits: 15.0 and 11.7.
        Assert.InRange(Bits(noisy), 600 * 15, 600 * 15.5);
        Assert.InRange(Bits(rounded), 600 * 11.6, 600 * 12.3);
        Assert.InRange(Bits(Row(600, _ => 71_234)), 0, 80);
        Assert.InRange(Bits(Row(600, i => i % 97 == 0 ? Columns.Missing : 650_000 + Gauss(8_000))), 600 * 15, 600 * 16.5);

        int Gauss(int deviation) => (int)(deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        static int[] Row(int samples, Func<int, int> value) => [.. Enumerable.Range(0, samples).Select(value)];
        static int Bits(int[] row)
        {
            var to = new byte[RowCodec.MostBytes(row.Length)];
            var length = RowCodec.Write(row, to);
            ReadOnlySpan<byte> from = to.AsSpan(0, length);
            var read = new int[row.Length];
            Assert.True(RowCodec.TryRead(ref from, read) && from.IsEmpty && read.SequenceEqual(row));
            return 8 * length;
        }
    }

    [Fact]
    public void Rows_of_any_values_come_back_as_they_were()
    {
        var random = new Random(11);
        for (var i = 0; i < 20_000; i++)
        {
            var (scale, unit) = (random.Next(1, 32), random.Next(4) == 0 ? random.Next(1, 1_000) : 1);
            var row = new int[random.Next(1, 70)];
            for (var j = 0; j < row.Length; j++)
                row[j] = random.Next(20) == 0 ? Columns.Missing : random.Next(3) == 0 && j > 0 ? row[j - 1] : (int)(random.NextInt64(1L << scale) / unit * unit & int.MaxValue);
            var to = new byte[RowCodec.MostBytes(row.Length)];
            ReadOnlySpan<byte> from = to.AsSpan(0, RowCodec.Write(row, to));
            var read = new int[row.Length];
            Assert.True(RowCodec.TryRead(ref from, read) && from.IsEmpty && read.SequenceEqual(row), string.Join(' ', row));
        }
    }

    [Fact]
    public void Damaged_bytes_are_refused_and_not_guessed_at()
    {
        var packed = ColumnsCodec.Compress(Samples.Random(new Random(1), 4, 50));
        Assert.Throws<InvalidDataException>(() => ColumnsCodec.Decompress(packed.AsSpan(0, packed.Length - 3)));
        Assert.Throws<InvalidDataException>(() => ColumnsCodec.Decompress([9, .. packed[1..]]));
        Assert.Throws<InvalidDataException>(() => ColumnsCodec.Decompress([]));
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

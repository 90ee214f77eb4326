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

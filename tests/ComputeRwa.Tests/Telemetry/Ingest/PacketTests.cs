using System.Text;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry.Ingest;

namespace ComputeRwa.Tests.Telemetry.Ingest;

public class PacketTests
{
    /// <summary>Whatever order they come in, each series' samples come back as they came: of several of one time the first counts.</summary>
    [Fact]
    public void Samples_come_back_by_series_in_the_order_in_which_they_came()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var (nodes, times) = (random.Next(1, 5), random.Next(1, 100));
            var samples = Enumerable.Range(0, random.Next(400)).Select(_ => new PlacedSample(NodeId.From($"node_{random.Next(nodes)}"), random.Next(256), At(random, times),
                random.Next(5) == 0 ? random.Next() : random.Next(100), (Column)random.Next(4), (byte)random.Next(3))).ToList();
            // What is the same but for its value must keep its place.
            samples.AddRange([.. samples.Where(_ => random.Next(3) == 0).Select(s => s with { Value = random.Next(100) })]);
            var read = new List<PlacedSample>();
            Packet.Read(Packet.Write(samples), read.Add);
            var nodesInOrder = samples.Select(s => s.Node).Distinct().ToList();
            Assert.Equal(samples.OrderBy(s => nodesInOrder.IndexOf(s.Node)).ThenBy(s => s.Gpu).ThenBy(s => s.Column).ThenBy(s => s.Instance), read);
        }
    }

    [Fact]
    public void A_series_at_its_step_takes_few_bytes()
    {
        var samples = Enumerable.Range(0, 1_000).Select(i => new PlacedSample(NodeId.From("node_1"), 3, 1_784_019_158_696 + 15_000L * i, 60_000 + i % 50, Column.MemoryMiB, 0)).ToList();
        Assert.InRange(Packet.Write(samples).Length, 2_000, 2_100);
    }

    /// <summary>What the version before has put into the inbox is read to its end.</summary>
    [Fact]
    public void The_first_version_is_read()
    {
        byte[] packed = [1, 6, .. Encoding.UTF8.GetBytes("node_7"), 2, /* gpu, column, part */ 1, 2, 0, /* 1000 */ 0xd0, 0x0f, /* 300 */ 0xac, 0x02, 2, 3, 1, /* −1 */ 1, 5];
        var read = new List<PlacedSample>();
        Packet.Read(packed, read.Add);
        Assert.Equal([new(NodeId.From("node_7"), 1, 1_000, 300, Column.PowerMilliwatts, 0), new(NodeId.From("node_7"), 2, 999, 5, Column.MemoryMiB, 1)], read);
        Assert.Throws<InvalidDataException>(() => Packet.Read([3], read.Add));
    }

    private static long At(Random random, int times) => random.Next(50) == 0 ? random.NextInt64(long.MaxValue / 2) : 1_784_019_158_696 + 15_000L * random.Next(times);
}

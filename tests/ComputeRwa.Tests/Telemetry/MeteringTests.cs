using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;
using ComputeRwa.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace ComputeRwa.Tests.Telemetry;

public class MeteringTests
{
    private static readonly EpochLength Length = new(3_600);
    private const long Epoch = 500_000;
    private static readonly long Start = Length.StartOf(Epoch).ToUnixTimeSeconds();

    [Fact]
    public void Metering_from_rollups_equals_metering_second_by_second() => Check(c =>
    {
        var curtailment = Curtailment.Of(c.Notices, new(Start, Start + Length.Seconds));
        return Summary(Metering.Measure(c.Gpus, Length, curtailment, c.Batches.Select(b => FromRollup(b, curtailment)))) == BySecond(c);
    });

    [Fact]
    public void Metering_does_not_depend_on_the_order_in_which_batches_are_read() => Check(c =>
    {
        var batches = c.Batches.ConvertAll(b => FromRollup(b, Curtailment.None));
        var forward = Metering.Measure(c.Gpus, Length, Curtailment.None, batches);
        batches.Reverse();
        var backward = Metering.Measure(c.Gpus, Length, Curtailment.None, batches);
        return Summary(forward) == Summary(backward) && forward.EvidenceHash == backward.EvidenceHash && forward.BatchesUsed.SequenceEqual(backward.BatchesUsed);
    });

    [Fact]
    public void Stored_rollups_come_back_as_they_were() => Check(c => c.Batches.TrueForAll(b =>
    {
        var uses = Rollup.Of(b.Columns, b.From, b.Step, Curtailment.None);
        return uses.SequenceEqual(Rollup.FromBytes(Rollup.ToBytes(uses)));
    }));

    [Fact]
    public void The_evidence_hash_covers_the_batches_by_node_key_then_number() => Check(c =>
    {
        var expected = from b in c.Batches
                       where c.Gpus.Exists(g => g.NodeId == b.Node.Id)
                       orderby Convert.ToHexString(b.Node.NodeKey.ToBytes()), b.Sequence
                       select b.Hash.ToBytes();
        var use = Metering.Measure(c.Gpus, Length, Curtailment.None, c.Batches.Select(b => FromRollup(b, Curtailment.None)));
        return use.EvidenceHash == Keccak.Hash([.. expected.SelectMany(h => h)]);
    });

    [Fact]
    public void Without_batches_nothing_is_available_and_nothing_is_attested()
    {
        var node = Samples.Node(1, 2);
        var use = Metering.Measure([new(node.Id, node.GpuUuids[0], 0)], Length, Curtailment.None, []);
        Assert.Equal((3_600, 0, 0, 0L, Trust.SelfReported, Keccak.Hash([])), (use.ReservedSeconds, use.AvailableSeconds, use.LoadBps, use.ItWattHours, use.Trust, use.EvidenceHash));
    }

    [Fact]
    public void A_node_that_is_not_let_adds_nothing()
    {
        var (mine, other) = (Samples.Node(1, 1), Samples.Node(2, 1));
        var use = Metering.Measure([new(mine.Id, mine.GpuUuids[0], 0)], Length, Curtailment.None, [new(other.Id, other.NodeKey, 0, Hash32.Zero, Trust.Attested, [new(60, 60, 60, 0, 60)])]);
        Assert.Equal((0L, 0), (use.AvailableSeconds, use.BatchesUsed.Count));
    }

    [Theory]
    [InlineData(800, null, 60, 60, 800, Trust.Attested)]
    [InlineData(499, 90, 60, 0, 499, Trust.Attested)]
    [InlineData(500, 0, 60, 60, 500, Trust.Attested)]
    [InlineData(null, 4, 60, 0, 400, Trust.SelfReported)]
    [InlineData(null, 5, 60, 60, 500, Trust.SelfReported)]
    [InlineData(null, null, 0, 0, 0, Trust.Attested)]
    public void A_sample_counts_by_its_load(int? sm, int? util, long available, long busy, int load, object trust)
    {
        var node = Samples.Node(1, 1);
        var columns = Columns.Of(1, 1, [[sm ?? -1], [util ?? -1], [-1], [-1]]);
        var use = Metering.Measure([new(node.Id, node.GpuUuids[0], 0)], Length, Curtailment.None,
            [new(node.Id, node.NodeKey, 0, Hash32.Zero, Trust.Attested, Rollup.Of(columns, Start, 60, Curtailment.None))]);
        Assert.Equal((available, busy, load, 0L, (Trust)trust), (use.AvailableSeconds, use.BusySeconds, use.LoadBps, use.ItWattHours, use.Trust));
    }

    [Fact]
    public void A_sample_partly_inside_a_notice_counts_with_its_seconds_outside_and_all_its_energy()
    {
        var columns = Columns.Of(1, 2, [[9_000, 9_000], [-1, -1], [3_600_000, 3_600_000], [-1, -1]]);
        var notices = Curtailment.Of([new(Start + 50, Start + 65), new(Start + 60, Start + 70), new(Start - 10, Start)], new(Start, Start + 3_600));
        Assert.Equal(20, notices.Seconds);
        Assert.Equal([new GpuUse(100, 100, 900_000, 0, 432_000_000)], Rollup.Of(columns, Start, 60, notices));
    }

    [Fact]
    public void Energy_of_a_huge_fleet_does_not_overflow()
    {
        var node = Samples.Node(1, 1);
        var one = new GpuUse(0, 0, 0, 0, long.MaxValue / 2);
        var use = Metering.Measure([new(node.Id, node.GpuUuids[0], 0)], Length, Curtailment.None,
            Enumerable.Range(0, 8).Select(i => new MeteredBatch(node.Id, node.NodeKey, i, Hash32.Zero, Trust.Attested, [one])));
        Assert.Equal((long)((Int128)(long.MaxValue / 2) * 8 / 3_600_000), use.ItWattHours);
    }

    private static MeteredBatch FromRollup(BatchCase b, Curtailment curtailment) =>
        // As the store does it: a batch that no notice touches counts with its stored sums.
        new(b.Node.Id, b.Node.NodeKey, b.Sequence, b.Hash, b.Trust, curtailment.Overlap(b.From, b.To) == 0
            ? Rollup.FromBytes(Rollup.ToBytes(Rollup.Of(b.Columns, b.From, b.Step, Curtailment.None)))
            : Rollup.Of(ColumnsCodec.Decompress(ColumnsCodec.Compress(b.Columns)), b.From, b.Step, curtailment));

    private static (long, long, long, long, int, long, Trust) Summary(MeteredUse u) =>
        (u.ReservedSeconds, u.AvailableSeconds, u.BusySeconds, u.CurtailedSeconds, u.LoadBps, u.ItWattHours, u.Trust);

    /// <summary>docs/settlement.md read literally: walk over every second of every GPU.</summary>
    private static (long, long, long, long, int, long, Trust) BySecond(Case c)
    {
        long available = 0, busy = 0, load = 0, curtailed = 0;
        System.Numerics.BigInteger energy = 0;
        var trusted = c.Batches.Exists(b => c.Gpus.Exists(g => g.NodeId == b.Node.Id));
        foreach (var gpu in c.Gpus)
            for (var second = Start; second < Start + Length.Seconds; second++)
            {
                var isCurtailed = c.Notices.Exists(n => second >= n.From && second < n.To);
                if (isCurtailed) curtailed++;
                if (c.Batches.Find(b => b.Node.Id == gpu.NodeId && second >= b.From && second < b.To) is not { } batch) continue;
                var at = (int)gpu.Index * batch.Columns.Samples + (int)((second - batch.From) / batch.Step);
                energy += Math.Max(0, batch.Columns.PowerMilliwatts[at]);
                var (sm, util) = (batch.Columns.SmActiveBps[at], batch.Columns.GpuUtilPct[at]);
                if (isCurtailed || (sm < 0 && util < 0)) continue;
                available++;
                load += sm < 0 ? util * 100 : sm;
                if ((sm < 0 ? util * 100 : sm) >= 500) busy++;
                trusted &= sm >= 0;
            }
        trusted &= c.Batches.TrueForAll(b => b.Trust == Trust.Attested || !c.Gpus.Exists(g => g.NodeId == b.Node.Id));
        return (c.Gpus.Count * Length.Seconds, available, busy, curtailed, available == 0 ? 0 : (int)(load / available), (long)(energy / 3_600_000),
            trusted ? Trust.Attested : Trust.SelfReported);
    }

    private sealed record BatchCase(Node Node, long Sequence, long From, int Step, Columns Columns, Trust Trust)
    {
        public long To => From + (long)Step * Columns.Samples;
        public Hash32 Hash => Batch.HashOf(Node.NodeKey, Sequence, From, Step, Hash32.Zero, Columns);
    }

    private sealed record Case(List<LetGpu> Gpus, List<BatchCase> Batches, List<TimeRange> Notices);

    private static Case Make(int seed)
    {
        var random = new Random(seed);
        var nodes = Enumerable.Range(0, random.Next(1, 4)).Select(i => Samples.Node(i, random.Next(1, 4))).ToList();
        var gpus = nodes.SelectMany(n => n.GpuUuids.Select((uuid, i) => new LetGpu(n.Id, uuid, i))).Where(_ => random.Next(3) > 0).ToList();
        var batches = nodes.SelectMany(n => Chain(random, n)).ToList();
        var notices = Enumerable.Range(0, random.Next(0, 4)).Select(_ => Start + random.Next(-200, 3_700)).Select(from => new TimeRange(from, from + random.Next(1, 900))).ToList();
        return new(gpus, batches, notices);
    }

    private static IEnumerable<BatchCase> Chain(Random random, Node node)
    {
        var (at, sequence) = (Start, 0);
        var signed = random.Next(4) > 0;
        while (true)
        {
            at += random.Next(3) == 0 ? random.Next(0, 120) : 0;
            var (step, samples) = (random.Next(1, 61), random.Next(1, 30));
            if (at + step * samples > Start + Length.Seconds) yield break;
            yield return new(node, sequence++, at, step, Samples.Random(random, node.GpuUuids.Count, samples), signed ? Trust.Attested : Trust.SelfReported);
            at += step * samples;
        }
    }

    private static void Check(Func<Case, bool> holds) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => holds(Make(seed))).QuickCheckThrowOnFailure();
}

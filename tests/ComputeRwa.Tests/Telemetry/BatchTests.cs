using System.Text.Json;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;
using ComputeRwa.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace ComputeRwa.Tests.Telemetry;

public class BatchTests
{
    private static readonly Node Machine = Samples.Node(7, 2);
    private static readonly long Noon = Samples.Now.ToUnixTimeSeconds();

    [Fact]
    public void A_signed_batch_is_attested_and_an_unsigned_one_self_reported()
    {
        var post = Post();
        Assert.Equal(Trust.Attested, Read(post).Trust);
        Assert.Equal(Trust.SelfReported, Read(post with { Signature = null }).Trust);
        Assert.Equal(Read(post).Hash, Read(post with { Signature = null }).Hash);
    }

    [Fact]
    public void The_hash_is_that_of_the_documented_bytes()
    {
        var columns = Samples.Random(new Random(3), 2, 5);
        var bytes = System.Text.Encoding.ASCII.GetBytes("ComputeRwa telemetry v1")
            .Concat(Machine.NodeKey.ToBytes()).Concat(BigEndian(258, 8)).Concat(BigEndian(Noon, 8)).Concat(BigEndian(60, 4))
            .Concat(BigEndian(2, 4)).Concat(BigEndian(5, 4)).Concat(Hash32.Of(77).ToBytes()).Concat(columns.Hash().ToBytes());
        Assert.Equal(Keccak.Hash([.. bytes]), Batch.HashOf(Machine.NodeKey, 258, Noon, 60, Hash32.Of(77), columns));
    }

    [Fact]
    public void The_hash_chain_breaks_wherever_a_batch_is_altered_left_out_or_swapped() => Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        var chain = Chain(random, 4);
        var victim = random.Next(0, 3);
        var swapped = new List<Batch>(chain);
        (swapped[victim], swapped[victim + 1]) = (swapped[victim + 1], swapped[victim]);
        var altered = new List<Batch>(chain);
        var other = Read(Samples.Signed(Machine, 7, chain[victim].Sequence, chain[victim].From, chain[victim].Step, chain[victim].PreviousHash,
            Samples.Random(new Random(seed + 1), 2, chain[victim].Columns.Samples)));
        altered[victim] = other;
        return Follows(chain) && !Follows(swapped) && !Follows([.. chain.Where((_, i) => i != victim)])
            && (other.Hash == chain[victim].Hash || !Follows(altered));
    }).QuickCheckThrowOnFailure();

    public static TheoryData<string, string> BadPosts => new()
    {
        { "sequence", "negative" }, { "stepSeconds", "zero step" }, { "stepSeconds", "step too long" }, { "from", "half second" }, { "from", "before 1970" },
        { "from", "future" }, { "from", "end of time" }, { "from", "crosses epoch" }, { "previousHash", "short hash" }, { "signature", "short signature" },
        { "signature", "v of 29" }, { "columns.smActiveBps[0]", "no samples" }, { "columns.smActiveBps[0]", "too many samples" },
        { "columns.powerMilliwatts[1]", "ragged" }, { "columns.gpuUtilPct", "too few gpus" }, { "columns.memoryMiB[0]", "empty row" },
        { "columns.smActiveBps[1][2]", "negative load" }, { "columns.smActiveBps[0][0]", "minus one" }, { "columns.smActiveBps[1][2]", "absurd load" },
        { "columns.gpuUtilPct[0][1]", "utilisation over 100" }, { "columns.powerMilliwatts[1][0]", "power over limit" }, { "columns.memoryMiB[0][2]", "memory over card" },
    };

    [Theory]
    [MemberData(nameof(BadPosts))]
    public void A_bad_batch_is_refused_by_the_name_of_its_field(string field, string what)
    {
        var columns = new ColumnsJson(R([1, 2, 3], [4, 5, 6]), R([1, 2, 3], [4, 5, 6]), R([700_000, 1, null], [0, 0, 0]), R([80_000, null, 0], [1, 1, 1]));
        var good = Post() with { Columns = columns, Signature = null };
        Assert.True(Batch.Read(good, Machine, Samples.Day, Samples.Now).Ok(out _, out _));
        var bad = what switch
        {
            "negative" => good with { Sequence = -1 },
            "zero step" => good with { StepSeconds = 0 },
            "step too long" => good with { StepSeconds = 3_601 },
            "half second" => good with { From = good.From.AddMilliseconds(500) },
            "before 1970" => good with { From = DateTimeOffset.UnixEpoch.AddSeconds(-1) },
            "future" => good with { From = Samples.Now.AddSeconds(-174) },
            "end of time" => good with { From = DateTimeOffset.MaxValue.AddTicks(-(DateTimeOffset.MaxValue.Ticks % TimeSpan.TicksPerSecond)) },
            "crosses epoch" => good with { From = new(2026, 2, 28, 23, 58, 0, TimeSpan.Zero) },
            "short hash" => good with { PreviousHash = "0x1234" },
            "short signature" => good with { Signature = "0x12" },
            "v of 29" => good with { Signature = "0x" + new string('1', 128) + "1d" },
            "no samples" => good with { Columns = columns with { SmActiveBps = R([], []) } },
            "too many samples" => good with { Columns = columns with { SmActiveBps = R(new int?[10_001], new int?[10_001]) } },
            "ragged" => good with { Columns = columns with { PowerMilliwatts = R([1, 2, 3], [1, 2]) } },
            "too few gpus" => good with { Columns = columns with { GpuUtilPct = R([1, 2, 3]) } },
            "empty row" => good with { Columns = columns with { MemoryMiB = R([], [1, 2, 3]) } },
            "negative load" => good with { Columns = columns with { SmActiveBps = R([1, 2, 3], [4, 5, -5]) } },
            "minus one" => good with { Columns = columns with { SmActiveBps = R([-1, 2, 3], [4, 5, 6]) } },
            "absurd load" => good with { Columns = columns with { SmActiveBps = R([1, 2, 3], [4, 5, 10_001]) } },
            "utilisation over 100" => good with { Columns = columns with { GpuUtilPct = R([1, 101, 3], [4, 5, 6]) } },
            "power over limit" => good with { Columns = columns with { PowerMilliwatts = R([1, 2, 3], [840_001, 5, 6]) } },
            "memory over card" => good with { Columns = columns with { MemoryMiB = R([1, 2, 81_560], [4, 5, 6]) } },
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        };
        Assert.False(Batch.Read(bad, Machine, Samples.Day, Samples.Now).Ok(out _, out var error));
        Assert.Equal(("invalid", field), (error.Code, Assert.Single(error.Fields).Field));
    }

    [Fact]
    public void Every_bad_field_is_named_at_once()
    {
        var bad = Post() with { Sequence = -1, StepSeconds = 0, PreviousHash = "", Signature = "0x" };
        Assert.False(Batch.Read(bad, Machine, Samples.Day, Samples.Now).Ok(out _, out var error));
        Assert.Equal(["sequence", "stepSeconds", "previousHash", "signature"], error.Fields.Select(f => f.Field));
    }

    [Fact]
    public void A_batch_may_end_with_the_clock_skew_and_with_its_epoch()
    {
        var columns = Samples.Random(new Random(1), 2, 3);
        Read(Samples.Signed(Machine, 7, 0, Noon - 175, 60, Hash32.Zero, columns));
        var midnight = Samples.Day.StartOf(Samples.Day.EpochOf(Samples.Now)).ToUnixTimeSeconds();
        Assert.Equal(Samples.Day.EpochOf(Samples.Now) - 1, Read(Samples.Signed(Machine, 7, 0, midnight - 180, 60, Hash32.Zero, columns)).Epoch);
        Assert.Equal(Samples.Day.EpochOf(Samples.Now), Read(Samples.Signed(Machine, 7, 0, midnight, 60, Hash32.Zero, columns)).Epoch);
    }

    [Theory]
    [InlineData("another key's")]
    [InlineData("over other samples")]
    [InlineData("no key's")]
    [InlineData("all zeros")]
    public void A_signature_that_is_not_the_nodes_is_refused(string whose)
    {
        var post = Post();
        var signature = whose switch
        {
            "another key's" => Samples.Sign(8, Read(post).Hash),
            "over other samples" => Samples.Sign(7, Hash32.Of(5)),
            "no key's" => "0x" + new string('f', 128) + "1b",
            _ => "0x" + new string('0', 128) + "1b",
        };
        Assert.False(Batch.Read(post with { Signature = signature }, Machine, Samples.Day, Samples.Now).Ok(out _, out var error));
        Assert.Equal(("wrong-signature", "signature"), (error.Code, error.Fields[0].Field));
    }

    [Fact]
    public void The_head_of_the_chain_refuses_what_does_not_follow()
    {
        var chain = Chain(new Random(5), 3);
        var head = new ChainHead(2, chain[1].Hash, chain[1].To);
        Assert.Null(head.Refuses(chain[2].Link, epochIsClosed: false));
        Refused("epoch-closed", "from", chain[2], epochIsClosed: true);
        Refused("sequence-gap", "sequence", chain[2] with { Sequence = 3 });
        Refused("overlapping-batch", "from", chain[2] with { From = chain[1].To - 1 });
        Refused("overlapping-batch", "from", chain[0]);
        Refused("conflict", "sequence", chain[2] with { Sequence = 1 });
        Refused("previous-hash-mismatch", "previousHash", chain[2] with { PreviousHash = Hash32.Of(1) });

        void Refused(string code, string field, Batch batch, bool epochIsClosed = false)
        {
            var error = head.Refuses(batch.Link, epochIsClosed);
            Assert.Equal((code, field), (error?.Code, error?.Fields[0].Field));
        }
    }

    /// <summary>Readings as they come from JSON.</summary>
    private static Readings R(params int?[][] rows) => JsonSerializer.Deserialize<Readings>(JsonSerializer.Serialize(rows))!;

    private static PostBatch Post() => Samples.Signed(Machine, 7, 0, Noon - 3_600, 60, Hash32.Zero, Samples.Random(new Random(2), 2, 3));

    private static Batch Read(PostBatch post) =>
        Batch.Read(post, Machine, Samples.Day, Samples.Now).Ok(out var batch, out var error) ? batch : throw new InvalidOperationException(error.Message);

    private static List<Batch> Chain(Random random, int count)
    {
        var chain = new List<Batch>();
        var (at, previous) = (Noon - 7_200, Hash32.Zero);
        for (var i = 0; i < count; i++)
        {
            chain.Add(Read(Samples.Signed(Machine, 7, i, at, 30, previous, Samples.Random(random, 2, random.Next(1, 20)))));
            (at, previous) = (chain[i].To + random.Next(0, 30), chain[i].Hash);
        }
        return chain;
    }

    private static bool Follows(List<Batch> chain)
    {
        var head = ChainHead.Empty;
        foreach (var batch in chain)
        {
            if (head.Refuses(batch.Link, epochIsClosed: false) is not null) return false;
            head = new(batch.Sequence + 1, batch.Hash, batch.To);
        }
        return true;
    }

    private static IEnumerable<byte> BigEndian(long value, int size) => BitConverter.GetBytes(value).Take(size).Reverse();
}

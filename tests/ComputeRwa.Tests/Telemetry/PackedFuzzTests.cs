using System.Buffers.Binary;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;
using ComputeRwa.Tests.Support;
using ComputeRwa.Tests.Telemetry.Ingest;

namespace ComputeRwa.Tests.Telemetry;

/// <summary>24,000 damaged bodies of the compact form in the quick profile, 1,000,000 in the full one: each is read or refused with a reason, and none throws.</summary>
public class PackedFuzzTests
{
    /// <summary>What a body of a few batches may make us allocate: nothing like what it can claim.</summary>
    private const long MostBytes = 8 << 20;

    private static readonly int Cases = Captures.Cases(12_000, 500_000);

    private static readonly List<(Node Node, List<Batch> Chain)> Fleet = [.. Enumerable.Range(1, 5).Select(n => Chain(n, gpus: n, count: 2))];

    private static readonly HashSet<Hash32> Signed = [.. Fleet.SelectMany(f => f.Chain).Select(b => b.Hash)];

    [Fact]
    public void A_damaged_body_is_read_or_refused()
    {
        byte[][] seeds =
        [
            Body(Fleet.SelectMany(f => f.Chain)), Body(Fleet[0].Chain), Body(Fleet[4].Chain.Select(b => b with { Signature = null })), [], "CRWB\x01"u8.ToArray(),
            SecondBody(Fleet.SelectMany(f => f.Chain)), SecondBody(Fleet[4].Chain.Select(b => b with { Signature = null })),
        ];
        var random = new Random(6);
        var (good, refused, batches) = (0, 0, 0);
        for (var i = 0; i < Cases; i++)
        {
            var bytes = Captures.Damage(seeds[random.Next(seeds.Length)], random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            if (PackedPost.ReadAll(bytes).Ok(out var posts, out var error))
            {
                good++;
                foreach (var post in posts) batches += Judge(post) is null ? 0 : 1;
            }
            else
            {
                refused++;
                Assert.Contains(error.Code, (string[])["malformed", "too-large"]);
                Assert.NotEmpty(error.Message);
            }
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MostBytes, $"case {i}");
        }
        Assert.True(good > Cases / 20 && refused > Cases / 4 && batches > Cases / 20, $"{good} good with {batches} batches, {refused} refused: the damage is too little or too much");
    }

    /// <summary>Damage within one batch's bytes stops that batch, and its neighbours are read as if nothing had happened.</summary>
    [Fact]
    public void A_damaged_batch_leaves_its_neighbours_whole()
    {
        var random = new Random(7);
        var whole = Fleet.ConvertAll(f => (f.Node.GpuUuids.Count % 2 == 0 ? SecondBody([f.Chain[0]]) : Body([f.Chain[0]]))[5..]);
        var broken = 0;
        for (var i = 0; i < Cases; i++)
        {
            var at = random.Next(whole.Count);
            var batch = Captures.Damage(whole[at][4..], random);
            if (batch.Length < 69 || batch[68] > 1 || (batch[68] == 1 && batch.Length < 69 + 65)) continue; // then the body does not say where it ends
            var length = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(length, batch.Length);
            byte[] body = [.. "CRWB\x01"u8, .. whole.Take(at).SelectMany(b => b), .. length, .. batch, .. whole.Skip(at + 1).SelectMany(b => b)];
            Assert.True(PackedPost.ReadAll(body).Ok(out var posts, out var error), error?.Message);
            Assert.Equal(whole.Count, posts.Count);
            broken += Judge(posts[at]) is null ? 1 : 0;
            for (var n = 0; n < posts.Count; n++)
                if (n != at) Assert.True(posts[n].Columns.Span.SequenceEqual(whole[n].AsSpan(4 + 69 + 65)) && posts[n].Envelope.Signature == Fleet[n].Chain[0].Signature);
            if (i % 100 == 0) Assert.All(posts.Where((_, n) => n != at), post => Assert.NotNull(Judge(post)));
        }
        Assert.True(broken > Cases / 10, $"{broken} broken");
    }

    /// <summary>A million damaged batches had one of 60,000 GPUs, and the whole body was refused for it.</summary>
    [Theory]
    [InlineData(60_000, 10_000)]
    [InlineData(257, 10_000)]
    [InlineData(65_535, 1)]
    public void A_batch_that_claims_more_than_a_node_can_send_is_refused_alone(int gpus, int samples)
    {
        var whole = Fleet.ConvertAll(f => Body([f.Chain[0]])[5..]);
        BinaryPrimitives.WriteUInt16BigEndian(whole[1].AsSpan(4 + 69 + 65 + 1), (ushort)gpus);
        BinaryPrimitives.WriteInt32BigEndian(whole[1].AsSpan(4 + 69 + 65 + 3), samples);
        byte[] body = [.. "CRWB\x01"u8, .. Enumerable.Repeat(whole, 4).SelectMany(w => w).SelectMany(b => b)];
        Assert.True(PackedPost.ReadAll(body).Ok(out var posts, out var error), error?.Message);
        Assert.Equal([false, true, false, false, false], posts.Take(5).Select(post => Judge(post) is null));
    }

    [Fact]
    public void Few_bytes_that_claim_many_samples_are_refused_before_any_is_unpacked()
    {
        // Rows of 10,000 equal values are a few bits each.
        var (node, _) = Fleet[4];
        var columns = Columns.Of(5, 10_000, [.. Enumerable.Range(0, 4).Select(_ => new int[50_000])]);
        var one = Body([new Batch(node.Id, 0, 0, 0, 1, Hash32.Zero, columns, Hash32.Zero, null)]);
        byte[] body = [.. one[..5], .. Enumerable.Repeat(one[5..], 161).SelectMany(b => b)];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(PackedPost.ReadAll(body).Ok(out _, out var error));
        Assert.Equal("too-large", error.Code);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 200_000);
        Assert.True(PackedPost.ReadAll(body.AsMemory(0, 5 + 160 * (one.Length - 5))).Ok(out var posts, out _));
        Assert.Equal(160, posts.Count);
    }

    /// <returns>null when it is refused.</returns>
    private static Batch? Judge(PackedPost post)
    {
        var node = Fleet.Find(f => f.Node.Id.Value == post.Envelope.NodeId).Node ?? Fleet[^1].Node;
        if (!Batch.Read(post, node, Samples.Day, Samples.Now).Ok(out var batch, out var error))
        {
            Assert.Contains(error.Code, (string[])["invalid", "wrong-signature"]);
            Assert.NotEmpty(error.Fields);
            return null;
        }
        // What is believed is what the key has signed, and what is stored is what was measured.
        if (batch.Trust == Trust.Attested) Assert.Contains(batch.Hash, Signed);
        Assert.Equal(batch.Columns.Hash(), ColumnsCodec.Decompress(post.Columns.Span).Hash());
        Assert.Equal(Rollup.ToBytes(Rollup.Of(batch.Columns, batch.From, batch.Step, Curtailment.None)), PackedBatch.Of(batch, post.Columns.ToArray()).Rollup);
        return batch;
    }

    private static (Node Node, List<Batch> Chain) Chain(int number, int gpus, int count)
    {
        var (node, chain, previous, from) = (Samples.Node(number, gpus), new List<Batch>(), Hash32.Zero, Samples.Day.StartOf(Samples.Day.EpochOf(Samples.Now) - 1).ToUnixTimeSeconds());
        for (var i = 0; i < count; i++)
        {
            var post = Samples.Signed(node, number, i, from, 60, previous, Samples.Random(new(number + i), gpus, 12));
            Assert.True(Batch.Read(post, node, Samples.Day, Samples.Now).Ok(out var batch, out _));
            chain.Add(batch);
            (previous, from) = (batch.Hash, batch.To);
        }
        return (node, chain);
    }

    private static byte[] Body(IEnumerable<Batch> batches)
    {
        using var body = new MemoryStream();
        PackedPost.Write(body, batches);
        return body.ToArray();
    }

    private static byte[] SecondBody(IEnumerable<Batch> batches)
    {
        using var body = new MemoryStream();
        body.Write(PackedFrame.Magic);
        foreach (var batch in batches) (PackedFrame.Of(batch.Link, batch.Columns) with { Columns = SecondColumns.Write(batch.Columns) }).Write(body);
        return body.ToArray();
    }
}

using System.Text;
using ComputeRwa.Db;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;
using ComputeRwa.Tests.Support;

namespace ComputeRwa.Tests.Telemetry;

[Trait("engine", "both")]
public class SampleStoreTests
{
    private static readonly EpochLength Length = new(3_600);
    private static readonly long First = Length.EpochOf(Samples.Now) / SampleStore.EpochsOfAPart * SampleStore.EpochsOfAPart - 3 * SampleStore.EpochsOfAPart;

    [Fact]
    public async Task Old_samples_are_dropped_by_parts_and_hashes_and_sums_stay()
    {
        await using var scratch = await ScratchDatabase.Make();
        var node = await scratch.AddNode(1, 2);
        // One batch in the first and in the last epoch of each of three parts.
        long[] epochs = [.. Enumerable.Range(0, 3).SelectMany(p => new[] { First + 32 * p, First + 32 * p + 31 })];
        var chain = await Append(scratch, node, epochs);
        if (ScratchDatabase.IsPostgres) Assert.Equal([First / 32, First / 32 + 1, First / 32 + 2], await scratch.Read(SampleStore.Parts));

        var before = await scratch.Read(tx => MeteringStore.Measure(tx, [new(node.Id, node.GpuUuids[0], 0)], epochs[0], Length, []));
        // Nothing ends with the epoch before the part's last.
        Assert.Equal(0, await scratch.Write(tx => SampleStore.DropThrough(tx, First + 30)));
        Assert.False(await scratch.Read(tx => SampleStore.IsDropped(tx, First)));
        Assert.NotEqual(0, await scratch.Write(tx => SampleStore.DropThrough(tx, First + 31 + 5)));
        Assert.Equal(0, await scratch.Write(tx => SampleStore.DropThrough(tx, First + 31)));

        foreach (var (batch, i) in chain.Select((b, i) => (b, i)))
        {
            Assert.Equal(i < 2, await scratch.Read(tx => SampleStore.IsDropped(tx, batch.Epoch)));
            var samples = await scratch.Read(tx => SampleStore.Find(tx, batch.Epoch, node.Id, batch.Sequence));
            Assert.Equal(i < 2 ? null : batch.Columns.Hash(), samples?.Hash());
            var row = await scratch.Read(tx => TelemetryStore.Find(tx, node.Id, batch.Sequence));
            Assert.Equal((batch.Hash, i < 2), (row!.Hash, row.PreviousHash is null && row.Signature is null));
        }
        if (ScratchDatabase.IsPostgres) Assert.Equal([First / 32 + 1, First / 32 + 2], await scratch.Read(SampleStore.Parts));
        var after = await scratch.Read(tx => MeteringStore.Measure(tx, [new(node.Id, node.GpuUuids[0], 0)], epochs[0], Length, []));
        Assert.Equal(before with { BatchesUsed = after.BatchesUsed }, after);
        Assert.Equal(chain.Count, (await scratch.Read(tx => TelemetryStore.List(tx, node.Id, -1, 100))).Count);
        Assert.Equal(chain[^1].Hash, (await scratch.Read(tx => TelemetryStore.Head(tx, node.Id))).Hash);
    }

    [Fact]
    public async Task A_part_that_was_dropped_is_made_again_for_a_late_batch()
    {
        await using var scratch = await ScratchDatabase.Make();
        var (early, late) = (await scratch.AddNode(1, 1), await scratch.AddNode(2, 1));
        await Append(scratch, early, [First, First + 31]);
        await scratch.Write(tx => SampleStore.DropThrough(tx, First + 31));
        await Append(scratch, late, [First + 1], key: 2);
        Assert.NotNull(await scratch.Read(tx => SampleStore.Find(tx, First + 1, late.Id, 0)));
    }

    [Fact, Trait("engine", "postgres")]
    public async Task A_part_that_another_writer_made_after_one_looked_for_it_is_not_made_twice()
    {
        await using var scratch = await ScratchDatabase.Make();
        var node = await scratch.AddNode(1, 1);
        var samples = new PackedBatch([], ColumnsCodec.Compress(Columns.Of(1, 1, [[1], [1], [1], [1]])));
        Task Store(Tx tx, long sequence, long epoch = 0) =>
            SampleStore.Insert(tx, [new(new(node.Id, sequence, First + epoch, (First + epoch) * 3_600, 15, 1, Hash32.Zero, Hash32.Zero, null), samples)], new Dictionary<NodeId, long> { [node.Id] = 1 });
        // A connection that has run these statements before has nothing left to look up in the catalogue, and so does not notice what changed there.
        await scratch.Write(async tx =>
        {
            for (var i = 1; i <= 10; i++) await Store(tx, i, i * SampleStore.EpochsOfAPart);
            await NotThere(tx);
        });
        await using var late = scratch.Database.Write();
        await NotThere(late);
        await scratch.Write(tx => Store(tx, 0));
        await Store(late, 11);
        await late.Commit();
        Assert.Equal(12, await scratch.Read(tx => tx.Single<long>("SELECT CAST(SUM(batches) AS BIGINT) FROM telemetry_samples")));

        static async Task NotThere(Tx tx) => Assert.Null(await tx.First<string>($"SELECT CAST(to_regclass('telemetry_samples_{First / SampleStore.EpochsOfAPart}') AS TEXT)"));
    }

    [Fact]
    public async Task What_was_stored_before_batches_were_split_is_moved_and_still_read()
    {
        await using var scratch = await ScratchDatabase.Make();
        var node = await scratch.AddNode(1, 2);
        var chain = await Append(scratch, node, [First, First + 40]);
        // Back to the tables of before, with these two batches as they were stored then.
        await scratch.Write(async tx =>
        {
            await tx.Execute("DROP VIEW telemetry_batches");
            foreach (var table in new[] { "telemetry_samples", "telemetry_links", "telemetry_nodes", "telemetry_dropped_samples", "telemetry_closed_epochs" }) await tx.Execute($"DROP TABLE {table}");
            await tx.Execute(Script("0011_telemetry.sql"));
            await tx.Execute("DELETE FROM migrations WHERE name LIKE '0040_%' OR name LIKE '0063_%'");
            foreach (var b in chain)
                await tx.Execute(
                    """
                    INSERT INTO telemetry_batches (node_id, sequence, epoch, from_second, step_seconds, samples, previous_hash, hash, signature, trust, received_at, rollup, columns)
                    VALUES (@NodeId, @Sequence, @Epoch, @From, @Step, @Samples, @PreviousHash, @Hash, @signature, 1, 7, @rollup, @columns)
                    """,
                    new { b.NodeId, b.Sequence, b.Epoch, b.From, b.Step, b.Columns.Samples, b.PreviousHash, b.Hash, signature = b.Sequence == 0 ? b.Signature : null, rollup = Fixed(b), columns = ColumnsCodec.Compress(b.Columns) });
        });
        Assert.Equal(2, await Migrator.Migrate(scratch.Database, Samples.Now));

        var rows = await scratch.Read(tx => TelemetryStore.List(tx, node.Id, -1, 10));
        Assert.Equal(chain.Select(b => (b.Sequence, b.Hash, b.PreviousHash)), rows.Select(r => (r.Sequence, r.Hash, Hash32.Of(r.PreviousHash))));
        Assert.Equal([chain[0].Signature, null], rows.Select(r => r.Signature is null ? null : "0x" + Convert.ToHexStringLower(r.Signature)));
        foreach (var batch in chain)
        {
            Assert.Equal(batch.Columns.Hash(), (await scratch.Read(tx => SampleStore.Find(tx, batch.Epoch, node.Id, batch.Sequence)))!.Hash());
            Assert.Equal(Rollup.Of(batch.Columns, batch.From, batch.Step, Curtailment.None), (await scratch.Read(tx => MeteringStore.Rollups(tx, node.Id, batch.Epoch)))[0].ToBatch().Gpus);
        }
        var next = Read(node, Samples.Signed(node, 1, 2, chain[1].To, 15, chain[1].Hash, Samples.Random(new(9), 2, 4)));
        Assert.True((await scratch.Write(tx => TelemetryStore.Append(tx, next, PackedBatch.Of(next), Samples.Now))).Ok(out _, out _));
    }

    /// <summary>Small signed batches that follow one another share a row, up to sixteen; each is read by itself, whichever of them are asked for.</summary>
    [Fact]
    public async Task Batches_that_are_stored_together_are_read_one_by_one()
    {
        await using var scratch = await ScratchDatabase.Make();
        var nodes = new[] { await scratch.AddNode(1, 2), await scratch.AddNode(2, 2) };
        var chains = nodes.Select((n, i) => Chain(n, i + 1)).ToList();
        var all = chains.SelectMany(c => c).ToList();
        await scratch.Write(async tx => Assert.All((await TelemetryStore.AppendAll(tx, all.ConvertAll(b => new ReadyBatch(b.Link, PackedBatch.Of(b)) { SignedBy = b.SignedBy }), Samples.Now))!, v => Assert.True(v.Ok(out _, out _))));
        // 0 to 15, 16 to 18, a large one, two of the next epoch, an unsigned one, and the last.
        Assert.Equal(2 * 6, await scratch.Read(tx => tx.Single<long>("SELECT COUNT(*) FROM telemetry_samples")));
        foreach (var (node, chain) in nodes.Zip(chains))
        {
            foreach (var (first, last) in new[] { (0, 23), (0, 0), (15, 16), (5, 7), (18, 19), (17, 30) })
            {
                var read = new Dictionary<long, StoredSamples>();
                foreach (var epoch in new[] { First, First + 1 })
                    foreach (var (number, samples) in await scratch.Read(tx => SampleStore.Read(tx, epoch, node.Id, first, last))) read.Add(number, samples);
                Assert.Equal(chain.Where(b => b.Sequence >= first && b.Sequence <= last).Select(b => (b.Sequence, b.Signature, b.Columns.Hash())),
                    read.Values.OrderBy(s => s.Sequence).Select(s => (s.Sequence, s.Signature is null ? null : "0x" + Convert.ToHexStringLower(s.Signature), s.Columns.Hash())));
            }
            var rows = await scratch.Read(tx => TelemetryStore.List(tx, node.Id, 3, 100));
            Assert.Equal(chain.Skip(4).Select(b => (b.Sequence, b.PreviousHash, b.Signature)), rows.Select(r => (r.Sequence, Hash32.Of(r.PreviousHash), r.Signature is null ? null : "0x" + Convert.ToHexStringLower(r.Signature))));
        }

        static List<Batch> Chain(Node node, int key)
        {
            var (chain, from, previous) = (new List<Batch>(), Length.StartOf(First).ToUnixTimeSeconds(), Hash32.Zero);
            for (var i = 0; i < 24; i++)
            {
                if (i == 20) from = Length.StartOf(First + 1).ToUnixTimeSeconds();
                var post = Samples.Signed(node, key, i, from, 1, previous, Samples.Random(new(i), 2, i == 19 ? 1_000 : 20 + i % 3));
                chain.Add(Read(node, i == 22 ? post with { Signature = null } : post));
                (from, previous) = (chain[^1].To, chain[^1].Hash);
            }
            return chain;
        }
    }

    [Fact]
    public void Sums_of_the_layout_before_are_still_read()
    {
        GpuUse[] uses = [new(600, 127, 5_000_000, 0, 300_000_000), new(128, 0, 1, 2, 3)];
        byte[] stored = [2, 0xd8, 0x04, 0x7f, 0xc0, 0x96, 0xb1, 0x02, 0, 0x80, 0xc6, 0x86, 0x8f, 0x01, 0x80, 0x01, 0, 1, 2, 3];
        Assert.Equal(uses, Rollup.FromBytes(stored));
    }

    [Fact]
    public void Sums_of_any_size_come_back_as_they_were()
    {
        var random = new Random(5);
        for (var i = 0; i < 2_000; i++)
        {
            var uses = Enumerable.Range(0, random.Next(1, 20)).Select(_ => new GpuUse(Any(), Any(), Any(), Any(), Any())).ToArray();
            Assert.Equal(uses, Rollup.FromBytes(Rollup.ToBytes(uses)));
        }

        long Any() => random.NextInt64() >> random.Next(1, 63);
    }

    /// <summary>The layout of sums before.</summary>
    private static byte[] Fixed(Batch batch) => [.. Rollup.Of(batch.Columns, batch.From, batch.Step, Curtailment.None)
        .SelectMany(u => new[] { u.Available, u.Busy, u.LoadSeconds, u.Guessed, u.MilliwattSeconds }).SelectMany(BitConverter.GetBytes)];

    private static string Script(string name)
    {
        using var reader = new StreamReader(typeof(Migrator).Assembly.GetManifestResourceStream($"Migrations/{name}")!, Encoding.UTF8);
        var sql = reader.ReadToEnd();
        return ScratchDatabase.IsPostgres ? sql : sql.Replace(" BYTEA", " BLOB", StringComparison.Ordinal);
    }

    private static async Task<List<Batch>> Append(ScratchDatabase scratch, Node node, long[] epochs, int key = 1)
    {
        var (chain, previous) = (new List<Batch>(), Hash32.Zero);
        foreach (var epoch in epochs)
        {
            var batch = Read(node, Samples.Signed(node, key, chain.Count, Length.StartOf(epoch).ToUnixTimeSeconds() + 60, 15, previous, Samples.Random(new((int)epoch), node.GpuUuids.Count, 8)));
            Assert.True((await scratch.Write(tx => TelemetryStore.Append(tx, batch, PackedBatch.Of(batch), Samples.Now))).Ok(out _, out _));
            chain.Add(batch);
            previous = batch.Hash;
        }
        return chain;
    }

    private static Batch Read(Node node, PostBatch post) => Batch.Read(post, node, Length, Samples.Now).Ok(out var batch, out var error) ? batch : throw new InvalidOperationException(error.Message);
}

using System.Text.Json;
using System.Text.Json.Nodes;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;
using ComputeRwa.Tests.Support;

namespace ComputeRwa.Tests.Telemetry;

[Trait("engine", "both")]
public class TelemetryStoreTests
{
    private static readonly EpochLength Length = new(3_600);
    private static readonly long Epoch = Length.EpochOf(Samples.Now) - 2;
    private static readonly long Start = Length.StartOf(Epoch).ToUnixTimeSeconds();

    [Fact]
    public async Task Metering_from_the_database_equals_metering_from_what_was_posted()
    {
        await using var scratch = await ScratchDatabase.Make();
        var random = new Random(4);
        var nodes = new[] { await scratch.AddNode(1, 3), await scratch.AddNode(2, 2), await scratch.AddNode(3, 1) };
        var batches = new List<Batch>();
        for (var n = 0; n < nodes.Length; n++) batches.AddRange(await AppendChain(scratch, random, nodes[n], n + 1, 5));
        LetGpu[] gpus = [Gpu(nodes[0], 0), Gpu(nodes[0], 2), Gpu(nodes[1], 1)];
        foreach (var notices in new TimeRange[][] { [], [new(Start + 100, Start + 730)], [new(Start, Start + 3_600)] })
        {
            var curtailment = Curtailment.Of(notices, new(Start, Start + 3_600));
            var expected = Metering.Measure(gpus, Length, curtailment, batches.Where(b => b.Epoch == Epoch).Select(b => new MeteredBatch(
                b.NodeId, nodes.Single(n => n.Id == b.NodeId).NodeKey, b.Sequence, b.Hash, b.Trust, Rollup.Of(b.Columns, b.From, b.Step, curtailment))));
            var measured = await scratch.Read(tx => MeteringStore.Measure(tx, gpus, Epoch, Length, notices));
            Assert.Equal(expected.BatchesUsed, measured.BatchesUsed);
            Assert.Equal(expected with { BatchesUsed = measured.BatchesUsed }, measured);
            Assert.Equal(10, measured.BatchesUsed.Count);
        }
    }

    [Fact]
    public async Task An_epoch_without_telemetry_has_nothing_available_and_no_evidence()
    {
        await using var scratch = await ScratchDatabase.Make();
        var node = await scratch.AddNode(1, 2);
        var use = await scratch.Read(tx => MeteringStore.Measure(tx, [Gpu(node, 0), Gpu(node, 1)], Epoch, Length, [new(Start, Start + 60)]));
        Assert.Equal((7_200, 0, 120, Trust.SelfReported), (use.ReservedSeconds, use.AvailableSeconds, use.CurtailedSeconds, use.Trust));
        Assert.Empty(use.BatchesUsed);
    }

    [Fact]
    public async Task From_the_evidence_alone_every_hash_and_signature_can_be_checked()
    {
        await using var scratch = await ScratchDatabase.Make();
        var nodes = new[] { await scratch.AddNode(1, 2), await scratch.AddNode(2, 1), await scratch.AddNode(3, 1) };
        for (var n = 0; n < nodes.Length; n++) await AppendChain(scratch, new(n), nodes[n], n + 1, 20);

        var evidence = await scratch.Read(async tx =>
        {
            var stream = new MemoryStream();
            await EvidenceStore.Write(tx, Epoch, [nodes[1].Id, nodes[0].Id, nodes[1].Id], stream, default);
            return JsonNode.Parse(stream.ToArray())!;
        });

        Assert.Equal(Epoch, (long)evidence["epoch"]!);
        var exported = evidence["nodes"]!.AsArray().ToList();
        Assert.Equal(nodes[..2].OrderBy(n => n.NodeKey.Value.ToLowerInvariant(), StringComparer.Ordinal).Select(n => n.Id.Value), exported.Select(n => (string)n!["nodeId"]!));
        foreach (var node in exported)
        {
            var key = Address.Parse((string)node!["nodeKey"]!);
            var previous = Hash32.Zero;
            Assert.Equal(20, node["batches"]!.AsArray().Count);
            foreach (var batch in node["batches"]!.AsArray())
            {
                var fields = new Fields();
                var columns = new ColumnsReader(nodes.Single(n => n.NodeKey == key), fields).Read(batch!["columns"].Deserialize<ColumnsJson>(JsonSerializerOptions.Web)!);
                Assert.Null(fields.Error);
                var hash = Batch.HashOf(key, (long)batch["sequence"]!, (long)batch["from"]!, (int)batch["stepSeconds"]!, Hash32.Parse((string)batch["previousHash"]!), columns);
                Assert.Equal((hash.Value, previous.Value), ((string)batch["hash"]!, (string)batch["previousHash"]!));
                Assert.True(NodeSignature.IsBy(key, hash, (string)batch["signature"]!));
                previous = hash;
            }
        }
    }

    [Fact]
    public async Task A_closed_epoch_takes_no_batch_but_answers_an_exact_repeat()
    {
        await using var scratch = await ScratchDatabase.Make();
        var node = await scratch.AddNode(1, 1);
        var stored = (await AppendChain(scratch, new(1), node, 1, 1))[0];
        Assert.True(await scratch.Write(async tx =>
        {
            await TelemetryStore.CloseEpoch(tx, Epoch, Samples.Now);
            await TelemetryStore.CloseEpoch(tx, Epoch, Samples.Now);
            return await TelemetryStore.IsClosed(tx, Epoch) && !await TelemetryStore.IsClosed(tx, Epoch + 1);
        }));

        Assert.Equal(new Appended(true, Trust.Attested), Value(await Append(scratch, stored)));
        var next = Read(node, Samples.Signed(node, 1, 1, stored.To, 60, stored.Hash, Samples.Random(new(2), 1, 2)));
        Assert.Equal("epoch-closed", Refusal(await Append(scratch, next))?.Code);
        Assert.Equal(1, (await scratch.Read(tx => TelemetryStore.Head(tx, node.Id))).NextSequence);
    }

    [Fact]
    public async Task Of_two_different_batches_with_one_number_at_once_one_is_stored()
    {
        await using var scratch = await ScratchDatabase.Make();
        var node = await scratch.AddNode(1, 1);
        var rivals = Enumerable.Range(0, 8).Select(i => Read(node, Samples.Signed(node, 1, 0, Start, 60, Hash32.Zero, Samples.Random(new(i), 1, 4)))).ToList();
        var results = await Task.WhenAll(rivals.Select(b => Task.Run(() => Append(scratch, b))));
        Assert.Single(results, r => Refusal(r) is null);
        Assert.All(results.Where(r => Refusal(r) is not null), r => Assert.Equal("overlapping-batch", Refusal(r)!.Code));
    }

    [Fact]
    public async Task An_epoch_uses_the_site_factors_in_force_at_its_start()
    {
        await using var scratch = await ScratchDatabase.Make();
        var now = Samples.Now;
        var factors = Enumerable.Range(0, 3).Select(i => new SiteFactors(12_000 + i, 30, 0, i)).ToList();
        Assert.True(Site.Register(ProviderId.New(now), "Abilene", "US-TX", 32.4, -99.7, factors[0], now).Ok(out var site, out _));
        await scratch.Write(async tx =>
        {
            await SiteStore.Insert(tx, site);
            Assert.True(site.Change(factors[1], 1, now.AddHours(1)).Ok(out var second, out _));
            Assert.True(await SiteStore.Update(tx, second));
            Assert.True(second.Change(factors[2], null, now.AddHours(2)).Ok(out var third, out _));
            Assert.True(await SiteStore.Update(tx, third));
            Assert.False(await SiteStore.Update(tx, second));
            return true;
        });
        foreach (var (hours, version) in new[] { (-1.0, 0), (0, 0), (0.99, 0), (1, 1), (1.99, 1), (2, 2), (99, 2) })
            Assert.Equal(factors[version], await scratch.Read(tx => SiteStore.FactorsAt(tx, site.Id, now.AddHours(hours))));
        Assert.Equal(factors, (await scratch.Read(tx => SiteStore.History(tx, site.Id))).Select(v => v.Factors));
        Assert.Equal(3, (await scratch.Read(tx => SiteStore.Find(tx, site.Id)))?.Current.Version);
        Assert.Null(await scratch.Read(tx => SiteStore.FactorsAt(tx, SiteId.New(now), now)));
    }

    private static LetGpu Gpu(Node node, int index) => new(node.Id, node.GpuUuids[index], index);

    private static async Task<List<Batch>> AppendChain(ScratchDatabase scratch, Random random, Node node, int key, int count)
    {
        var chain = new List<Batch>();
        var (at, previous) = (Start, Hash32.Zero);
        for (var i = 0; i < count; i++)
        {
            var columns = Samples.Random(random, node.GpuUuids.Count, random.Next(1, 10));
            chain.Add(Read(node, Samples.Signed(node, key, i, at, 15, previous, columns)));
            Assert.False(Value(await Append(scratch, chain[i])).IsDuplicate);
            (at, previous) = (chain[i].To + random.Next(0, 5), chain[i].Hash);
        }
        return chain;
    }

    private static Task<Result<Appended>> Append(ScratchDatabase scratch, Batch batch) =>
        scratch.Write(tx => TelemetryStore.Append(tx, batch, PackedBatch.Of(batch), Samples.Now));

    private static Batch Read(Node node, PostBatch post) => Value(Batch.Read(post, node, Length, Samples.Now));

    private static T Value<T>(Result<T> result) => result.Ok(out var value, out var error) ? value : throw new InvalidOperationException(error.Message);

    private static Error? Refusal<T>(Result<T> result) => result.Ok(out _, out var error) ? null : error;
}

using ComputeRwa.Db;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;
using ComputeRwa.Tests.Support;
using ComputeRwa.Tests.Telemetry.Ingest;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComputeRwa.Tests.Telemetry;

/// <summary>Batches that come before their predecessors, as the store takes them.</summary>
[Trait("engine", "both")]
public class WaitingTests
{
    private const long Day = 86_400;
    private static readonly long First = Samples.Now.ToUnixTimeSeconds() / Day - 10;

    /// <summary>Random orders with losses, repeats and closings, by one writer: after each step the chain is the longest run that in-order delivery gives.</summary>
    [Fact]
    public async Task In_whatever_order_batches_come_the_chain_is_that_of_their_order()
    {
        await using var scratch = await ScratchDatabase.Make();
        var (linked, waited, refused, lost, whole) = (0, 0, 0, 0, 0);
        for (var seed = 1; seed <= Captures.Cases(10, 400); seed++)
        {
            var random = new Random(seed);
            var model = new Model(Chain(await scratch.AddNode(seed, 1), 24, random, first: First - 3 * seed));
            foreach (var delivery in Deliveries(random, model.Batches.Length))
            {
                if (seed % 2 == 0 && random.Next(20) == 0)
                {
                    var epoch = model.Batches[delivery[0]].Link.Epoch;
                    await scratch.Write(tx => TelemetryStore.CloseEpoch(tx, epoch, Samples.Now));
                    model.Close(epoch);
                }
                var verdicts = await Append(scratch, [.. delivery.Select(i => model.Batches[i])]);
                var expected = model.Take(delivery);
                Assert.Equal(expected, verdicts.Select(Status));
                waited += expected.Count(e => e == "waiting");
                Assert.Equal((model.Linked, string.Join(' ', model.Waiting)), (await Links(scratch, model.Node), string.Join(' ', await Waiting(scratch, model.Node))));
            }
            (linked, refused) = (linked + model.Linked, refused + model.Refused);
            if (model.Linked == model.Batches.Length) whole++;
            else lost++;
            var rows = await scratch.Read(tx => TelemetryStore.List(tx, model.Node, -1, 100));
            Assert.Equal(model.Batches.Take(model.Linked).Select(b => (b.Link.Sequence, b.Link.Hash, (long)Trust.Attested)), rows.Select(r => (r.Sequence, r.Hash, r.Trust)));
            foreach (var batch in model.Batches.Take(model.Linked)) Assert.NotNull((await scratch.Read(tx => TelemetryStore.Find(tx, model.Node, batch.Link.Sequence)))!.Signature);
            Assert.Equal(model.Refused, (await scratch.Read(tx => WaitingStore.Refused(tx, model.Node, "", 100))).Count);
        }
        Assert.True(linked > 60 && waited > 40 && refused > 3 && lost > 1 && whole > 1, $"{linked} linked, {waited} waited, {refused} refused, {lost} with a loss, {whole} without: the test has not tried enough");
    }

    /// <summary>Two writers that get the same batches in different orders, and in PostgreSQL are different processes: whatever meets, nothing is left waiting.</summary>
    [Fact]
    public async Task Two_writers_at_once_leave_nothing_waiting_behind_a_gap_that_is_closed()
    {
        await using var scratch = await ScratchDatabase.Make();
        for (var round = 1; round <= Captures.Cases(4, 60); round++)
        {
            var random = new Random(round);
            var chains = new List<ReadyBatch[]>();
            for (var n = 0; n < 6; n++) chains.Add(Chain(await scratch.AddNode(100 * round + n, 1), 16, random));
            var writers = new[] { Writer(scratch.Database), Writer(ScratchDatabase.IsPostgres ? scratch.OpenAgain() : scratch.Database) };
            foreach (var writer in writers) await writer.StartAsync(default);
            // Each batch goes to one of the two, some to both; small requests, all at once.
            var requests = chains.SelectMany(chain => Shuffled(random, [.. chain, .. chain.Where(_ => random.Next(4) == 0)]).Chunk(random.Next(1, 4)))
                .Select(batches => (Writer: writers[random.Next(2)], Batches: batches)).ToList();
            var verdicts = await Task.WhenAll(requests.Select(r => Task.Run(() => r.Writer.Append(r.Batches))));
            foreach (var writer in writers)
            {
                await writer.StopAsync(default);
                writer.Dispose();
            }
            Assert.All(verdicts.SelectMany(v => v), v => Assert.True(v.Ok(out _, out var error), error?.Message));
            foreach (var chain in chains)
            {
                Assert.Equal(chain.Select(b => b.Link.Hash), (await scratch.Read(tx => TelemetryStore.List(tx, chain[0].Link.NodeId, -1, 100))).Select(r => r.Hash));
                Assert.Empty(await Waiting(scratch, chain[0].Link.NodeId));
            }
        }
        Assert.Equal(new WaitingCounts(0, 0, 0, 0), await scratch.Read(WaitingStore.Count));
    }

    /// <summary>Neither would see the other: the one would wait for ever behind a gap that the other has closed.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public async Task A_batch_does_not_begin_to_wait_while_another_writer_stores_the_one_before_it(int first, int second)
    {
        await using var scratch = await ScratchDatabase.Make();
        var chain = Chain(await scratch.AddNode(1, 1), 2, new(1));
        var node = chain[0].Link.NodeId;
        await using var tx = scratch.Database.Write();
        Assert.NotNull(await TelemetryStore.AppendAll(tx, [chain[first]], Samples.Now, [node]));
        var other = Task.Run(() => Append(scratch, chain[second]));
        await Task.Delay(300);
        Assert.False(other.IsCompleted, "It did not wait for the other writer.");
        await tx.Commit();
        Assert.Equal(["accepted"], (await other).Select(Status));
        Assert.Equal((2, ""), (await Links(scratch, node), string.Join(' ', await Waiting(scratch, node))));
    }

    /// <summary>The same when the first holds no turn alone, as who brings batches in order does not.</summary>
    [Fact]
    public async Task Who_stores_a_batch_in_order_is_waited_for_by_the_one_behind_it()
    {
        await using var scratch = await ScratchDatabase.Make();
        var chain = Chain(await scratch.AddNode(1, 1), 2, new(1));
        await using var tx = scratch.Database.Write();
        Assert.Equal(["accepted"], (await TelemetryStore.AppendAll(tx, [chain[0]], Samples.Now))!.Select(Status));
        var other = Task.Run(() => Append(scratch, chain[1]));
        await Task.Delay(300);
        await tx.Commit();
        Assert.Equal(["accepted"], (await other).Select(Status));
        Assert.Empty(await Waiting(scratch, chain[0].Link.NodeId));
    }

    [Fact]
    public async Task What_waits_survives_its_process_and_is_linked_by_another()
    {
        await using var scratch = await ScratchDatabase.Make();
        var chain = Chain(await scratch.AddNode(1, 2), 4, new(1));
        Assert.Equal(["waiting", "waiting"], (await Append(scratch, chain[2], chain[3])).Select(Status));
        // Nothing of the first process is left but its file.
        await using var tx = scratch.OpenAgain().Write();
        Assert.Equal(["accepted", "accepted"], (await TelemetryStore.AppendAll(tx, [chain[0], chain[1]], Samples.Now))!.Select(Status));
        await tx.Commit();
        Assert.Equal(4, await Links(scratch, chain[0].Link.NodeId));
        Assert.NotNull(await scratch.Read(t => SampleStore.Find(t, chain[3].Link.Epoch, chain[3].Link.NodeId, 3)));
    }

    [Fact]
    public async Task A_batch_that_waited_and_does_not_follow_is_refused_for_good_with_those_behind_it_and_stops_nothing()
    {
        await using var scratch = await ScratchDatabase.Make();
        var node = await scratch.AddNode(1, 1);
        var (chain, other) = (Chain(node, 6, new(1)), Chain(node, 6, new(2)));
        Assert.Equal(["waiting", "waiting", "waiting"], (await Append(scratch, chain[1], chain[2], chain[4])).Select(Status));
        // The node has lost its disk and begins anew: its first batch is another than the one that the others name.
        Assert.Equal(["accepted"], (await Append(scratch, other[0])).Select(Status));
        Assert.Equal("4", string.Join(' ', await Waiting(scratch, node.Id)));
        var refused = await scratch.Read(tx => WaitingStore.Refused(tx, node.Id, "", 10));
        Assert.Equal([(1L, chain[1].Link.Hash), (2L, chain[2].Link.Hash)], refused.OrderBy(r => r.Sequence).Select(r => (r.Sequence, r.Hash)));
        Assert.All(refused, r => Assert.Matches("^(previous-hash-mismatch|overlapping-batch): ", r.Reason));
        Assert.Equal(["accepted", "accepted", "accepted", "accepted"], (await Append(scratch, other[1], other[2], other[3], other[4])).Select(Status));
        Assert.Empty(await Waiting(scratch, node.Id));
        Assert.Equal(2, await scratch.Read(tx => tx.Single<long>("SELECT COUNT(*) FROM feed WHERE type = 'telemetry.waiting-refused' AND subject = @Id", new { node.Id })));
        // Sent again it gets the answer of any batch that does not follow.
        Assert.Equal(["overlapping-batch"], (await Append(scratch, chain[2])).Select(Status));
    }

    [Fact]
    public async Task A_chain_whose_missing_batch_lay_in_a_closed_epoch_goes_on_with_the_next()
    {
        await using var scratch = await ScratchDatabase.Make();
        var node = await scratch.AddNode(1, 1);
        // Three batches a day: 0 to 2, 3 to 5, …
        var chain = Chain(node, 9, new(1), perDay: 3);
        Assert.Equal(["accepted", "waiting", "waiting", "waiting", "waiting"], (await Append(scratch, chain[0], chain[2], chain[3], chain[4], chain[7])).Select(Status));
        await scratch.Write(tx => TelemetryStore.CloseEpoch(tx, First, Samples.Now));
        // The second batch can no longer come, so the third and all that names it cannot be links; whether the eighth can is not known.
        Assert.Equal("7", string.Join(' ', await Waiting(scratch, node.Id)));
        Assert.Equal([2L, 3, 4], (await scratch.Read(tx => WaitingStore.Refused(tx, node.Id, "", 10))).Select(r => r.Sequence).Order());
        Assert.Equal(["epoch-closed", "epoch-closed"], (await Append(scratch, chain[1], chain[2])).Select(Status));
        // The node signs what it has of open epochs as the next links.
        var again = Resigned(chain[3..], new(1, chain[0].Link.Hash, chain[0].Link.To));
        Assert.All(await Append(scratch, again), v => Assert.Equal("accepted", Status(v)));
        Assert.Equal(7, await Links(scratch, node.Id));
        // The turn of the one that waited has come: it names another before it.
        Assert.Empty(await Waiting(scratch, node.Id));
        Assert.Equal([2L, 3, 4, 7], (await scratch.Read(tx => WaitingStore.Refused(tx, node.Id, "", 10))).Select(r => r.Sequence).Order());
        Assert.Equal(["accepted"], (await Append(scratch, Resigned(Chain(node, 12, new(9), perDay: 3)[^1..], new(7, again[^1].Link.Hash, again[^1].Link.To)))).Select(Status));
    }

    [Fact]
    public async Task Closing_an_epoch_while_others_write_to_it_leaves_nothing_of_it_waiting()
    {
        await using var scratch = await ScratchDatabase.Make();
        for (var round = 1; round <= Captures.Cases(3, 40); round++)
        {
            var (random, epoch) = (new Random(round), First + round);
            var chains = new List<ReadyBatch[]>();
            for (var n = 0; n < 4; n++) chains.Add(Chain(await scratch.AddNode(100 * round + n, 1), 12, random, perDay: 12, first: epoch));
            using var writer = Writer(scratch.Database);
            await writer.StartAsync(default);
            var writes = chains.SelectMany(chain => Shuffled(random, chain)).Select(batch => Task.Run(() => writer.Append([batch]))).ToList();
            await Task.Delay(random.Next(1, 20));
            await using (var tx = (ScratchDatabase.IsPostgres ? scratch.OpenAgain() : scratch.Database).Write())
            {
                await TelemetryStore.CloseEpoch(tx, epoch, Samples.Now);
                await tx.Commit();
            }
            foreach (var verdict in (await Task.WhenAll(writes)).SelectMany(v => v))
                if (!verdict.Ok(out _, out var error)) Assert.Equal("epoch-closed", error.Code);
            await writer.StopAsync(default);
            foreach (var chain in chains)
            {
                Assert.Empty(await Waiting(scratch, chain[0].Link.NodeId));
                var rows = await scratch.Read(tx => TelemetryStore.List(tx, chain[0].Link.NodeId, -1, 100));
                Assert.Equal(chain.Take(rows.Count).Select(b => b.Link.Hash), rows.Select(r => r.Hash));
            }
        }
    }

    [Theory]
    [InlineData(2_048, "waiting")]
    [InlineData(2_049, "sequence-gap")]
    public async Task A_batch_waits_at_most_so_far_ahead(int ahead, string status)
    {
        await using var scratch = await ScratchDatabase.Make();
        var batch = Chain(await scratch.AddNode(1, 1), 1, new(1))[0];
        Assert.Equal([status], (await Append(scratch, batch with { Link = batch.Link with { Sequence = ahead } })).Select(Status));
    }

    [Fact]
    public async Task Only_so_many_bytes_of_a_node_wait_and_there_is_room_again_when_they_are_linked()
    {
        await using var scratch = await ScratchDatabase.Make();
        var (node, other) = (await scratch.AddNode(1, 1), await scratch.AddNode(2, 1));
        var chain = Chain(node, 8, new(1)).Select(b => b with { Packed = b.Packed with { Columns = new byte[3 << 20] } }).ToArray();
        Assert.Equal(["waiting", "waiting", "waiting", "waiting", "waiting", "sequence-gap"], (await Append(scratch, chain[1..7])).Select(Status));
        Assert.Equal(["waiting"], (await Append(scratch, Chain(other, 2, new(1))[1])).Select(Status));
        Assert.Equal(["accepted", "accepted"], (await Append(scratch, chain[0], chain[6])).Select(Status));
        Assert.Equal(7, await Links(scratch, node.Id));
    }

    [Fact]
    public async Task Another_batch_for_a_number_that_waits_is_a_conflict_and_an_unsigned_one_does_not_wait()
    {
        await using var scratch = await ScratchDatabase.Make();
        var node = await scratch.AddNode(1, 1);
        var (chain, other) = (Chain(node, 3, new(1)), Chain(node, 3, new(2)));
        var unsigned = chain[2] with { Link = chain[2].Link with { Signature = null } };
        Assert.Equal(["waiting", "conflict", "waiting", "sequence-gap"], (await Append(scratch, chain[1], other[1], chain[1], unsigned)).Select(Status));
        Assert.Equal(["conflict", "waiting"], (await Append(scratch, other[1], chain[1])).Select(Status));
        Assert.Equal("1", string.Join(' ', await Waiting(scratch, node.Id)));
    }

    private static TelemetryWriter Writer(Database database) => new(database, TimeProvider.System, NullLogger<TelemetryWriter>.Instance);

    /// <summary>Hashes are of no sense here, but each names the one before.</summary>
    private static ReadyBatch[] Chain(Node node, int count, Random random, int perDay = 8, long? first = null)
    {
        var samples = Samples.Random(random, node.GpuUuids.Count, 5);
        var start = (first ?? First) * Day;
        var batches = Enumerable.Range(0, count).Select(i => Ready(node, start + i / perDay * Day + i % perDay * 600, samples)).ToArray();
        return Resigned(batches, ChainHead.Empty, random.Next());
    }

    private static ReadyBatch Ready(Node node, long from, Columns samples) => new(
        new(node.Id, 0, from / Day, from, 60, samples.Samples, Hash32.Zero, Hash32.Zero, "0x" + new string('5', 130)),
        new(Rollup.ToBytes(Rollup.Of(samples, from, 60, Curtailment.None)), ColumnsCodec.Compress(samples)));

    /// <summary>The same samples as other links.</summary>
    private static ReadyBatch[] Resigned(ReadyBatch[] batches, ChainHead head, int salt = 7) => [.. batches.Select(batch =>
    {
        var link = batch.Link with
        {
            Sequence = head.NextSequence, PreviousHash = head.Hash,
            Hash = Keccak.Hash([.. head.Hash.ToBytes(), .. BitConverter.GetBytes(batch.Link.From), .. BitConverter.GetBytes(salt)]),
        };
        head = link.ToHead();
        return batch with { Link = link };
    })];

    /// <summary>Each batch once or more, or never, in small groups.</summary>
    private static List<int[]> Deliveries(Random random, int count)
    {
        var losses = random.Next(3) == 0 ? 0.1 : 0;
        // How far out of order: from a little to wholly.
        var spread = random.Next(4) switch { 0 => 2, 1 => 6, _ => 1_000 };
        return [.. Enumerable.Range(0, count).SelectMany(i => Enumerable.Repeat(i, random.Next(1, 3))).Where(i => random.NextDouble() >= losses)
            .OrderBy(i => i + random.Next(spread)).Chunk(random.Next(1, 5))];
    }

    private static T[] Shuffled<T>(Random random, T[] items)
    {
        random.Shuffle(items = [.. items]);
        return items;
    }

    private static async Task<IReadOnlyList<Result<Appended>>> Append(ScratchDatabase scratch, params ReadyBatch[] batches)
    {
        var alone = new HashSet<NodeId>();
        while (true)
        {
            await using var tx = scratch.Database.Write();
            if (await TelemetryStore.AppendAll(tx, batches, Samples.Now, alone) is not { } verdicts) continue;
            await tx.Commit();
            return verdicts;
        }
    }

    private static string Status(Result<Appended> verdict) => verdict.Ok(out var appended, out var error) ? appended.Status : error.Code;

    private static async Task<int> Links(ScratchDatabase scratch, NodeId node) => (int)(await scratch.Read(tx => TelemetryStore.Head(tx, node))).NextSequence;

    private static async Task<IEnumerable<long>> Waiting(ScratchDatabase scratch, NodeId node) =>
        (await scratch.Read(tx => WaitingStore.Of(tx, [node])))[node].Select(w => w.Link.Sequence);

    /// <summary>What should be, of a chain that has no forks.</summary>
    private sealed class Model(ReadyBatch[] batches)
    {
        private readonly HashSet<long> _closed = [];

        public ReadyBatch[] Batches => batches;
        public NodeId Node => batches[0].Link.NodeId;
        public int Linked { get; private set; }
        public int Refused { get; private set; }
        public SortedSet<int> Waiting { get; } = [];

        /// <summary>What is answered: by how things stand when all of a request are taken.</summary>
        public List<string> Take(int[] numbers)
        {
            var (before, waiting, repeats) = (Linked, Waiting.ToHashSet(), new HashSet<int>());
            foreach (var i in numbers.Where(i => i >= Linked && !IsClosed(i)))
            {
                Waiting.Add(i);
                while (Waiting.Remove(Linked)) Linked++;
            }
            return [.. numbers.Select(i => i >= Linked ? IsClosed(i) ? "epoch-closed" : "waiting" : i < before || waiting.Contains(i) || !repeats.Add(i) ? "duplicate" : "accepted")];
        }

        public void Close(long epoch)
        {
            _closed.Add(epoch);
            var gone = Waiting.Where(i => batches[i].Link.Epoch == epoch).ToHashSet();
            for (var i = 0; i < batches.Length; i++)
                if (gone.Contains(i - 1) && Waiting.Contains(i)) gone.Add(i);
            Waiting.ExceptWith(gone);
            Refused += gone.Count;
        }

        private bool IsClosed(int number) => _closed.Contains(batches[number].Link.Epoch);
    }
}

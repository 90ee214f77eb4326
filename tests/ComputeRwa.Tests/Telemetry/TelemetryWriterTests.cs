using System.Data.Common;
using System.Text.Json;
using ComputeRwa.Db;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;
using ComputeRwa.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComputeRwa.Tests.Telemetry;

/// <summary>Many requests, one transaction.</summary>
[Trait("engine", "both")]
public class TelemetryWriterTests
{
    private static readonly long Start = Samples.Day.StartOf(Samples.Day.EpochOf(Samples.Now) - 1).ToUnixTimeSeconds();

    [Fact]
    public async Task What_waits_is_bounded_and_what_was_taken_in_is_stored()
    {
        await using var scratch = await ScratchDatabase.Make();
        var node = await scratch.AddNode(1, 1);
        var large = new byte[1 << 20];
        using var writer = Writer(scratch);
        // The writer is not running yet, as when the database is slow: everything waits.
        var chain = Chain(node, 80, large);
        var taken = new List<Task<IReadOnlyList<Result<Appended>>>>();
        foreach (var batch in chain)
        {
            var append = writer.Append([batch]);
            if (append.IsFaulted)
            {
                Assert.Equal("busy", (await Assert.ThrowsAsync<UnavailableException>(() => append)).Code);
                break;
            }
            taken.Add(append);
        }
        Assert.InRange(taken.Count, 60, 63);
        await writer.StartAsync(default);
        Assert.All(await Task.WhenAll(taken), verdicts => Assert.True(verdicts[0].Ok(out var appended, out _) && !appended.IsDuplicate));
        // There is room again, and the chain goes on where it stood.
        Assert.True((await writer.Append([chain[taken.Count]]))[0].Ok(out _, out _));
        await writer.StopAsync(default);
        Assert.Equal(taken.Count + 1, (await scratch.Read(tx => TelemetryStore.Head(tx, node.Id))).NextSequence);
        Assert.Equal("busy", (await Assert.ThrowsAsync<UnavailableException>(() => writer.Append([chain[taken.Count + 1]]))).Code);
    }

    [Fact]
    public async Task A_batch_that_cannot_be_stored_fails_alone()
    {
        await using var scratch = await ScratchDatabase.Make();
        var nodes = new List<Node>();
        for (var i = 1; i <= 5; i++) nodes.Add(await scratch.AddNode(i, 1));
        await scratch.Write(tx => tx.Execute("INSERT INTO telemetry_nodes (node_id) VALUES (@Id)", new { nodes[2].Id }));
        await scratch.Break("INSERT ON telemetry_links", "NEW.node = 1");
        using var writer = Writer(scratch);
        var requests = nodes.ConvertAll(n => writer.Append([.. Chain(n, 2)]));
        await writer.StartAsync(default);
        foreach (var (request, i) in requests.Select((r, i) => (r, i)))
        {
            if (i == 2) await Assert.ThrowsAnyAsync<DbException>(() => request);
            else Assert.All(await request, v => Assert.True(v.Ok(out _, out _)));
        }
        await scratch.Mend();
        Assert.All(await writer.Append([.. Chain(nodes[2], 2)]), v => Assert.True(v.Ok(out _, out _)));
        await writer.StopAsync(default);
    }

    /// <summary>However many clients send large bodies while nothing can be stored, what is held of them is bounded; who was turned away may come again.</summary>
    [Fact]
    public async Task Large_bodies_under_way_are_bounded_and_the_rest_are_told_to_come_again()
    {
        await using var app = await TestApp.StartWithoutChain();
        using var fleet = await FleetClient.Join(app);
        var number = FleetClient.NextNumber();
        var node = await fleet.AddNode(number, 1);
        var from = Samples.Day.StartOf(Samples.Day.EpochOf(DateTimeOffset.UtcNow) - 1).ToUnixTimeSeconds();
        var body = JsonSerializer.SerializeToUtf8Bytes(Samples.Signed(node, number, 0, from, 60, Hash32.Zero, Samples.Random(new(1), 1, 10)), JsonSerializerOptions.Web);
        byte[] large = [.. body, .. Enumerable.Repeat((byte)' ', (8 << 20) - body.Length)];
        List<Task<HttpResponseMessage>> requests;
        await using (var tx = app.Database.Write())
        {
            await tx.Execute(tx.IsPostgres ? "LOCK TABLE telemetry_batches IN EXCLUSIVE MODE" : "SELECT 1");
            requests = [.. Enumerable.Range(0, 20).Select(_ => Send())];
            var turnedAway = await await Task.WhenAny(requests);
            Assert.Equal((503, "1"), ((int)turnedAway.StatusCode, turnedAway.Headers.RetryAfter?.ToString()));
        }
        var statuses = (await Task.WhenAll(requests)).Select(r => (int)r.StatusCode).ToList();
        Assert.Equal(1, statuses.Count(s => s == 201));
        Assert.All(statuses, s => Assert.Contains(s, (int[])[200, 201, 503]));
        using var again = await Send();
        Assert.Equal(200, (int)again.StatusCode);

        async Task<HttpResponseMessage> Send()
        {
            using var content = new ByteArrayContent(large) { Headers = { ContentType = new("application/json") } };
            return await fleet.Http.PostAsync("/v1/telemetry/batches", content);
        }
    }

    /// <summary>Replicas that a node's batches reach at once, mixed with the single path: each link is stored once and the chain is whole.</summary>
    [Fact]
    public async Task Two_replicas_that_take_the_same_chains_at_once_store_each_link_once()
    {
        await using var scratch = await ScratchDatabase.Make();
        var nodes = new List<Node>();
        for (var i = 1; i <= 6; i++) nodes.Add(await scratch.AddNode(i, 1));
        var chains = nodes.ConvertAll(n => Chain(n, 12));
        // SQLite has one process; there the second is another writer of the same.
        var writers = new[] { Writer(scratch), Writer(scratch, ScratchDatabase.IsPostgres ? scratch.OpenAgain() : null) };
        foreach (var writer in writers) await writer.StartAsync(default);
        var accepted = 0;
        await Task.WhenAll(writers.SelectMany((writer, w) => chains.Select(chain => Task.Run(async () =>
        {
            // One replica is sent pairs, the other triples.
            foreach (var part in chain.Chunk(2 + w))
                foreach (var verdict in await writer.Append(part))
                {
                    Assert.True(verdict.Ok(out var appended, out var error), error?.Message);
                    if (!appended.IsDuplicate) Interlocked.Increment(ref accepted);
                }
        }))));
        foreach (var writer in writers)
        {
            await writer.StopAsync(default);
            writer.Dispose();
        }
        Assert.Equal(6 * 12, accepted);
        foreach (var chain in chains)
            Assert.Equal(chain.Select(b => b.Link.Hash), (await scratch.Read(tx => TelemetryStore.List(tx, chain[0].Link.NodeId, -1, 100))).Select(r => r.Hash));
    }

    private static TelemetryWriter Writer(ScratchDatabase scratch, Database? other = null) => new(other ?? scratch.Database, TimeProvider.System, NullLogger<TelemetryWriter>.Instance);

    /// <summary>Hashes are of no sense here, but each names the one before.</summary>
    private static ReadyBatch[] Chain(Node node, int count, byte[]? columns = null)
    {
        var samples = Samples.Random(new(1), node.GpuUuids.Count, 5);
        var packed = new PackedBatch(Rollup.ToBytes(Rollup.Of(samples, Start, 60, Curtailment.None)), columns ?? ColumnsCodec.Compress(samples));
        Hash32 Hash(int i) => i < 0 ? Hash32.Zero : Keccak.Hash([.. node.NodeKey.ToBytes(), .. BitConverter.GetBytes(i)]);
        return [.. Enumerable.Range(0, count).Select(i => new ReadyBatch(new(node.Id, i, Start / 86_400, Start + 300 * i, 60, 5, Hash(i - 1), Hash(i), null), packed))];
    }
}

using System.Net;
using System.Text.Json.Nodes;
using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using ComputeRwa.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace ComputeRwa.Tests.Http;

/// <summary>Two replicas over one database, asked at once. On SQLite, which belongs to one process, the second is a second set of connections.</summary>
[Trait("engine", "both")]
public sealed class ConcurrencyTests : IAsyncLifetime
{
    private const int Askers = 24;

    private ScratchDatabase _scratch = null!;
    private TestApp[] _replicas = [];

    public async Task InitializeAsync()
    {
        _scratch = await ScratchDatabase.Make();
        _replicas = ScratchDatabase.IsPostgres ? [await TestApp.StartWithoutChain(_scratch), await TestApp.StartWithoutChain(_scratch)] : [await TestApp.StartWithoutChain(_scratch)];
    }

    public async Task DisposeAsync()
    {
        foreach (var replica in _replicas) await replica.DisposeAsync();
        await _scratch.DisposeAsync();
    }

    [Fact]
    public async Task One_key_handed_to_two_replicas_at_once_has_one_effect_and_one_answer()
    {
        for (var round = 0; round < 5; round++)
        {
            var provider = new { name = "Acme", address = ChainHarness.NewAccount().Value };
            var answers = await Task.WhenAll(Ask(i => Replica(i).Post("/v1/providers", provider, $"key-{round}")));
            Assert.All(answers, a => Assert.Equal(HttpStatusCode.Created, a.StatusCode));
            Assert.Single((await Task.WhenAll(answers.Select(a => a.Content.ReadAsStringAsync()))).Distinct());
            Assert.Equal(Askers - 1, answers.Count(a => a.Headers.Contains("Idempotent-Replay")));
            Assert.Equal((round + 1, round + 1), (await Count("providers"), await Count("feed")));
        }
    }

    [Fact]
    public async Task One_key_with_two_bodies_at_once_has_the_effect_of_one()
    {
        var answers = await Task.WhenAll(Ask(i => Replica(i).Post("/v1/providers", new { name = $"Acme {i % 2}", address = ChainHarness.NewAccount().Value }, "key")));
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Created);
        Assert.Equal(Askers - 1, answers.Count(a => a.StatusCode == HttpStatusCode.Conflict));
        Assert.Equal(1, await Count("providers"));
    }

    [Fact]
    public async Task One_address_registered_at_once_is_one_provider_and_the_others_are_told()
    {
        var address = ChainHarness.NewAccount().Value;
        var answers = await Task.WhenAll(Ask(i => Replica(i).Post("/v1/providers", new { name = "Acme", address })));
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Created);
        Assert.Equal(Askers - 1, answers.Count(a => a.StatusCode == HttpStatusCode.Conflict));
        Assert.Equal((1, 1), (await Count("providers"), await Count("feed")));
    }

    /// <summary>A reader that goes on from the last number it saw must never pass one that commits later.</summary>
    [Fact]
    public async Task A_reader_of_the_feed_skips_nothing_however_late_it_commits()
    {
        const int events = 200;
        var database = _scratch.OpenAgain();
        var writers = Enumerable.Range(0, 8).Select(w => Task.Run(async () =>
        {
            var random = new Random(w);
            for (var i = 0; i < events / 8; i++)
            {
                await using var tx = database.Write();
                Feed.Append(tx, "test", $"{w}:{i}", new { }, DateTimeOffset.UnixEpoch);
                if (random.Next(4) == 0) await Task.Delay(random.Next(5));
                if (random.Next(10) == 0) continue; // rolled back
                await tx.Commit();
            }
        })).ToList();
        var (seen, last) = (new List<long>(), 0L);
        for (var done = false; ;)
        {
            var page = (JsonArray)(await _replicas[^1].Get($"/v1/events?after={last}"))["items"]!;
            foreach (var e in page) seen.Add(last = (long)e!["seq"]!);
            if (page.Count == 0 && done) break;
            done = writers.TrueForAll(t => t.IsCompleted);
        }
        await Task.WhenAll(writers);
        Assert.InRange(seen.Count, events / 2, events);
        Assert.Equal(Enumerable.Range(1, seen.Count).Select(i => (long)i), seen);
        Assert.Equal(seen.Count, await Count("feed"));
    }

    [Fact]
    public async Task One_command_queued_many_times_at_once_is_one_transaction()
    {
        var databases = new[] { _scratch.Database, _scratch.OpenAgain() };
        var command = new Command("the effect", "mint", "subject", ChainHarness.NewAccount(), "0x", 100_000);
        var ids = await Task.WhenAll(Ask(i => Task.Run(async () =>
        {
            await using var tx = databases[i % 2].Write();
            var id = await Outbox.Enqueue(tx, command, TimeProvider.System.Now());
            await tx.Commit();
            return id;
        })));
        Assert.Single(ids.Distinct());
        Assert.Equal(1, await Count("transactions"));
    }

    private TestApp Replica(int i) => _replicas[i % _replicas.Length];

    private static IEnumerable<Task<T>> Ask<T>(Func<int, Task<T>> ask) => Enumerable.Range(0, Askers).Select(ask);

    private Task<long> Count(string table) => _scratch.Read(tx => tx.Single<long>($"SELECT COUNT(*) FROM {table}"));
}

/// <summary>What only an engine with several writers can meet.</summary>
[Trait("engine", "postgres")]
public sealed class DeadlockTests
{
    /// <summary>What was made in an order that another request has the other way round is made again, and nobody hears of it.</summary>
    [Fact]
    public async Task Requests_that_want_the_same_rows_in_another_order_both_succeed()
    {
        await using var scratch = await ScratchDatabase.Make();
        await scratch.Write(tx => tx.Execute("INSERT INTO counters (name, value) VALUES ('a', 0), ('b', 0)"));
        using var both = new Barrier(2);
        var statuses = await Task.WhenAll(Run(["a", "b"]), Run(["b", "a"]));
        Assert.Equal([200, 200], statuses);
        Assert.Equal([2, 2], await scratch.Read(tx => tx.Query<long>("SELECT value FROM counters WHERE name IN ('a', 'b')")));

        Task<int> Run(string[] order) => Task.Run(async () =>
        {
            var first = true;
            var unit = new UnitOfWork(async http =>
            {
                var tx = (await Tx.BindAsync(http))!;
                await tx.Execute("UPDATE counters SET value = value + 1 WHERE name = @name", new { name = order[0] });
                if (first) both.SignalAndWait();
                first = false;
                await tx.Execute("UPDATE counters SET value = value + 1 WHERE name = @name", new { name = order[1] });
            }, scratch.Database, TimeProvider.System);
            var http = new DefaultHttpContext { Request = { Method = "POST" } };
            http.SetEndpoint(new(null, EndpointMetadataCollection.Empty, "test"));
            await unit.InvokeAsync(http);
            return http.Response.StatusCode;
        });
    }
}

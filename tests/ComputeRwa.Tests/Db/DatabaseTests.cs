using ComputeRwa.Db;
using ComputeRwa.Tests.Support;

namespace ComputeRwa.Tests.Db;

[Trait("engine", "both")]
public sealed class DatabaseTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(56);

    private ScratchDatabase _scratch = null!;

    private Database Database => _scratch.Database;

    public async Task InitializeAsync() => _scratch = await ScratchDatabase.MakeEmpty();

    public async Task DisposeAsync() => await _scratch.DisposeAsync();

    [Fact]
    public async Task Scripts_are_applied_once()
    {
        Assert.True(await Migrator.Migrate(Database, Now) > 0);
        Assert.Equal(0, await Migrator.Migrate(Database, Now));
    }

    [Fact]
    public async Task A_script_that_was_edited_after_it_was_applied_is_refused()
    {
        await Migrator.Migrate(Database, Now);
        await Write("UPDATE migrations SET sha256 = 'another' WHERE name = '0001_http.sql'");
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => Migrator.Migrate(Database, Now));
        Assert.Contains("0001_http.sql was edited", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_that_was_applied_and_is_gone_is_refused()
    {
        await Migrator.Migrate(Database, Now);
        await Write("INSERT INTO migrations (name, sha256, applied_at) VALUES ('9999_future.sql', 'x', 0)");
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => Migrator.Migrate(Database, Now));
        Assert.Contains("9999_future.sql", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_committed_is_forgotten()
    {
        await Write("CREATE TABLE t (x BIGINT)");
        await using (var tx = Database.Write()) await tx.Execute("INSERT INTO t (x) VALUES (1)");
        Assert.Equal(0, await Count());
        await Write("INSERT INTO t (x) VALUES (1)");
        Assert.Equal(1, await Count());
    }

    [Fact]
    public async Task What_is_sent_along_runs_in_its_order_before_what_follows()
    {
        await Write("CREATE TABLE t (x BIGINT, y TEXT)");
        await using (var tx = Database.Write())
        {
            await tx.Execute("INSERT INTO t (x) VALUES (@x)", new { x = 1L });
            await tx.Send("UPDATE t SET x = x * @by", new { by = 5L });
            await tx.Send("UPDATE t SET x = x + @by, y = @by2", new { by = 2L, by2 = (string?)null });
            Assert.Equal(7, await tx.Single<long>("SELECT x FROM t"));
            await tx.Send("UPDATE t SET x = x + @by, y = @by2", new { by = 1L, by2 = "two" });
            await tx.Send("UPDATE t SET x = x * @by WHERE x IN @ids", new { by = 3L, ids = new[] { 8L, 9L } });
            await tx.Commit();
        }
        await using var read = Database.Read();
        Assert.Equal((24L, "two"), await read.Single<(long, string)>("SELECT x, y FROM t"));
    }

    [Fact]
    public async Task What_is_sent_along_and_fails_takes_the_transaction_with_it()
    {
        await Write("CREATE TABLE t (x BIGINT PRIMARY KEY)");
        for (var i = 0; i < 3; i++)
        {
            await using var tx = Database.Write();
            await tx.Execute("INSERT INTO t (x) VALUES (1)");
            await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(async () =>
            {
                await tx.Send("INSERT INTO t (x) VALUES (@x)", new { x = 2L });
                await tx.Send("INSERT INTO t (x) VALUES (@x)", new { x = 2L });
                await tx.Commit();
            });
        }
        Assert.Equal(0, await Count());
        await Write("INSERT INTO t (x) VALUES (2)");
        Assert.Equal(1, await Count());
    }

    [Fact]
    public async Task What_is_sent_along_is_forgotten_without_a_commit_and_the_connection_goes_on()
    {
        await Write("CREATE TABLE t (x BIGINT PRIMARY KEY)");
        for (var i = 0; i < 3; i++)
        {
            await using (var tx = Database.Write()) await tx.Send("INSERT INTO t (x) VALUES (@x)", new { x = 1L });
            Assert.Equal(0, await Count());
        }
        await using (var tx = Database.Write())
        {
            await tx.Send("INSERT INTO t (x) VALUES (@x)", new { x = 1L }); // nothing else: the transaction is only this
            await tx.Commit();
        }
        Assert.Equal(1, await Count());
    }

    [Fact]
    public async Task Writers_of_one_row_wait_for_each_other_and_a_reader_waits_for_nobody()
    {
        await Write("CREATE TABLE t (x BIGINT PRIMARY KEY)");
        await using (var writer = Database.Write())
        {
            await writer.Execute("INSERT INTO t (x) VALUES (1)");
            Assert.Equal(0, await Count());
            var second = Write("INSERT INTO t (x) VALUES (1) ON CONFLICT (x) DO UPDATE SET x = 2");
            Assert.NotSame(second, await Task.WhenAny(second, Task.Delay(200)));
            await writer.Commit();
            await second;
        }
        Assert.Equal(1, await Count());
    }

    [Fact]
    public async Task A_reader_sees_one_moment_whatever_is_written_meanwhile()
    {
        await Write("CREATE TABLE t (x BIGINT PRIMARY KEY)");
        await using var reader = Database.Read();
        Assert.Equal(0, await reader.Single<long>("SELECT COUNT(*) FROM t"));
        await Write("INSERT INTO t (x) VALUES (1)");
        Assert.Equal(0, await reader.Single<long>("SELECT COUNT(*) FROM t"));
        Assert.Equal(1, await Count());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(40_000)]
    public async Task A_list_has_any_length(int length)
    {
        await Write("CREATE TABLE t (x TEXT PRIMARY KEY, n BIGINT NOT NULL)");
        await Write("INSERT INTO t (x, n) VALUES ('a 1', 1), ('a 2', 2), ('it''s \"x\"', 3)");
        List<string> ids = [.. Enumerable.Range(2, length).Select(i => $"a {i}"), "it's \"x\""];
        await using var tx = Database.Read();
        Assert.Equal(length == 0 ? [3] : [2, 3], await tx.Query<long>("SELECT n FROM t WHERE x IN @ids AND n > @least ORDER BY n", new { ids, least = 0 }));
        Assert.Equal(length == 0 ? [1, 2] : [1], await tx.Query<long>("SELECT n FROM t WHERE x NOT IN @ids ORDER BY n", new { ids = ids.ToArray() }));
        Assert.Equal([1, 3], await tx.Query<long>("SELECT n FROM t WHERE n IN @numbers ORDER BY n", new { numbers = new long[] { 1, 3 } }));
    }

    [Fact]
    public async Task Those_who_take_a_turn_follow_one_another()
    {
        await Write("CREATE TABLE t (x BIGINT PRIMARY KEY)");
        var other = _scratch.OpenAgain();
        await using (var first = Database.Write())
        {
            await first.TakeTurn("a");
            var second = Task.Run(() => CountThenInsert(other));
            Assert.NotSame(second, await Task.WhenAny(second, Task.Delay(200)));
            await first.Execute("INSERT INTO t (x) SELECT COUNT(*) FROM t");
            await first.Commit();
            await second;
        }
        Assert.Equal(2, await Count());

        static async Task CountThenInsert(Database database)
        {
            await using var tx = database.Write();
            await tx.TakeTurn("a");
            await tx.Execute("INSERT INTO t (x) SELECT COUNT(*) FROM t");
            await tx.Commit();
        }
    }

    [Fact]
    public async Task Processes_that_start_at_once_apply_each_script_once()
    {
        var databases = Enumerable.Range(0, 4).Select(_ => _scratch.OpenAgain()).ToList();
        var applied = await Task.WhenAll(databases.Select(d => Task.Run(() => Migrator.Migrate(d, Now))));
        await using var tx = Database.Read();
        Assert.Equal(await tx.Single<long>("SELECT COUNT(*) FROM migrations"), applied.Sum());
        Assert.Equal(0, await Migrator.Migrate(Database, Now));
    }

    [Fact]
    public async Task A_failed_statement_gives_the_writer_back()
    {
        await Assert.ThrowsAnyAsync<Exception>(() => Write("no SQL at all"));
        await Write("CREATE TABLE t (x BIGINT)");
    }

    [Fact]
    public async Task An_announcement_comes_with_the_commit_and_only_then()
    {
        var signal = Database.Signal("topic");
        await using (var tx = Database.Write())
        {
            await tx.Execute("CREATE TABLE t (x BIGINT)");
            tx.Announce("topic");
        }
        Assert.False(await signal.Wait(TimeSpan.Zero, default));
        await using (var tx = Database.Write())
        {
            await tx.Execute("CREATE TABLE t (x BIGINT)");
            tx.Announce("topic");
            Assert.False(await signal.Wait(TimeSpan.Zero, default));
            await tx.Commit();
        }
        Assert.True(await signal.Wait(TimeSpan.Zero, default));
        Assert.False(await signal.Wait(TimeSpan.Zero, default));
    }

    [Fact]
    public async Task Many_announcements_before_one_look_count_once()
    {
        using var signal = new Signal();
        Parallel.For(0, 1_000, _ => signal.Set());
        Assert.True(await signal.Wait(TimeSpan.Zero, default));
        Assert.False(await signal.Wait(TimeSpan.Zero, default));
    }

    [Theory]
    [InlineData("mysql:x")]
    [InlineData("")]
    public void ADatabase_of_another_kind_is_refused(string url) => Assert.Throws<ArgumentException>(() => new Database(url));

    private async Task Write(string sql)
    {
        await using var tx = Database.Write();
        await tx.Execute(sql);
        await tx.Commit();
    }

    private async Task<long> Count()
    {
        await using var tx = Database.Read();
        return await tx.Single<long>("SELECT COUNT(*) FROM t");
    }
}

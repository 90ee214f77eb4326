using ComputeRwa.Db;

namespace ComputeRwa.Tests.Db;

public sealed class DatabaseTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(56);

    private readonly string _folder = Directory.CreateTempSubdirectory("computerwa-db-").FullName;
    private readonly Database _database;

    public DatabaseTests() => _database = new($"sqlite:{Path.Combine(_folder, "test.db")}");

    public void Dispose()
    {
        _database.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Scripts_are_applied_once()
    {
        Assert.True(await Migrator.Migrate(_database, Now) > 0);
        Assert.Equal(0, await Migrator.Migrate(_database, Now));
    }

    [Fact]
    public async Task A_script_that_was_edited_after_it_was_applied_is_refused()
    {
        await Migrator.Migrate(_database, Now);
        await Write("UPDATE migrations SET sha256 = 'another' WHERE name = '0001_http.sql'");
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => Migrator.Migrate(_database, Now));
        Assert.Contains("0001_http.sql was edited", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_that_was_applied_and_is_gone_is_refused()
    {
        await Migrator.Migrate(_database, Now);
        await Write("INSERT INTO migrations (name, sha256, applied_at) VALUES ('9999_future.sql', 'x', 0)");
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => Migrator.Migrate(_database, Now));
        Assert.Contains("9999_future.sql", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_committed_is_forgotten()
    {
        await Write("CREATE TABLE t (x BIGINT)");
        await using (var tx = _database.Write()) await tx.Execute("INSERT INTO t (x) VALUES (1)");
        Assert.Equal(0, await Count());
        await Write("INSERT INTO t (x) VALUES (1)");
        Assert.Equal(1, await Count());
    }

    [Fact]
    public async Task Writers_wait_for_each_other_and_a_reader_waits_for_nobody()
    {
        await Write("CREATE TABLE t (x BIGINT)");
        await using (var writer = _database.Write())
        {
            await writer.Execute("INSERT INTO t (x) VALUES (1)");
            Assert.Equal(0, await Count());
            var second = Write("INSERT INTO t (x) VALUES (2)");
            Assert.NotSame(second, await Task.WhenAny(second, Task.Delay(200)));
            await writer.Commit();
            await second;
        }
        Assert.Equal(2, await Count());
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
        var signal = _database.Signal("topic");
        await using (var tx = _database.Write())
        {
            await tx.Execute("CREATE TABLE t (x BIGINT)");
            tx.Announce("topic");
        }
        Assert.False(await signal.Wait(TimeSpan.Zero, default));
        await using (var tx = _database.Write())
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
    public void A_database_of_another_kind_is_refused(string url) => Assert.Throws<ArgumentException>(() => new Database(url));

    private async Task Write(string sql)
    {
        await using var tx = _database.Write();
        await tx.Execute(sql);
        await tx.Commit();
    }

    private async Task<long> Count()
    {
        await using var tx = _database.Read();
        return await tx.Single<long>("SELECT COUNT(*) FROM t");
    }
}

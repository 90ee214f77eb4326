using ComputeRwa.Db;
using ComputeRwa.Tests.Support;
using Npgsql;

namespace ComputeRwa.Tests.Db;

[Trait("engine", "both")]
public sealed class OutageTests : IAsyncLifetime
{
    private ScratchDatabase _scratch = null!;

    public async Task InitializeAsync() => _scratch = await ScratchDatabase.Make();

    public async Task DisposeAsync() => await _scratch.DisposeAsync();

    [Fact]
    public async Task A_wrong_statement_is_no_outage()
    {
        await using var tx = _scratch.Database.Read();
        var wrong = await Assert.ThrowsAnyAsync<Exception>(() => tx.Query<long>("SELECT nothing FROM nowhere"));
        Assert.Null(Outage.Of(wrong));
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_away()
    {
        using var nowhere = new Database(ScratchDatabase.IsPostgres ? "postgres:Host=127.0.0.1;Port=1;Username=nobody" : "sqlite:/no/such/folder/x.db");
        await using var tx = nowhere.Write();
        var away = await Assert.ThrowsAnyAsync<Exception>(() => tx.Query<long>("SELECT 1"));
        Assert.Equal("database-unavailable", Outage.Of(away)?.Code);
    }
}

/// <summary>What each engine alone can be brought to.</summary>
[Trait("engine", "both")]
public sealed class OutagesOfOneEngineTests
{
    [Theory]
    [InlineData("57P01", "database-unavailable")] // admin_shutdown
    [InlineData("57P02", "database-unavailable")] // crash_shutdown
    [InlineData("57P03", "database-unavailable")] // cannot_connect_now
    [InlineData("53300", "database-unavailable")] // too_many_connections
    [InlineData("08006", "database-unavailable")] // connection_failure
    [InlineData("58030", "database-unavailable")] // io_error
    [InlineData("25P03", "database-unavailable")] // idle_in_transaction_session_timeout
    [InlineData("53100", "storage-full")]
    [InlineData("40001", null)]
    [InlineData("23505", null)]
    [InlineData("42P01", null)]
    public void PostgreSQL_says_which_it_is(string state, string? code) => Assert.Equal(code, Outage.Of(new PostgresException("…", "ERROR", "ERROR", state))?.Code);

    [Fact]
    public async Task A_full_disk_is_told_apart_and_nothing_half_written_stays()
    {
        if (ScratchDatabase.IsPostgres) return;
        await using var scratch = await ScratchDatabase.Make();
        await scratch.Write(tx => tx.Execute("CREATE TABLE heap (id BIGINT PRIMARY KEY, bytes TEXT NOT NULL)"));
        await using (var tx = scratch.Database.Write())
        {
            await tx.Execute("PRAGMA max_page_count = 1"); // as many as there are
            await tx.Execute("INSERT INTO heap (id, bytes) VALUES (1, 'fits')");
            var full = await Assert.ThrowsAnyAsync<Exception>(() => tx.Execute("INSERT INTO heap (id, bytes) VALUES (2, @bytes)", new { bytes = new string('x', 1 << 20) }));
            Assert.Equal("storage-full", Outage.Of(full)?.Code);
        }
        Assert.Equal(0, await scratch.Read(tx => tx.Single<long>("SELECT COUNT(*) FROM heap")));
        await using (var tx = scratch.Database.Write())
        {
            await tx.Execute("PRAGMA max_page_count = 1073741823");
            await tx.Execute("INSERT INTO heap (id, bytes) VALUES (2, @bytes)", new { bytes = new string('x', 1 << 20) });
            await tx.Commit();
        }
        Assert.Equal(1, await scratch.Read(tx => tx.Single<long>("SELECT COUNT(*) FROM heap")));
    }
}

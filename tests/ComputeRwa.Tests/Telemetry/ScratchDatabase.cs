using ComputeRwa.Db;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using Npgsql;

namespace ComputeRwa.Tests.Telemetry;

/// <summary>
/// A migrated database of its own for one test: SQLite, or PostgreSQL where the environment's COMPUTERWA_TEST_POSTGRES names a
/// server (a connection string whose user may create databases).
/// </summary>
internal sealed class ScratchDatabase : IAsyncDisposable
{
    private string _file = "";

    public required Database Database { get; init; }

    /// <summary>The engines that can be tried here.</summary>
    public static TheoryData<string> Engines => Server is null ? ["sqlite"] : ["sqlite", "postgres"];

    private static string? Server => Environment.GetEnvironmentVariable("COMPUTERWA_TEST_POSTGRES");

    public static async Task<ScratchDatabase> Make(string engine)
    {
        var file = Path.Combine(Path.GetTempPath(), $"computerwa-{Guid.NewGuid():n}.db");
        var scratch = new ScratchDatabase { Database = new(engine == "postgres" ? await MakeOnServer() : $"sqlite:{file}"), _file = file };
        await Migrator.Migrate(scratch.Database, Samples.Now);
        return scratch;
    }

    public async Task<T> Write<T>(Func<Tx, Task<T>> work)
    {
        await using var tx = Database.Write();
        var result = await work(tx);
        await tx.Commit();
        return result;
    }

    public async Task<T> Read<T>(Func<Tx, Task<T>> work)
    {
        await using var tx = Database.Read();
        return await work(tx);
    }

    public Task<Node> AddNode(int number, int gpus) => Write(async tx =>
    {
        var node = Samples.Node(number, gpus);
        Assert.Empty(await NodeStore.Insert(tx, node));
        return node;
    });

    public ValueTask DisposeAsync()
    {
        Database.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        foreach (var suffix in new[] { "", "-wal", "-shm" }) File.Delete(_file + suffix);
        return ValueTask.CompletedTask;
    }

    private static async Task<string> MakeOnServer()
    {
        var name = $"computerwa_{Guid.NewGuid():n}";
        await using var connection = new NpgsqlConnection(Server);
        await connection.OpenAsync();
        await using var create = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await create.ExecuteNonQueryAsync();
        return $"postgres:{new NpgsqlConnectionStringBuilder(Server) { Database = name, MaxPoolSize = 10 }}";
    }
}

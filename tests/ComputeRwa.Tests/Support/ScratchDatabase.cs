using ComputeRwa.Db;
using Npgsql;

namespace ComputeRwa.Tests.Support;

/// <summary>
/// A migrated database of its own for one test, on the engine that COMPUTERWA_TEST_ENGINE names: sqlite when it is not set, or postgres, on the
/// server that COMPUTERWA_TEST_POSTGRES names (a connection string whose user may create databases). scripts/test.sh runs the tests that are
/// marked <c>[Trait("engine", "both")]</c> once on each.
/// </summary>
internal sealed class ScratchDatabase : IAsyncDisposable
{
    private static readonly Lazy<Task<string>> Template = new(MakeTemplate);

    private readonly List<Database> _opened = [];

    private ScratchDatabase(string url) => (Url, Database) = (url, Open(url));

    public string Url { get; }

    public Database Database { get; }

    public static string Engine { get; } = Environment.GetEnvironmentVariable("COMPUTERWA_TEST_ENGINE") switch
    {
        null or "" or "sqlite" => "sqlite",
        "postgres" => "postgres",
        var other => throw new InvalidOperationException($"COMPUTERWA_TEST_ENGINE is {other}, and must be sqlite or postgres."),
    };

    public static bool IsPostgres => Engine == "postgres";

    private static string Server => Environment.GetEnvironmentVariable("COMPUTERWA_TEST_POSTGRES") is { Length: > 0 } server ? server
        : throw new InvalidOperationException("COMPUTERWA_TEST_POSTGRES names no server: scripts/postgres.sh starts one and prints what to set it to.");

    /// <summary>Migrated: a copy of one that is made once for all tests.</summary>
    public static async Task<ScratchDatabase> Make()
    {
        var template = await Template.Value;
        if (IsPostgres) return new(await CreateOnServer($"TEMPLATE {template}"));
        var path = NewPath();
        File.Copy(template, path);
        return new($"sqlite:{path}");
    }

    /// <summary>Not even migrated.</summary>
    public static async Task<ScratchDatabase> MakeEmpty() => new(IsPostgres ? await CreateOnServer("TEMPLATE template0") : $"sqlite:{NewPath()}");

    /// <summary>The same database as another process sees it.</summary>
    public Database OpenAgain() => Open(Url);

    public async Task<T> Write<T>(Func<Tx, Task<T>> work)
    {
        await using var tx = Database.Write();
        var result = await work(tx);
        await tx.Commit();
        return result;
    }

    public async Task Write(Func<Tx, Task> work)
    {
        await using var tx = Database.Write();
        await work(tx);
        await tx.Commit();
    }

    public Task Write(Action<Tx> work) => Write(tx =>
    {
        work(tx);
        return Task.CompletedTask;
    });

    public async Task<T> Read<T>(Func<Tx, Task<T>> work)
    {
        await using var tx = Database.Read();
        return await work(tx);
    }

    /// <summary>Makes statements fail from now on.</summary>
    /// <param name="moment">such as <c>UPDATE ON transactions</c></param>
    /// <param name="when">of which rows, such as <c>NEW.state = 'signed'</c></param>
    public Task Break(string moment, string when) => Write(tx => tx.Execute(IsPostgres
        ? $"""
           CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''broken''; END';
           CREATE TRIGGER broken BEFORE {moment} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION broken()
           """
        : $"CREATE TRIGGER broken BEFORE {moment} WHEN {when} BEGIN SELECT RAISE(ABORT, 'broken'); END"));

    public Task Mend() => Write(tx => tx.Execute(IsPostgres ? "DROP FUNCTION IF EXISTS broken CASCADE" : "DROP TRIGGER IF EXISTS broken"));

    public async ValueTask DisposeAsync()
    {
        foreach (var database in _opened) database.Dispose();
        if (Database.IsPostgres)
        {
            await OnServer($"DROP DATABASE {NameOf(Url)} WITH (FORCE)");
            return;
        }
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        foreach (var suffix in new[] { "", "-wal", "-shm" }) File.Delete(Url["sqlite:".Length..] + suffix);
    }

    private Database Open(string url)
    {
        var database = new Database(url);
        _opened.Add(database);
        return database;
    }

    private static string NewPath() => Path.Combine(Path.GetTempPath(), $"computerwa-{Guid.NewGuid():n}.db");

    private static async Task<string> MakeTemplate()
    {
        var url = IsPostgres ? await CreateOnServer("TEMPLATE template0") : $"sqlite:{NewPath()}";
        using (var database = new Database(IsPostgres ? $"{url};Pooling=false" : url)) await Migrator.Migrate(database, DateTimeOffset.UnixEpoch);
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools(); // the last one to close moves the log into the file
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Drop(url);
        return IsPostgres ? NameOf(url) : url["sqlite:".Length..];
    }

    private static void Drop(string url)
    {
        if (IsPostgres) OnServer($"DROP DATABASE {NameOf(url)} WITH (FORCE)").GetAwaiter().GetResult();
        else File.Delete(url["sqlite:".Length..]);
    }

    private static async Task<string> CreateOnServer(string template)
    {
        var name = $"computerwa_{Guid.NewGuid():n}";
        await OnServer($"CREATE DATABASE {name} {template}");
        return $"postgres:{new NpgsqlConnectionStringBuilder(Server) { Database = name, MaxPoolSize = 40 }}";
    }

    private static string NameOf(string url) => new NpgsqlConnectionStringBuilder(url["postgres:".Length..]).Database!;

    private static async Task OnServer(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Server) { Pooling = false }.ToString());
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}

using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using System.Text.RegularExpressions;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace ComputeRwa.Db;

/// <summary>
/// The one database: SQLite (WAL, synchronous=FULL) for <c>sqlite:PATH</c>, PostgreSQL for <c>postgres:CONNECTION STRING</c>.
/// SQLite has one writer, so writers of this process queue here instead of colliding in the engine.
/// </summary>
internal sealed class Database : IDisposable
{
    private readonly string _connectionString;
    private readonly SemaphoreSlim? _writer;
    private readonly ConcurrentDictionary<string, Signal> _signals = new();

    public bool IsPostgres { get; }

    /// <summary>This process, or this one of its parts: what holds a <see cref="Duty"/>.</summary>
    public string Replica { get; } = $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():n}";

    public Database(string url)
    {
        TypeHandlers.Register();
        if (url.StartsWith("postgres:", StringComparison.Ordinal))
        {
            (IsPostgres, _connectionString) = (true, Guarded(url["postgres:".Length..]));
        }
        else if (url.StartsWith("sqlite:", StringComparison.Ordinal))
        {
            SQLitePCL.Batteries_V2.Init();
            _connectionString = new SqliteConnectionStringBuilder { DataSource = url["sqlite:".Length..], DefaultTimeout = 30 }.ToString();
            _writer = new(1, 1);
        }
        else
        {
            throw new ArgumentException("Db:Url must start with sqlite: or postgres:", nameof(url));
        }
    }

    /// <summary>A snapshot to read from. Nothing is opened before the first statement.</summary>
    public Tx Read() => new(this, writes: false);

    /// <summary>A unit of work: everything or nothing, on <see cref="Tx.Commit"/>. Nothing is opened before the first statement.</summary>
    public Tx Write() => new(this, writes: true);

    /// <summary>What <see cref="Tx.Announce"/> sets. It only saves waiting: who listens polls as well, for what other processes commit.</summary>
    public Signal Signal(string topic) => _signals.GetOrAdd(topic, _ => new());

    internal async Task<(DbConnection, DbTransaction)> Open(bool writes, CancellationToken cancel)
    {
        if (writes && _writer is not null) await _writer.WaitAsync(cancel);
        DbConnection? connection = null;
        try
        {
            connection = IsPostgres ? new NpgsqlConnection(_connectionString) : new SqliteConnection(_connectionString);
            await connection.OpenAsync(cancel);
            if (connection is not SqliteConnection sqlite)
                return (connection, await connection.BeginTransactionAsync(writes ? IsolationLevel.ReadCommitted : IsolationLevel.RepeatableRead, cancel));
            await sqlite.ExecuteAsync("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=30000;");
            return (sqlite, sqlite.BeginTransaction(IsolationLevel.Serializable, deferred: !writes));
        }
        catch
        {
            if (connection is not null) await connection.DisposeAsync();
            if (writes) Released();
            throw;
        }
    }

    /// <summary>
    /// A process that is paused in the middle of a transaction, or whose machine is gone, would keep the rows it locked from all others: the
    /// server ends a transaction that asks for nothing for so long. A connection string with Options of its own keeps them.
    /// </summary>
    private static string Guarded(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        builder.Options ??= "-c idle_in_transaction_session_timeout=15s";
        return builder.ToString();
    }

    internal void Released() => _writer?.Release();

    public void Dispose()
    {
        _writer?.Dispose();
        foreach (var signal in _signals.Values) signal.Dispose();
    }
}

/// <summary>One transaction. Statements are Dapper's; the transaction is always passed along. Lists go in as <c>IN @ids</c> with an array or List.</summary>
internal sealed partial class Tx(Database database, bool writes) : IAsyncDisposable
{
    /// <summary>Lets a route handler take the request's transaction, which Http/UnitOfWork.cs opened, as a parameter.</summary>
    public static ValueTask<Tx?> BindAsync(HttpContext http) => ValueTask.FromResult((Tx?)http.Items[typeof(Tx)]);

    private DbConnection? _connection;
    private DbTransaction? _transaction;
    private HashSet<string>? _announced;

    public bool IsPostgres => database.IsPostgres;

    /// <summary>Cancelled when the caller no longer wants the result; never cancels a commit.</summary>
    public CancellationToken Cancel { get; init; }

    public async Task<List<T>> Query<T>(string sql, object? args = null) => [.. await (await Open()).QueryAsync<T>(Dialect(sql), args, _transaction)];

    public async Task<T?> First<T>(string sql, object? args = null) => await (await Open()).QueryFirstOrDefaultAsync<T>(Dialect(sql), args, _transaction);

    public async Task<T> Single<T>(string sql, object? args = null) => await (await Open()).QuerySingleAsync<T>(Dialect(sql), args, _transaction);

    public async Task<int> Execute(string sql, object? args = null) => await (await Open()).ExecuteAsync(Dialect(sql), args, _transaction);

    /// <summary>The raw pair, for bulk paths such as binary COPY.</summary>
    public async Task<(DbConnection Connection, DbTransaction Transaction)> Raw() => (await Open(), _transaction!);

    /// <summary>Lets the transactions that take the turn of that name follow one another, each from here to its end. In SQLite all writers do.</summary>
    public async Task TakeTurn(string name)
    {
        if (IsPostgres) await Execute("SELECT pg_advisory_xact_lock(hashtextextended(@name, 0))", new { name });
        else await Open();
    }

    /// <summary>Wakes who waits for the topic in this process, once this transaction has committed.</summary>
    public void Announce(string topic) => (_announced ??= []).Add(topic);

    public async Task Commit()
    {
        if (_transaction is null) return;
        await _transaction.CommitAsync(CancellationToken.None);
        await DisposeAsync();
        foreach (var topic in _announced ?? []) database.Signal(topic).Set();
    }

    /// <summary>Dapper spells out the list of <c>IN @ids</c> for SQLite, but hands PostgreSQL one array, which takes another operator.</summary>
    private string Dialect(string sql) => IsPostgres ? InList().Replace(sql, m => m.Groups["not"].Success ? $"<> ALL({m.Groups["list"]})" : $"= ANY({m.Groups["list"]})") : sql;

    [GeneratedRegex(@"\b(?<not>NOT\s+)?IN\s+(?<list>@\w+)")]
    private static partial Regex InList();

    private async Task<DbConnection> Open()
    {
        if (_connection is null) (_connection, _transaction) = await database.Open(writes, Cancel);
        return _connection;
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is null) return;
        var (connection, transaction) = (_connection, _transaction!);
        (_connection, _transaction) = (null, null);
        try
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
        finally
        {
            if (writes) database.Released();
        }
    }
}

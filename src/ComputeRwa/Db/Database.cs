using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
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
    /// <summary>
    /// A process that is paused in the middle of a transaction, or whose machine is gone, would keep what it locked from all others: the server
    /// ends a write that asks for nothing for so long. A connection string with Options of its own keeps those.
    /// </summary>
    private const string PauseLimit = "-c idle_in_transaction_session_timeout=15s";

    /// <summary>KiB. With fewer pages a large transaction writes its own out and reads them again.</summary>
    private const int WriterCache = 32_768;

    private readonly string _reading;
    private readonly string _writing;
    private readonly SemaphoreSlim? _writer;
    private readonly ConcurrentDictionary<string, Signal> _signals = new();

    public bool IsPostgres { get; }

    /// <summary>Milliseconds since 1970 by the database's own clock, as an expression: one clock for all replicas, whatever theirs say.</summary>
    public string Now => IsPostgres ? "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)" : "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

    /// <summary>This process, or this one of its parts: what holds a <see cref="Duty"/>.</summary>
    public string Replica { get; } = $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():n}";

    public Database(string url)
    {
        TypeHandlers.Register();
        if (url.StartsWith("postgres:", StringComparison.Ordinal))
        {
            IsPostgres = true;
            (_reading, _writing) = (Pool(url["postgres:".Length..]), Pool(url["postgres:".Length..], PauseLimit));
        }
        else if (url.StartsWith("sqlite:", StringComparison.Ordinal))
        {
            SQLitePCL.Batteries_V2.Init();
            var file = new SqliteConnectionStringBuilder { DataSource = url["sqlite:".Length..], DefaultTimeout = 30 };
            // A pool of its own for the one writer, whose connection keeps the pages that it wrote.
            (_reading, _writing) = (file.ToString(), new SqliteConnectionStringBuilder(file.ToString()) { ForeignKeys = true }.ToString());
            _writer = new(1, 1);
        }
        else
        {
            throw new ArgumentException("Db:Url must start with sqlite: or postgres:", nameof(url));
        }
    }

    /// <summary>A snapshot to read from. Nothing is opened before the first statement.</summary>
    public Tx Read() => new(this, writes: false);

    /// <summary>For a single question: each statement sees what is committed when it runs, and no transaction surrounds it.</summary>
    public Tx Glance() => new(this, writes: false, isGlance: true);

    /// <summary>A unit of work: everything or nothing, on <see cref="Tx.Commit"/>. Nothing is opened before the first statement.</summary>
    public Tx Write() => new(this, writes: true);

    /// <summary>What <see cref="Tx.Announce"/> sets. It only saves waiting: who listens polls as well, for what other processes commit.</summary>
    public Signal Signal(string topic) => _signals.GetOrAdd(topic, _ => new());

    /// <summary>Bytes left where the SQLite file lies; null for PostgreSQL, whose server says so itself when a write finds none.</summary>
    public long? SpaceLeft => IsPostgres ? null : new DriveInfo(Path.GetFullPath(new SqliteConnectionStringBuilder(_writing).DataSource)).AvailableFreeSpace;

    internal async Task<(DbConnection, DbTransaction?)> Open(bool writes, bool isGlance, CancellationToken cancel)
    {
        if (writes && _writer is not null) await _writer.WaitAsync(cancel);
        DbConnection? connection = null;
        try
        {
            var pool = writes ? _writing : _reading;
            connection = IsPostgres ? new NpgsqlConnection(pool) : new SqliteConnection(pool);
            await connection.OpenAsync(cancel);
            if (connection is not SqliteConnection sqlite)
                return (connection, isGlance ? null : await connection.BeginTransactionAsync(writes ? IsolationLevel.ReadCommitted : IsolationLevel.RepeatableRead, cancel));
            await sqlite.ExecuteAsync("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=30000;");
            if (writes) await sqlite.ExecuteAsync($"PRAGMA cache_size=-{WriterCache};");
            return (sqlite, isGlance ? null : sqlite.BeginTransaction(IsolationLevel.Serializable, deferred: !writes));
        }
        catch
        {
            if (connection is not null) await connection.DisposeAsync();
            if (writes) Released();
            throw;
        }
    }

    /// <summary>One of two pools, each small enough that several replicas fit a server with its usual 100 connections.</summary>
    private static string Pool(string connectionString, string? options = null)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        if (builder.MaxPoolSize == 100) builder.MaxPoolSize = 20; // 100 is Npgsql's own when nothing is named
        // What is asked often is planned once a connection. A pooler between here and the server may not bear it: Max Auto Prepare=0 in the string.
        if (!new DbConnectionStringBuilder { ConnectionString = connectionString }.ContainsKey("Max Auto Prepare")) builder.MaxAutoPrepare = 200;
        // Nothing here outlasts its transaction in a session, so none has to be set back: that would be six more statements for each request.
        builder.NoResetOnClose = true;
        builder.Options ??= options;
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
internal sealed class Tx(Database database, bool writes, bool isGlance = false) : IAsyncDisposable
{
    /// <summary>Lets a route handler take the request's transaction, which Http/UnitOfWork.cs opened, as a parameter.</summary>
    public static ValueTask<Tx?> BindAsync(HttpContext http) => ValueTask.FromResult((Tx?)http.Items[typeof(Tx)]);

    private DbConnection? _connection;
    private DbTransaction? _transaction;
    private HashSet<string>? _announced;
    private Dictionary<Delegate, PutOff>? _later;
    private Closing? _closing;

    public bool IsPostgres => database.IsPostgres;

    /// <inheritdoc cref="Database.Now"/>
    public string Now => database.Now;

    /// <summary>What is folded here was folded before: the feed was told then, and commands were queued.</summary>
    public bool IsReplay { get; set; }

    /// <summary>Cancelled when the caller no longer wants the result; never cancels a commit.</summary>
    public CancellationToken Cancel { get; init; }

    public async Task<List<T>> Query<T>(string sql, object? args = null) => [.. await (await Ready()).QueryAsync<T>(Spoken(sql, args))];

    public async Task<T?> First<T>(string sql, object? args = null) => await (await Ready()).QueryFirstOrDefaultAsync<T>(Spoken(sql, args));

    public async Task<T> Single<T>(string sql, object? args = null) => await (await Ready()).QuerySingleAsync<T>(Spoken(sql, args));

    public async Task<int> Execute(string sql, object? args = null) => await (await Ready()).ExecuteAsync(Spoken(sql, args));

    /// <summary>PostgreSQL only: what a statement finds that looks when another has locked something; they are sent together.</summary>
    public async Task<List<T>> QueryLocked<T>(string locks, string sql, object args)
    {
        var connection = await Ready();
        await using var answers = await connection.QueryMultipleAsync(Spoken($"{locks};\n{sql}", args));
        await answers.ReadAsync();
        return [.. await answers.ReadAsync<T>()];
    }

    /// <summary>A statement whose outcome nobody waits for: PostgreSQL is given it together with the commit, or with the next statement before that.</summary>
    public async Task Send(string sql, object args)
    {
        if (IsPostgres) (_closing ??= new()).Add(Lists.Spoken(isPostgres: true, sql, args).Sql, args);
        else await Execute(sql, args);
    }

    /// <summary>The raw pair, for bulk paths such as binary COPY.</summary>
    public async Task<(DbConnection Connection, DbTransaction Transaction)> Raw() => (await Ready(), _transaction!);

    /// <summary>Ends a SELECT whose rows this transaction is about to change: others that want to wait for its end. In SQLite all writers do.</summary>
    public string ForUpdate => IsPostgres ? " FOR UPDATE" : "";

    /// <summary>Lets the transactions that take the turn of that name follow one another, each from here to its end. In SQLite all writers do.</summary>
    public async Task TakeTurn(string name)
    {
        if (IsPostgres) await Execute("SELECT pg_advisory_xact_lock(hashtextextended(@name, 0))", new { name });
        else await Open();
    }

    /// <summary>Keeps those out who take the turn, and lets others in who share it.</summary>
    public async Task ShareTurn(string name)
    {
        if (IsPostgres) await Execute("SELECT pg_advisory_xact_lock_shared(hashtextextended(@name, 0))", new { name });
        else await Open();
    }

    /// <summary>Lets this transaction think between statements for longer than the server otherwise waits.</summary>
    public async Task AllowPauses(TimeSpan longest)
    {
        if (IsPostgres)
            await Execute("SELECT set_config('idle_in_transaction_session_timeout', @limit, true)", new { limit = $"{(long)longest.TotalMilliseconds}ms" });
    }

    /// <summary>Wakes who waits for the topic in this process, once this transaction has committed.</summary>
    public void Announce(string topic) => (_announced ??= []).Add(topic);

    /// <summary>
    /// Rows that are written together with others of their kind when this transaction commits, or at <see cref="WriteLater"/>: in one statement
    /// instead of many, and what that locks stays locked for the shortest time. Kinds are written in the order of their first row.
    /// </summary>
    /// <param name="write">a method, which names the kind</param>
    public void Later<T>(T row, Func<Tx, IReadOnlyList<T>, Task> write)
    {
        _later ??= [];
        if (!_later.TryGetValue(write, out var later)) _later[write] = later = new PutOff<T>(write);
        ((PutOff<T>)later).Rows.Add(row);
    }

    /// <summary>Writes what was put off, for a statement that reads or changes it.</summary>
    public async Task WriteLater()
    {
        if (Interlocked.Exchange(ref _later, null) is not { } kinds) return;
        foreach (var kind in kinds.Values) await kind.Write(this);
    }

    private abstract class PutOff
    {
        public abstract Task Write(Tx tx);
    }

    private sealed class PutOff<T>(Func<Tx, IReadOnlyList<T>, Task> write) : PutOff
    {
        public List<T> Rows { get; } = [];
        public override Task Write(Tx tx) => write(tx, Rows);
    }

    public async Task Commit()
    {
        await WriteLater();
        if (_closing is null && _transaction is null) return;
        if (_closing is null) await _transaction!.CommitAsync(CancellationToken.None);
        else await _closing.Run(await Open(), last: "COMMIT");
        await DisposeAsync();
        foreach (var topic in _announced ?? []) database.Signal(topic).Set();
    }

    private CommandDefinition Spoken(string sql, object? args)
    {
        var (text, parameters) = Lists.Spoken(IsPostgres, sql, args);
        return new(text, parameters, _transaction);
    }

    private async Task<DbConnection> Ready()
    {
        var connection = await Open();
        if (_closing is { } closing)
        {
            _closing = null;
            await closing.Run(connection, last: null);
        }
        return connection;
    }

    private async Task<DbConnection> Open()
    {
        if (_connection is null) (_connection, _transaction) = await database.Open(writes, isGlance, Cancel);
        return _connection;
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is null) return;
        var (connection, transaction) = (_connection, _transaction);
        (_connection, _transaction) = (null, null);
        try
        {
            if (transaction is not null) await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
        finally
        {
            if (writes) database.Released();
        }
    }
}

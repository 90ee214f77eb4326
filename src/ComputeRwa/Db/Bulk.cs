using System.Globalization;
using System.Text;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;
using SQLitePCL;

namespace ComputeRwa.Db;

/// <summary>
/// Inserts any number of rows by one statement whose text is always the same: PostgreSQL takes each column as an array, or copies the rows where
/// there are many; SQLite prepares once.
/// </summary>
/// <param name="into"><c>INSERT INTO</c> and the table</param>
/// <param name="otherwise">such as <c>ON CONFLICT (id) DO NOTHING</c></param>
internal sealed class Bulk<T>(string into, string otherwise = "")
{
    /// <summary>From here on a copy is worth its round trips.</summary>
    private const int Many = 200;

    private readonly List<Column> _columns = [];

    public Bulk<T> Text(string column, Func<T, string?> value) => Add(new TextColumn(column, value));

    public Bulk<T> Number(string column, Func<T, long?> value) => Add(new NumberColumn(column, value));

    public Bulk<T> Bytes(string column, Func<T, byte[]?> value) => Add(new BytesColumn(column, value));

    private Bulk<T> Add(Column column)
    {
        _columns.Add(column);
        return this;
    }

    /// <returns>rows that were inserted</returns>
    public async Task<int> Insert(Tx tx, IReadOnlyCollection<T> rows)
    {
        if (rows.Count == 0) return 0;
        if (!tx.IsPostgres) return await Repeat(tx, rows);
        return rows.Count >= Many && otherwise.Length == 0 ? await Copy(tx, rows) : await tx.Execute(OfArrays, Arrays(rows));
    }

    /// <summary>The same, together with the commit: see <see cref="Tx.Send"/>.</summary>
    public async Task Send(Tx tx, IReadOnlyCollection<T> rows)
    {
        if (rows.Count == 0) return;
        if (tx.IsPostgres) await tx.Send(OfArrays, Arrays(rows));
        else await Repeat(tx, rows);
    }

    private string OfArrays => $"{into} ({Names}) SELECT * FROM unnest({Places("@c")}) {otherwise}";

    private string Names => string.Join(", ", _columns.Select(c => c.Name));

    private string Places(string prefix) => string.Join(", ", _columns.Select((_, i) => Place(prefix, i)));

    private static string Place(string prefix, int column) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{column + 1}");

    private DynamicParameters Arrays(IReadOnlyCollection<T> rows)
    {
        var arrays = new DynamicParameters();
        foreach (var (column, i) in _columns.Select((c, i) => (c, i))) arrays.Add(Place("@c", i), column.Array(rows));
        return arrays;
    }

    private async Task<int> Copy(Tx tx, IReadOnlyCollection<T> rows)
    {
        var (connection, _) = await tx.Raw();
        var copying = $"{into.Replace("INSERT INTO", "COPY", StringComparison.Ordinal)} ({Names}) FROM STDIN (FORMAT BINARY)";
        await using var copy = await ((NpgsqlConnection)connection).BeginBinaryImportAsync(copying);
        foreach (var row in rows)
        {
            await copy.StartRowAsync();
            foreach (var column in _columns) await column.Write(copy, row);
        }
        return (int)await copy.CompleteAsync();
    }

    // By SQLite's own functions: the provider looks each parameter up by its name, in each row again.
    private async Task<int> Repeat(Tx tx, IReadOnlyCollection<T> rows)
    {
        var (connection, _) = await tx.Raw();
        var database = ((SqliteConnection)connection).Handle!;
        Check(raw.sqlite3_prepare_v2(database, $"{into} ({Names}) VALUES ({Places("?")}) {otherwise}", out var statement), database);
        using (statement)
        {
            var before = raw.sqlite3_total_changes(database);
            foreach (var row in rows)
            {
                for (var i = 0; i < _columns.Count; i++) Check(_columns[i].Bind(statement, i + 1, row), database);
                var result = raw.sqlite3_step(statement);
                if (result != raw.SQLITE_DONE) Check(result, database);
                Check(raw.sqlite3_reset(statement), database);
            }
            return raw.sqlite3_total_changes(database) - before;
        }
    }

    private static void Check(int result, sqlite3 database)
    {
        if (result != raw.SQLITE_OK) SqliteException.ThrowExceptionForRC(result, database);
    }

    private abstract class Column(string name)
    {
        public string Name => name;
        public abstract object Array(IEnumerable<T> rows);
        public abstract Task Write(NpgsqlBinaryImporter copy, T row);
        public abstract int Bind(sqlite3_stmt statement, int place, T row);
    }

    private sealed class TextColumn(string name, Func<T, string?> value) : Column(name)
    {
        private const int Most = 1 << 16;

        [ThreadStatic]
        private static byte[]? _utf8;

        public override object Array(IEnumerable<T> rows) => rows.Select(value).ToArray();

        public override Task Write(NpgsqlBinaryImporter copy, T row) =>
            value(row) is { } text ? copy.WriteAsync(text, NpgsqlDbType.Text) : copy.WriteNullAsync();

        public override int Bind(sqlite3_stmt statement, int place, T row)
        {
            if (value(row) is not { } text) return raw.sqlite3_bind_null(statement, place);
            // Of no bytes at all there is no address, and SQLite would take them for NULL.
            if (text.Length == 0 || Encoding.UTF8.GetMaxByteCount(text.Length) > Most) return raw.sqlite3_bind_text(statement, place, text);
            var utf8 = _utf8 ??= new byte[Most];
            return raw.sqlite3_bind_text(statement, place, utf8.AsSpan(0, Encoding.UTF8.GetBytes(text, utf8)));
        }
    }

    private sealed class NumberColumn(string name, Func<T, long?> value) : Column(name)
    {
        public override object Array(IEnumerable<T> rows) => rows.Select(value).ToArray();

        public override Task Write(NpgsqlBinaryImporter copy, T row) =>
            value(row) is { } number ? copy.WriteAsync(number, NpgsqlDbType.Bigint) : copy.WriteNullAsync();

        public override int Bind(sqlite3_stmt statement, int place, T row) =>
            value(row) is { } number ? raw.sqlite3_bind_int64(statement, place, number) : raw.sqlite3_bind_null(statement, place);
    }

    private sealed class BytesColumn(string name, Func<T, byte[]?> value) : Column(name)
    {
        public override object Array(IEnumerable<T> rows) => rows.Select(value).ToArray();

        public override Task Write(NpgsqlBinaryImporter copy, T row) =>
            value(row) is { } bytes ? copy.WriteAsync(bytes, NpgsqlDbType.Bytea) : copy.WriteNullAsync();

        public override int Bind(sqlite3_stmt statement, int place, T row) =>
            value(row) is { } bytes ? raw.sqlite3_bind_blob(statement, place, bytes) : raw.sqlite3_bind_null(statement, place);
    }
}

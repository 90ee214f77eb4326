using System.Data.Common;
using System.Globalization;
using Dapper;

namespace ComputeRwa.Db;

/// <summary>Inserts any number of rows by one statement whose text is always the same: PostgreSQL takes each column as an array, SQLite prepares once.</summary>
/// <param name="into"><c>INSERT INTO</c> and the table</param>
internal sealed class Bulk<T>(string into)
{
    private readonly List<(string Name, Func<T, object?> Value, Func<IEnumerable<T>, object> Array)> _columns = [];

    public Bulk<T> Text(string column, Func<T, string?> value)
    {
        _columns.Add((column, value, rows => rows.Select(value).ToArray()));
        return this;
    }

    public Bulk<T> Number(string column, Func<T, long?> value)
    {
        _columns.Add((column, row => value(row), rows => rows.Select(value).ToArray()));
        return this;
    }

    public Bulk<T> Bytes(string column, Func<T, byte[]?> value)
    {
        _columns.Add((column, value, rows => rows.Select(value).ToArray()));
        return this;
    }

    public async Task Insert(Tx tx, IReadOnlyCollection<T> rows)
    {
        if (rows.Count == 0) return;
        if (tx.IsPostgres) await tx.Execute($"{into} ({Names}) SELECT * FROM unnest({Places})", Arrays(rows));
        else await Repeat(tx, rows);
    }

    private string Names => string.Join(", ", _columns.Select(c => c.Name));

    private string Places => string.Join(", ", _columns.Select((_, i) => Place(i)));

    private static string Place(int column) => string.Create(CultureInfo.InvariantCulture, $"@c{column}");

    private DynamicParameters Arrays(IReadOnlyCollection<T> rows)
    {
        var arrays = new DynamicParameters();
        foreach (var (column, i) in _columns.Select((c, i) => (c, i))) arrays.Add(Place(i), column.Array(rows));
        return arrays;
    }

    private async Task Repeat(Tx tx, IReadOnlyCollection<T> rows)
    {
        var (connection, transaction) = await tx.Raw();
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"{into} ({Names}) VALUES ({Places})";
        var places = _columns.Select((_, i) => Parameter(command, Place(i))).ToList();
        foreach (var row in rows)
        {
            foreach (var (place, column) in places.Zip(_columns)) place.Value = column.Value(row) ?? DBNull.Value;
            await command.ExecuteNonQueryAsync();
        }
    }

    private static DbParameter Parameter(DbCommand command, string name)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        command.Parameters.Add(parameter);
        return parameter;
    }
}

using System.Data.Common;
using System.Globalization;
using Dapper;

namespace ComputeRwa.Db;

/// <summary>Inserts any number of rows by one statement whose text is always the same: PostgreSQL takes each column as an array, SQLite prepares once.</summary>
/// <param name="into"><c>INSERT INTO</c> and the table</param>
/// <param name="otherwise">such as <c>ON CONFLICT (id) DO NOTHING</c></param>
internal sealed class Bulk<T>(string into, string otherwise = "")
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

    /// <returns>rows that were inserted</returns>
    public async Task<int> Insert(Tx tx, IReadOnlyCollection<T> rows)
    {
        if (rows.Count == 0) return 0;
        return tx.IsPostgres ? await tx.Execute(OfArrays, Arrays(rows)) : await Repeat(tx, rows);
    }

    /// <summary>The same, together with the commit: see <see cref="Tx.Send"/>.</summary>
    public async Task Send(Tx tx, IReadOnlyCollection<T> rows)
    {
        if (rows.Count == 0) return;
        if (tx.IsPostgres) await tx.Send(OfArrays, Arrays(rows));
        else await Repeat(tx, rows);
    }

    private string OfArrays => $"{into} ({Names}) SELECT * FROM unnest({Places}) {otherwise}";

    private string Names => string.Join(", ", _columns.Select(c => c.Name));

    private string Places => string.Join(", ", _columns.Select((_, i) => Place(i)));

    private static string Place(int column) => string.Create(CultureInfo.InvariantCulture, $"@c{column}");

    private DynamicParameters Arrays(IReadOnlyCollection<T> rows)
    {
        var arrays = new DynamicParameters();
        foreach (var (column, i) in _columns.Select((c, i) => (c, i))) arrays.Add(Place(i), column.Array(rows));
        return arrays;
    }

    private async Task<int> Repeat(Tx tx, IReadOnlyCollection<T> rows)
    {
        var (connection, transaction) = await tx.Raw();
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"{into} ({Names}) VALUES ({Places}) {otherwise}";
        var places = _columns.Select((_, i) => Parameter(command, Place(i))).ToList();
        var inserted = 0;
        foreach (var row in rows)
        {
            foreach (var (place, column) in places.Zip(_columns)) place.Value = column.Value(row) ?? DBNull.Value;
            inserted += await command.ExecuteNonQueryAsync();
        }
        return inserted;
    }

    private static DbParameter Parameter(DbCommand command, string name)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        command.Parameters.Add(parameter);
        return parameter;
    }
}

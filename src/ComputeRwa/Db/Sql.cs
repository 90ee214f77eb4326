using System.Globalization;
using System.Text;
using Dapper;

namespace ComputeRwa.Db;

internal static class Sql
{
    /// <summary>Rows of a VALUES list and their parameters; both engines call its columns column1, column2, …</summary>
    public static (string Values, DynamicParameters Args) Values(IEnumerable<object?[]> rows)
    {
        var (text, args, row) = (new StringBuilder(), new DynamicParameters(), 0);
        foreach (var cells in rows)
        {
            text.Append(row == 0 ? "(" : ", (");
            for (var i = 0; i < cells.Length; i++)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"v{row}_{i}");
                args.Add(name, cells[i]);
                text.Append(i == 0 ? "@" : ", @").Append(name);
            }
            text.Append(')');
            row++;
        }
        return (text.ToString(), args);
    }
}

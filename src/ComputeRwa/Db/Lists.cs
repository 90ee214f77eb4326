using System.Collections;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dapper;

namespace ComputeRwa.Db;

/// <summary>
/// <c>IN @ids</c> as each engine takes a list of any length in one parameter: PostgreSQL an array, SQLite JSON. Dapper would spell the list out,
/// and SQLite takes at most 32,766 parameters.
/// </summary>
internal static partial class Lists
{
    public static (string Sql, object? Args) Spoken(bool isPostgres, string sql, object? args)
    {
        if (args is null || !InList().IsMatch(sql)) return (sql, args);
        if (isPostgres) return (InList().Replace(sql, m => m.Groups["not"].Success ? $"<> ALL({m.Groups["list"]})" : $"= ANY({m.Groups["list"]})"), args);
        var lists = InList().Matches(sql).Select(m => m.Groups["list"].Value[1..]).ToHashSet();
        var parameters = new DynamicParameters();
        foreach (var property in args.GetType().GetProperties())
        {
            var value = property.GetValue(args);
            parameters.Add(property.Name, lists.Contains(property.Name) ? JsonSerializer.Serialize((IEnumerable)value!) : value);
        }
        return (InList().Replace(sql, m => $"{(m.Groups["not"].Success ? "NOT " : "")}IN (SELECT value FROM json_each({m.Groups["list"]}))"), parameters);
    }

    [GeneratedRegex(@"\b(?<not>NOT\s+)?IN\s+(?<list>@\w+)")]
    private static partial Regex InList();
}

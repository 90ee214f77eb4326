using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using Dapper;

namespace ComputeRwa.Db;

/// <summary>PostgreSQL only: statements that are sent together, in their order. One that fails lets none behind it run, a commit neither.</summary>
internal sealed partial class Closing
{
    private static readonly ConcurrentDictionary<(string Sql, int Place), string> Texts = new();

    private readonly List<string> _statements = [];
    private readonly DynamicParameters _parameters = new();

    public void Add(string sql, object args)
    {
        var place = _statements.Count;
        // They share one list of parameters, so each parameter is named after its statement too.
        _statements.Add(Texts.GetOrAdd((sql, place), static at => Name().Replace(at.Sql, m => m.Value + Suffix(at.Place))));
        if (args is DynamicParameters many)
            foreach (var name in many.ParameterNames) _parameters.Add(name + Suffix(place), many.Get<object>(name));
        else
            foreach (var property in args.GetType().GetProperties()) _parameters.Add(property.Name + Suffix(place), property.GetValue(args));
    }

    public async Task Run(DbConnection connection, string? last)
    {
        if (last is not null) _statements.Add(last);
        await connection.ExecuteAsync(string.Join(";\n", _statements), _parameters);
    }

    private static string Suffix(int place) => string.Create(CultureInfo.InvariantCulture, $"_{place}");

    [GeneratedRegex(@"@\w+")]
    private static partial Regex Name();
}

using System.Security.Cryptography;
using System.Text;

namespace ComputeRwa.Db;

/// <summary>
/// Applies the embedded scripts in order, each in its own transaction: <c>NNNN_name.sql</c> for both engines, or
/// <c>NNNN_name.sqlite.sql</c> and <c>NNNN_name.postgres.sql</c> where they must differ. Bytes are BYTEA, which SQLite is given as
/// BLOB: under any other name it stores them all the same, but reports the column of an empty result as text.
/// </summary>
internal static class Migrator
{
    private const string Turn = "migrations";

    /// <summary>Several processes may start at once: one applies a script, the others wait for it.</summary>
    /// <returns>how many scripts were applied here</returns>
    /// <exception cref="InvalidOperationException">A script that was applied before has since been edited or removed.</exception>
    public static async Task<int> Migrate(Database database, DateTimeOffset now)
    {
        var applied = await Applied(database);
        var scripts = Scripts(database.IsPostgres);
        foreach (var (name, hash) in applied)
        {
            var script = scripts.FirstOrDefault(s => s.Name == name)
                ?? throw new InvalidOperationException($"Migration {name} was applied to this database but is not in this program.");
            if (script.Sha256 != hash) throw new InvalidOperationException($"Migration {name} was edited after it had been applied.");
        }
        var done = 0;
        foreach (var script in scripts.Where(s => !applied.ContainsKey(s.Name)))
            if (await Apply(database, script, now)) done++;
        return done;
    }

    private static async Task<Dictionary<string, string>> Applied(Database database)
    {
        await using var tx = database.Write();
        await tx.TakeTurn(Turn);
        await tx.Execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, sha256 TEXT NOT NULL, applied_at BIGINT NOT NULL)");
        var rows = await tx.Query<(string Name, string Sha256)>("SELECT name, sha256 FROM migrations");
        await tx.Commit();
        return rows.ToDictionary(r => r.Name, r => r.Sha256);
    }

    /// <returns>false when another process that started with this one was faster.</returns>
    private static async Task<bool> Apply(Database database, Script script, DateTimeOffset now)
    {
        await using var tx = database.Write();
        await tx.TakeTurn(Turn);
        if (await tx.Single<bool>("SELECT EXISTS (SELECT 1 FROM migrations WHERE name = @Name)", new { script.Name })) return false;
        await tx.Execute(database.IsPostgres ? script.Sql : script.Sql.Replace(" BYTEA", " BLOB", StringComparison.Ordinal));
        await tx.Execute("INSERT INTO migrations (name, sha256, applied_at) VALUES (@Name, @Sha256, @now)", new { script.Name, script.Sha256, now });
        await tx.Commit();
        return true;
    }

    private static List<Script> Scripts(bool postgres)
    {
        var other = postgres ? ".sqlite.sql" : ".postgres.sql";
        var assembly = typeof(Migrator).Assembly;
        return [.. assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith("Migrations/", StringComparison.Ordinal) && !n.EndsWith(other, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(n => Read(assembly.GetManifestResourceStream(n)!, n["Migrations/".Length..]))];
    }

    private static Script Read(Stream stream, string name)
    {
        using var reader = new StreamReader(stream);
        var sql = reader.ReadToEnd();
        return new(name, sql, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql))));
    }

    private sealed record Script(string Name, string Sql, string Sha256);
}

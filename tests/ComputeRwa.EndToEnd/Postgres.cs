using Npgsql;

namespace ComputeRwa.EndToEnd;

/// <summary>Databases on the server that COMPUTERWA_TEST_POSTGRES names; scripts/test.sh starts one and names it.</summary>
internal static class Postgres
{
    private static string Server => Environment.GetEnvironmentVariable("COMPUTERWA_TEST_POSTGRES") is { Length: > 0 } server ? server
        : throw new InvalidOperationException("COMPUTERWA_TEST_POSTGRES names no server: scripts/postgres.sh starts one and prints what to set it to.");

    /// <returns>what Db:Url takes</returns>
    public static async Task<string> CreateDatabase(string? server = null)
    {
        server ??= Server;
        var name = $"computerwa_{Guid.NewGuid():n}";
        await Execute(server, $"CREATE DATABASE {name} TEMPLATE template0");
        return $"postgres:{new NpgsqlConnectionStringBuilder(server) { Database = name }}";
    }

    public static Task DropDatabase(string url) =>
        Execute(Server, $"DROP DATABASE {new NpgsqlConnectionStringBuilder(url["postgres:".Length..]).Database} WITH (FORCE)");

    /// <param name="url">what Db:Url takes</param>
    /// <returns>the first value of the first row</returns>
    public static Task<string?> Ask(string url, string sql) => Execute(url["postgres:".Length..], sql);

    /// <returns>the first value of each row</returns>
    public static async Task<List<string>> List(string url, string sql)
    {
        await using var connection = new NpgsqlConnection(url["postgres:".Length..]);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var values = new List<string>();
        while (await reader.ReadAsync()) values.Add(reader.GetString(0));
        return values;
    }

    private static async Task<string?> Execute(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (await command.ExecuteScalarAsync())?.ToString();
    }
}

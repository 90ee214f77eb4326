using Npgsql;

namespace ComputeRwa.EndToEnd;

/// <summary>Databases on the server that COMPUTERWA_TEST_POSTGRES names; scripts/test.sh starts one and names it.</summary>
internal static class Postgres
{
    private static string Server => Environment.GetEnvironmentVariable("COMPUTERWA_TEST_POSTGRES") is { Length: > 0 } server ? server
        : throw new InvalidOperationException("COMPUTERWA_TEST_POSTGRES names no server: scripts/postgres.sh starts one and prints what to set it to.");

    /// <returns>what Db:Url takes</returns>
    public static async Task<string> CreateDatabase()
    {
        var name = $"computerwa_{Guid.NewGuid():n}";
        await Execute($"CREATE DATABASE {name} TEMPLATE template0");
        return $"postgres:{new NpgsqlConnectionStringBuilder(Server) { Database = name }}";
    }

    public static Task DropDatabase(string url) =>
        Execute($"DROP DATABASE {new NpgsqlConnectionStringBuilder(url["postgres:".Length..]).Database} WITH (FORCE)");

    private static async Task Execute(string sql)
    {
        await using var connection = new NpgsqlConnection(Server);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}

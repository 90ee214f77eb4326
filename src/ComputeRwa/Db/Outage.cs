using ComputeRwa.Kernel;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace ComputeRwa.Db;

/// <summary>Tells a database that cannot work at the moment from a statement that is wrong.</summary>
internal static class Outage
{
    private const int SqliteBusy = 5;
    private const int SqliteReadOnly = 8;
    private const int SqliteInputOutput = 10;
    private const int SqliteFull = 13;
    private const int SqliteCannotOpen = 14;
    private const string SilentForTooLong = "25P03";

    // A lost connection says nothing of a commit that was under way, so no answer may claim that nothing happened.
    private const string Again = "A request with an Idempotency-Key can be sent again: it takes effect once.";

    /// <returns>null when the exception is of another kind.</returns>
    public static UnavailableException? Of(Exception exception) => exception switch
    {
        UnavailableException unavailable => unavailable,
        SqliteException { SqliteErrorCode: SqliteFull } or PostgresException { SqlState: PostgresErrorCodes.DiskFull } =>
            new("storage-full", $"The database has no space left. {Again}", exception),
        SqliteException { SqliteErrorCode: SqliteBusy or SqliteReadOnly or SqliteInputOutput or SqliteCannotOpen } => Away(exception),
        PostgresException postgres => IsAway(postgres) ? Away(postgres) : null,
        NpgsqlException { IsTransient: true } => Away(exception),
        _ => null,
    };

    /// <summary>Starting, stopping, crashed, out of something, unreadable; or it has ended this connection because it was silent for too long.</summary>
    private static bool IsAway(PostgresException e) =>
        e.SqlState[..2] is "08" or "53" or "57" or "58" || e.SqlState == SilentForTooLong;

    private static UnavailableException Away(Exception e) => new("database-unavailable", $"The database does not answer. {Again}", e);
}

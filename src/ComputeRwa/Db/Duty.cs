namespace ComputeRwa.Db;

/// <summary>
/// Work that one process at a time does, however many run. Who takes it holds it for a term of the database's clock, and keeps it by taking it
/// again; with each new holder its token grows. Every write of the work calls <see cref="Hold"/> in its own transaction, so whoever was paused
/// past its term changes nothing once another has taken over. SQLite belongs to one process: there a term is over at once, and a restarted
/// program waits for nobody.
/// </summary>
/// <param name="clock">for its time stamps; what the database says of the time is the database's own</param>
internal sealed class Duty(Database database, string name, TimeSpan term, TimeProvider clock)
{
    public static readonly TimeSpan Term = TimeSpan.FromSeconds(2);

    private readonly string _now = database.Now;
    private readonly long _milliseconds = database.IsPostgres ? (long)term.TotalMilliseconds : 0;
    private volatile Grip? _grip;

    public string Name => name;

    /// <summary>
    /// Which tenure this is; null while it is not held. What a holder remembers of an earlier one is worth nothing: others may have done the work
    /// in between, even if it never noticed.
    /// </summary>
    public long? Tenure => _grip?.Token;

    /// <summary>
    /// Whether nobody else can have taken it yet, by this machine's clock: what leaves the database, such as a broadcast, is done only then.
    /// A write needs <see cref="Hold"/>.
    /// </summary>
    public bool Stands => _grip is { } grip && (!database.IsPostgres || clock.GetElapsedTime(grip.Since) < term);

    /// <summary>Takes the duty or keeps it, which costs a write only when a third of the term has passed.</summary>
    /// <returns>false while another holds it.</returns>
    public async Task<bool> Take()
    {
        if (_grip is { } held && (!database.IsPostgres || clock.GetElapsedTime(held.Since) < term / 3)) return true;
        if (!await IsFree())
        {
            _grip = null;
            return false;
        }
        var since = clock.GetTimestamp();
        await using var tx = database.Write();
        var token = await tx.First<long?>(
            $"""
            INSERT INTO duties (name, holder, token, until) VALUES (@name, @holder, 1, {_now} + @term)
            ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until,
                token = CASE WHEN duties.holder = excluded.holder THEN duties.token ELSE duties.token + 1 END
            WHERE duties.holder = excluded.holder OR duties.until <= {_now}
            RETURNING token
            """,
            new { name, holder = database.Replica, term = _milliseconds });
        await tx.Commit();
        _grip = token is { } taken ? new(taken, since) : null;
        return token is not null;
    }

    /// <summary>Makes the transaction one of the holder's: a takeover waits for its end. A paused holder's is ended by the server after a term.</summary>
    /// <exception cref="DutyLostException">Another has taken the duty, or it was never taken here.</exception>
    public async Task Hold(Tx tx)
    {
        var guard = database.IsPostgres ? ", set_config('idle_in_transaction_session_timeout', @timeout, true)" : "";
        var held = _grip is { } grip && await tx.First<long?>(
            $"SELECT token{guard} FROM duties WHERE name = @name AND token = @Token {(database.IsPostgres ? "FOR SHARE" : "")}",
            new { name, grip.Token, timeout = $"{_milliseconds}ms" }) is not null;
        if (held) return;
        _grip = null;
        throw new DutyLostException(name);
    }

    /// <summary>Takes it again and again while it is held, so that a long step does not lose it.</summary>
    public async Task Keep(CancellationToken stop)
    {
        while (database.IsPostgres)
        {
            await Task.Delay(term / 3, clock, stop);
            if (_grip is not null) await Take();
        }
    }

    /// <summary>Lets another take it at once.</summary>
    public async Task Release()
    {
        if (_grip is not { } grip) return;
        _grip = null;
        await using var tx = database.Write();
        await tx.Execute("UPDATE duties SET until = 0 WHERE name = @name AND token = @Token", new { name, grip.Token });
        await tx.Commit();
    }

    // A plain look first: an upsert would wait for the holder's open transactions only to learn that it must not.
    private async Task<bool> IsFree()
    {
        await using var tx = database.Read();
        return await tx.First<bool?>($"SELECT holder = @holder OR until <= {_now} FROM duties WHERE name = @name", new { name, holder = database.Replica }) ?? true;
    }

    /// <param name="Since">by this machine's monotonic clock, from before the database was asked</param>
    private sealed record Grip(long Token, long Since);
}

/// <summary>Another process does this work now; what this one was about to write is not written.</summary>
internal sealed class DutyLostException(string name) : Exception($"Another process has taken over {name}.");

namespace ComputeRwa.EndToEnd;

/// <summary>A PostgreSQL of its own, which a test may stop and start.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private readonly string _name = $"postgres-{Guid.NewGuid().ToString("n")[..8]}";

    /// <summary>What Npgsql takes.</summary>
    public string Connection { get; private set; } = "";

    /// <exception cref="InvalidOperationException">It did not start; the message says why.</exception>
    public static async Task<PostgresServer> Start()
    {
        var server = new PostgresServer();
        await server.Do("start_postgres {0}");
        server.Connection = (await File.ReadAllTextAsync(Path.Combine(Repository.Root, ".run", $"{server._name}.connection"))).Trim();
        return server;
    }

    /// <summary>As pg_ctl stop -m immediate: without a checkpoint, so that it has to recover.</summary>
    public Task StopAtOnce() => Do("stop {0} QUIT");

    /// <summary>As pg_ctl stop -m fast: open transactions are rolled back.</summary>
    public Task Stop() => Do("stop {0} INT");

    /// <summary>SIGKILL of the postmaster; returns when the processes that it had started have noticed and ended.</summary>
    public Task Kill() => Do(
        """
        pid=$(alive {0})
        children=$(grep -ls "^PPid:[[:space:]]*$pid\$" /proc/[0-9]*/status | cut -d/ -f3 || true)
        kill -9 "$pid"
        for child in $children; do while grep -qs '^State:.[^ZX]' "/proc/$child/status"; do sleep 0.05; done; done
        """);

    public Task GoOn() => Do("serve_postgres {0}");

    public async ValueTask DisposeAsync() => await Do("stop_postgres {0}");

    private async Task Do(string command)
    {
        var (exit, output) = await Shell.Run($"set -euo pipefail; source scripts/lib.sh; {string.Format(System.Globalization.CultureInfo.InvariantCulture, command, _name)}", []);
        if (exit != 0) throw new InvalidOperationException($"{command}: {output}");
    }
}

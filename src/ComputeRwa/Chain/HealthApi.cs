using System.Data.Common;
using System.Globalization;
using System.Reflection;
using System.Text;
using ComputeRwa.Db;
using ComputeRwa.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Chain;

/// <summary>One thing that must be so before this program can do its work. <c>Detail</c> says what is wrong, or how it stands.</summary>
internal sealed record HealthCheck(string Name, bool Ready, string Detail);

internal sealed record HealthView(bool Ready, string NethereumSource, IReadOnlyList<HealthCheck> Checks);

internal static class HealthApi
{
    private static readonly TimeSpan OldestHead = TimeSpan.FromSeconds(15);
    private const long MostLag = 5;
    private const long LeastSpace = 4 << 20;

    private static readonly string NethereumSource = typeof(HealthApi).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(a => a.Key == "NethereumSource")?.Value ?? "unknown";

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("").WithTags("Health").WithMetadata(new NeedsNoChain());
        health.MapGet("/health/live", () => TypedResults.Text("live")).WithSummary("The process answers");
        health.MapGet("/health/ready", Ready).WithSummary("Whether everything this program needs is there; names what is not")
            .Produces<HealthView>().Produces<HealthView>(StatusCodes.Status503ServiceUnavailable);
        health.MapGet("/metrics", Metrics).WithSummary("Counts and gauges in Prometheus text format");
    }

    private static async Task<JsonHttpResult<HealthView>> Ready(Tx tx, Database database, ChainStatus status)
    {
        List<HealthCheck> checks = [await CheckDatabase(tx, database), CheckHead(status), CheckJob("sender", status.SenderProblem), CheckWatcher(status)];
        var ready = checks.TrueForAll(c => c.Ready);
        return TypedResults.Json(new HealthView(ready, NethereumSource, checks), statusCode: ready ? 200 : 503);
    }

    private static async Task<HealthCheck> CheckDatabase(Tx tx, Database database)
    {
        try
        {
            await tx.Single<long>("SELECT 1");
            if (database.SpaceLeft is < LeastSpace and var left) return new("database", false, $"SQLite; {left} bytes are left on its disk");
            return new("database", true, tx.IsPostgres ? "PostgreSQL" : "SQLite");
        }
        catch (DbException e)
        {
            return new("database", false, e.Message);
        }
    }

    private static HealthCheck CheckHead(ChainStatus status) => status.HeadAge is not { } age
        ? new("chain", false, "the node has not answered yet")
        : new("chain", age < OldestHead, string.Create(CultureInfo.InvariantCulture, $"block {status.Head!.Number}, seen {age.TotalSeconds:0.0} s ago"));

    private static HealthCheck CheckJob(string name, string? problem) => new(name, problem is null, problem ?? "running");

    private static HealthCheck CheckWatcher(ChainStatus status)
    {
        if (status.WatcherProblem is { } problem) return new("watcher", false, problem);
        var lag = Lag(status);
        return new("watcher", lag <= MostLag, $"{lag} blocks behind{(status.LooksOn ? "; another replica reads the chain" : "")}");
    }

    private static long Lag(ChainStatus status) => Math.Max(0, (status.Head?.Number ?? 0) - (status.ProjectedThrough ?? 0));

    private static async Task<ContentHttpResult> Metrics(Tx tx, ChainStatus status, Gauges gauges)
    {
        var counts = await OutboxStore.CountByState(tx);
        var text = new StringBuilder();
        Write("computerwa_transactions", "gauge", "Transactions by state.", [.. TransactionState.All.Select(s => ($"{{state=\"{s}\"}}", counts.GetValueOrDefault(s)))]);
        Write("computerwa_outbox_depth", "gauge", "Transactions queued and not yet signed.", [("", counts.GetValueOrDefault(TransactionState.Queued))]);
        Write("computerwa_chain_head_block", "gauge", "Latest block seen.", [("", status.Head?.Number ?? 0)]);
        Write("computerwa_watcher_lag_blocks", "gauge", "Blocks between the head and the last block in the projections.", [("", Lag(status))]);
        Write("computerwa_ready", "gauge", "1 when sender and watcher can go on.", [("", status is { SenderProblem: null, WatcherProblem: null } ? 1 : 0)]);
        foreach (var shown in gauges.All) Write(shown.Name, shown.Type, shown.Help, [("", shown.Value)]);
        return TypedResults.Text(text.ToString(), "text/plain; version=0.0.4");

        void Write(string name, string type, string help, (string Labels, long Value)[] samples)
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");
            foreach (var (labels, value) in samples) text.Append(CultureInfo.InvariantCulture, $"{name}{labels} {value}\n");
        }
    }
}

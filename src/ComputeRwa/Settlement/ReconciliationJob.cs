using System.Globalization;
using System.Text.Json;
using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;

namespace ComputeRwa.Settlement;

/// <summary>How often books, chain and evidence are compared; zero for never.</summary>
internal sealed record ReconciliationSchedule(TimeSpan Every)
{
    /// <exception cref="InvalidOperationException">The setting is not acceptable; the message names it.</exception>
    public static ReconciliationSchedule Read(IConfiguration config) => config["Reconciliation:Minutes"] is not { Length: > 0 } text ? new(TimeSpan.FromMinutes(10))
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) && minutes <= 10_000 ? new(TimeSpan.FromMinutes(minutes))
        : throw new InvalidOperationException("Reconciliation:Minutes must be a whole number, 0 for never.");
}

/// <summary>
/// Compares books, chain and evidence on a schedule. What is found is kept, shown at /metrics, and told in the feed when it has changed. Replicas
/// take turns: whoever finds the last comparison old enough makes the next.
/// </summary>
internal sealed class ReconciliationJob(Database database, Reconciler reconciler, ReconciliationSchedule schedule, Gauges gauges, TimeProvider time, ILogger<ReconciliationJob> log)
    : ChainJob(log)
{
    private const int Epochs = 100;
    private const int MostTold = 20;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(30);

    private readonly Duty _duty = new(database, "reconciler", Longest, time);

    protected override Task Wait(TimeSpan? backOff, CancellationToken stop) =>
        Task.Delay(schedule.Every == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : backOff ?? (schedule.Every < Look ? schedule.Every : Look), stop);

    protected override void Report(string? problem) =>
        gauges.Set("computerwa_reconciliation_failing", "1 when the last scheduled reconciliation could not be made.", problem is null ? 0 : 1);

    public override async Task<bool> Step()
    {
        if (schedule.Every == TimeSpan.Zero) return false;
        ReconciliationRow? last;
        await using (var tx = database.Read()) last = await ReconciliationStore.Last(tx);
        if (last is not null) Show(last);
        if (last is not null && DateTimeOffset.UtcNow - last.RanAt < schedule.Every) return false;
        await Run(last);
        Report(null);
        return false;
    }

    /// <summary>Compares now, keeps what was found, and tells of it when it differs from what was found before.</summary>
    /// <returns>null while there is nothing that could be compared, or another replica does it</returns>
    public async Task<ReconciliationRow?> Run(ReconciliationRow? last)
    {
        if (!await _duty.Take()) return null;
        try
        {
            return await Compare(last);
        }
        finally
        {
            await _duty.Release();
        }
    }

    private async Task<ReconciliationRow?> Compare(ReconciliationRow? last)
    {
        ProjectedBlock block;
        List<Check> checks;
        await using (var tx = database.Read())
        {
            if (!(await reconciler.Run(tx, Epochs)).Ok(out var found, out _)) return null;
            (block, checks) = found;
        }
        var differences = checks.SelectMany(c => c.Differences).ToList();
        var first = differences.Take(MostTold).ToList();
        var row = new ReconciliationRow(DateTimeOffset.UtcNow, block.Number, checks.Sum(c => c.Compared), differences.Count, JsonSerializer.Serialize(first, JsonSerializerOptions.Web));
        await using (var tx = database.Write())
        {
            await _duty.Hold(tx);
            await ReconciliationStore.Insert(tx, row);
            await ReconciliationStore.Forget(tx, row.RanAt - Kept);
            if (row.Differences != (last?.Differences ?? 0) || !Same(first, last))
            {
                var type = differences.Count == 0 ? "reconciliation.balanced" : "reconciliation.differs";
                Feed.Append(tx, type, "reconciliation", new { block = row.Block, count = row.Differences, differences = first }, time.Now());
            }
            await tx.Commit();
        }
        Show(row);
        if (differences.Count > 0) log.LogError("Books, chain and evidence differ in {Count} places as of block {Block}; the first is {First}", differences.Count, block.Number, differences[0]);
        return row;
    }

    /// <summary>Whether they are those found before, of whichever block.</summary>
    private static bool Same(IEnumerable<Difference> found, ReconciliationRow? last) => found.Select(d => d with { Block = 0 })
        .SequenceEqual((JsonSerializer.Deserialize<List<Difference>>(last?.Found ?? "[]", JsonSerializerOptions.Web) ?? []).Select(d => d with { Block = 0 }));

    private void Show(ReconciliationRow row)
    {
        gauges.Set("computerwa_reconciliation_differences", "Places in which books, chain and evidence differed when they were last compared.", row.Differences);
        gauges.Set("computerwa_reconciliation_block", "Block as of which they were last compared.", row.Block);
        gauges.Set("computerwa_reconciliation_at_seconds", "When they were last compared, unix seconds.", row.RanAt.ToUnixTimeSeconds());
    }
}

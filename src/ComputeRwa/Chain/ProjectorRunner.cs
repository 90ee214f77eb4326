using ComputeRwa.Db;

namespace ComputeRwa.Chain;

/// <summary>All logs that are stored after a position; they need not be read again.</summary>
internal sealed record StoredLogs(long After, List<ChainLog> Logs)
{
    /// <summary>Those after a position, so many at most.</summary>
    public List<ChainLog> Next(long position, int most)
    {
        var (first, end) = (0, Logs.Count);
        while (first < end)
        {
            var middle = first + (end - first) / 2;
            if (Logs[middle].Position <= position) first = middle + 1;
            else end = middle;
        }
        return Logs.GetRange(first, Math.Min(most, Logs.Count - first));
    }
}

/// <summary>Hands stored logs to the projectors, each in position order and in one transaction with its own cursor.</summary>
internal sealed class ProjectorRunner(Database database, IEnumerable<IProjector> projectors)
{
    /// <summary>The turn that a rollback takes: who shares it reads projections from which no block is taken away meanwhile.</summary>
    public const string Turn = "projections";

    private const int BatchSize = 10_000;

    private readonly IReadOnlyList<IProjector> _projectors = [.. projectors];

    /// <summary>Brings every projector up to the last stored log. One that fails does not hold up the others, but it fails this run.</summary>
    /// <exception cref="AggregateException">What the projectors threw.</exception>
    /// <exception cref="DutyLostException">Another process does this now.</exception>
    /// <remarks>What is away is no projector's fault, and ends the run.</remarks>
    /// <param name="stored">just now; null when nothing was</param>
    public async Task Run(Duty duty, StoredLogs? stored, ILogger log)
    {
        var (last, cursors) = await Read();
        if (last is null) return;
        var failures = new List<Exception>();
        var read = new LogBatches(stored);
        foreach (var projector in _projectors)
        {
            try
            {
                for (var at = cursors.GetValueOrDefault(projector.Name, -1); at < last;) at = await Batch(duty, projector, at, read);
            }
            catch (Exception e) when (e is not DutyLostException && Outage.Of(e) is null)
            {
                log.LogError(e, "Projector {Projector} failed; it stands where it was", projector.Name);
                failures.Add(new InvalidOperationException($"Projector {projector.Name}: {e.Message}", e));
            }
        }
        if (failures.Count > 0) throw new AggregateException(failures);
    }

    /// <summary>Part of the transaction that forgets the blocks.</summary>
    public async Task RollBack(Tx tx, long fromBlock)
    {
        await tx.TakeTurn(Turn);
        foreach (var projector in _projectors) await projector.RollBack(tx, fromBlock);
    }

    private async Task<(long? Last, Dictionary<string, long> Cursors)> Read()
    {
        await using var tx = database.Read();
        return (await WatcherStore.LastPosition(tx), await WatcherStore.Cursors(tx));
    }

    /// <summary>
    /// Folds again, from nothing, all that the projectors have folded. The rows come out the same, or a projector has been changed; the feed is
    /// not told again.
    /// </summary>
    /// <returns>how many logs there are</returns>
    public async Task<long> Rebuild(Tx tx)
    {
        tx.IsReplay = true;
        await tx.TakeTurn(Turn);
        var (cursors, read) = (await WatcherStore.HoldCursors(tx), new LogBatches(null));
        foreach (var projector in _projectors.Where(p => cursors.ContainsKey(p.Name)))
        {
            await projector.RollBack(tx, 0);
            for (var at = -1L; at < cursors[projector.Name];)
            {
                var logs = await read.After(tx, at);
                foreach (var log in logs.TakeWhile(l => l.Position <= cursors[projector.Name])) await projector.Apply(tx, log);
                await tx.WriteLater();
                at = logs.Count > 0 ? logs[^1].Position : long.MaxValue;
            }
        }
        return await WatcherStore.CountLogs(tx);
    }

    private async Task<long> Batch(Duty duty, IProjector projector, long after, LogBatches read)
    {
        await using var tx = database.Write();
        await duty.Hold(tx);
        var logs = await read.After(tx, after);
        foreach (var log in logs) await projector.Apply(tx, log);
        var at = logs.Count > 0 ? logs[^1].Position : long.MaxValue;
        if (logs.Count > 0) await WatcherStore.MoveCursor(tx, projector.Name, at);
        await tx.Commit();
        return at;
    }

    /// <summary>What one projector was given, for the next one: they mostly stand at the same log. Nobody else takes logs away while this run has its duty.</summary>
    private sealed class LogBatches(StoredLogs? stored)
    {
        private const int Most = 4;
        private readonly Dictionary<long, List<ChainLog>> _after = [];

        public async Task<List<ChainLog>> After(Tx tx, long position)
        {
            if (_after.TryGetValue(position, out var known)) return known;
            var logs = position >= stored?.After
                ? stored.Next(position, BatchSize) : await WatcherStore.LogsAfter(tx, position, BatchSize);
            if (_after.Count < Most) _after[position] = logs;
            return logs;
        }
    }
}

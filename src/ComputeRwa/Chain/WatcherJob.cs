using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Eth.DTOs;

namespace ComputeRwa.Chain;

/// <summary>
/// Reads new blocks and the logs of our contracts, takes back what a reorganisation undid, feeds the projectors and makes
/// transactions final. What is stored always hangs together by parent hashes. One replica does it; the others look on.
/// </summary>
internal sealed class WatcherJob(
    Database database, ChainClient chain, HeadQuorum heads, ChainOptions options, ChainIdentity identity, ChainStatus status, ChainSignals signals,
    ProjectorRunner projectors, Duty duty, TimeProvider time, ILogger<WatcherJob> log) : ChainJob(log)
{
    private long _span = Watcher.FirstSpan;
    private BlockHeader? _done;
    private long? _doneIn;
    private Hash32? _lookedOn;
    private StoredLogs? _stored;
    private long? _lagsSince;
    private (BlockRange Range, BlockHeader Head, Task<Reading?> Reading)? _ahead;

    private long DeployedAt => options.Deployment.DeployedAtBlock;

    protected override Task Wait(TimeSpan? backOff, CancellationToken stop) => signals.Watcher.Wait(backOff ?? options.Poll, stop);

    protected override void Report(string? problem)
    {
        status.WatcherProblem = problem;
        if (problem is not null) _done = null;
    }

    /// <summary>One look at the head, and at most one range of blocks. True when there is more to read.</summary>
    public override async Task<bool> Step()
    {
        if (!await identity.Verified()) return false;
        var head = await heads.Latest();
        status.Saw(head);
        status.LooksOn = !await duty.Take();
        if (status.LooksOn) return await LookOn(head);
        var (known, tenure) = (_done?.Hash == head.Hash && _doneIn == duty.Tenure, duty.Tenure);
        _stored = null;
        var read = known ? Progress.Done : await Read(head);
        if (!known) await projectors.Run(duty, _stored, log);
        // At every look: a sender in another replica cannot say that it has found a receipt, and no block may follow.
        await Finalise(head);
        Report(null);
        // A block that was undone can come back with the same hash, so a head counts as done only while nothing came between.
        (_done, _doneIn) = (read == Progress.Done ? head : null, tenure);
        if (!known) signals.Sender.Set();
        return read == Progress.More;
    }

    /// <summary>Another replica reads the chain; this one's sender still wants to know of blocks.</summary>
    private async Task<bool> LookOn(BlockHeader head)
    {
        status.ProjectedThrough = (await LastBlock())?.Number;
        Report(null);
        (_done, _ahead) = (null, null);
        if (_lookedOn != head.Hash) signals.Sender.Set();
        _lookedOn = head.Hash;
        return false;
    }

    /// <param name="Blocks">those that the logs name</param>
    /// <param name="Headers">null when the chain changed while it was read</param>
    private sealed record Reading(BlockRange Range, List<ChainLog> Logs, List<(long Number, string Hash)> Blocks, List<BlockHeader>? Headers);

    private enum Progress
    {
        Done,
        More,
        /// <summary>The chain changed while it was read; look again in a moment.</summary>
        Unsteady,
    }

    private async Task<Progress> Read(BlockHeader head)
    {
        var stored = await LastBlock();
        if (stored is not null && head.Number <= stored.Number)
        {
            if (head.Hash == stored.Hash)
            {
                _lagsSince = null;
                return Progress.Done;
            }
            if (await Lags(head) || !await WasUndone(stored)) return Progress.Unsteady;
            await TakeBack(stored);
            return Progress.More;
        }
        if (Watcher.Next(stored?.Number, DeployedAt, head.Number, _span) is not { } range) return Progress.Done;
        var ahead = TakeAhead(range, head);
        if (await (ahead ?? Fetch(range, head)) is not { } read) return Progress.More;
        if (read.Headers is not { } headers || !Watcher.Joins(ToHeader(stored), headers, read.Blocks))
        {
            // What was read ahead may be of a chain that has gone since; nothing says that this one is changing now.
            if (stored is null || !await WasUndone(stored)) return ahead is null ? Progress.Unsteady : Progress.More;
            await TakeBack(stored);
            return Progress.More;
        }
        if (stored is not null && !Watcher.NamesParent(headers[0]) && await WasUndone(stored))
        {
            await TakeBack(stored);
            return Progress.More;
        }
        _lagsSince = null;
        _span = Watcher.Fitting(_span, read.Logs.Count);
        if (read.Logs.Count >= Watcher.WorthReadingAhead && Watcher.Next(read.Range.To, DeployedAt, head.Number, _span) is { } next) _ahead = (next, head, Fetch(next, head));
        await Store(headers, read.Logs);
        return read.Range.To < head.Number ? Progress.More : Progress.Done;
    }

    /// <returns>null when nothing was read ahead, or something else than is wanted now.</returns>
    private Task<Reading?>? TakeAhead(BlockRange wanted, BlockHeader head)
    {
        var taken = _ahead is { } ahead && Watcher.StandsFor(ahead.Range, ahead.Head, wanted, head) ? ahead.Reading : null;
        _ahead = null;
        return taken;
    }

    /// <returns>null when the range has to be a smaller one.</returns>
    private async Task<Reading?> Fetch(BlockRange range, BlockHeader head)
    {
        if (await Logs(range) is not { } read) return null;
        var headers = await Headers(range, head, read.Logs);
        var minedAt = headers?.ToDictionary(h => h.Number, h => h.MinedAt) ?? [];
        var blocks = read.Logs.Select(l => (Number: (long)l.BlockNumber.Value, l.BlockHash)).Distinct().ToList();
        var isWhole = headers?[^1] is { } last && last.Number == range.To && last.Hash == read.Last?.Hash && blocks.TrueForAll(b => minedAt.ContainsKey(b.Number));
        if (!isWhole) return new(range, [], [], Headers: null);
        return new(range, read.Logs.ConvertAll(l => ToLog(l, minedAt[(long)l.BlockNumber.Value])), blocks, headers);
    }

    /// <returns>null when the chain no longer has one of them.</returns>
    private async Task<List<BlockHeader>?> Headers(BlockRange range, BlockHeader head, List<FilterLog> logs)
    {
        var needed = Watcher.HeadersNeeded(range, head.Number, logs.Select(l => (long)l.BlockNumber.Value));
        var headers = await chain.Blocks(needed.Where(n => n != head.Number));
        if (headers.Contains(null)) return null;
        if (needed.Contains(head.Number)) headers.Add(head);
        return [.. headers.OfType<BlockHeader>()];
    }

    /// <returns>null when the range has to be a smaller one.</returns>
    private async Task<(List<FilterLog> Logs, BlockHeader? Last)?> Logs(BlockRange range)
    {
        try
        {
            var ask = () => chain.Logs(options.Watched, range.From, range.To);
            return await (range.Count > 1 ? AnswerLimit.Within(options.LongestAnswer, ask) : ask());
        }
        catch (Exception e) when (range.Count > 1 && Watcher.Classify(e) == LogsRefusal.Narrow)
        {
            var gasUsed = range.Count <= Watcher.FewBlocks && Watcher.TooLong(e) is not null ? await chain.GasUsed(range) : [];
            _span = Watcher.Narrower(range.Count, e, gasUsed);
            log.LogInformation("The node does not give the logs of {Count} blocks ({Reason}); asking for {Span}", range.Count, e.GetBaseException().Message, _span);
            return null;
        }
    }

    private async Task Store(List<BlockHeader> headers, List<ChainLog> logs)
    {
        await using var tx = database.Write();
        await duty.Hold(tx);
        var before = await WatcherStore.LastPosition(tx);
        await WatcherStore.Insert(tx, headers);
        await WatcherStore.Insert(tx, logs);
        await tx.Commit();
        _stored = new(before ?? -1, logs);
    }

    // ── reorganisations ───────────────────────────────────────────────────────────────────────────────────────────────

    /// <summary>A node that lags behind tells of a block that is stored already, and nothing is undone by that. A chain cut short looks the same, and stays so.</summary>
    private async Task<bool> Lags(BlockHeader head)
    {
        await using var tx = database.Read();
        if ((await WatcherStore.Block(tx, head.Number))?.Hash != head.Hash) return false;
        _lagsSince ??= time.GetTimestamp();
        return time.GetElapsedTime(_lagsSince.Value) < options.LagPatience;
    }

    private async Task<bool> WasUndone(StoredBlock stored) => (await chain.Blocks([stored.Number]))[0]?.Hash != stored.Hash;

    private async Task TakeBack(StoredBlock stored)
    {
        var fork = await Fork(stored);
        var (from, now) = (fork.Number + 1, time.Now());
        await using var tx = database.Write();
        await duty.Hold(tx);
        await projectors.RollBack(tx, from);
        await WatcherStore.Delete(tx, from);
        var undone = await OutboxStore.Undo(tx, from, now);
        Feed.Append(tx, "chain.reorganised", "chain", new { fork = fork.Number, was = stored.Number, transactions = undone }, now);
        await tx.Commit();
        log.LogWarning("The chain was reorganised: blocks from {From} to {To} are undone, and {Undone} transactions are on their way again", from, stored.Number, undone);
    }

    /// <summary>The highest stored block that is still on the chain.</summary>
    private async Task<StoredBlock> Fork(StoredBlock stored)
    {
        for (var below = stored.Number; ;)
        {
            List<StoredBlock> candidates;
            await using (var tx = database.Read()) candidates = await WatcherStore.BlocksBelow(tx, below, 64);
            if (candidates.Count == 0)
                throw new InvalidOperationException($"No stored block is on this chain, not even the first, {below}: it is another chain. Use a new database.");
            var onChain = await chain.Blocks(candidates.Select(c => c.Number));
            foreach (var (candidate, header) in candidates.Zip(onChain))
                if (header?.Hash == candidate.Hash) return candidate;
            below = candidates[^1].Number;
        }
    }

    // ── ends ──────────────────────────────────────────────────────────────────────────────────────────────────────────

    /// <summary>Only what every projector has seen is final, so that whoever waits for "final" finds its effects.</summary>
    private async Task Finalise(BlockHeader head)
    {
        long? mined;
        StoredBlock? stored;
        await using (var tx = database.Read())
        {
            stored = await WatcherStore.LastBlock(tx);
            mined = await OutboxStore.FirstMined(tx);
        }
        if (stored is null) return;
        status.ProjectedThrough = stored.Number;
        if (mined is null || await Final(head) is not { } final || mined > Math.Min(stored.Number, final)) return;
        await using var write = database.Write();
        await duty.Hold(write);
        await OutboxStore.Finalise(write, Math.Min(stored.Number, final), time.Now());
        await write.Commit();
    }

    /// <summary>The last block that nothing will undo, as far as the settings ask; null when the node knows of none.</summary>
    private async Task<long?> Final(BlockHeader head)
    {
        var deep = head.Number - options.Confirmations + 1;
        return options.Finality is not { } tag ? deep : await chain.Tagged(tag) is { } block ? Math.Min(deep, block.Number) : null;
    }

    private async Task<StoredBlock?> LastBlock()
    {
        await using var tx = database.Read();
        return await WatcherStore.LastBlock(tx);
    }

    private static BlockHeader? ToHeader(StoredBlock? b) => b is null ? null : new(b.Number, b.Hash, b.ParentHash, b.MinedAt, 0);

    private static ChainLog ToLog(FilterLog l, DateTimeOffset minedAt) => new(
        ChainLog.PositionOf((long)l.BlockNumber.Value, (long)l.LogIndex.Value), (long)l.BlockNumber.Value, (long)l.LogIndex.Value, minedAt,
        Hash32.Parse(l.TransactionHash), Address.Parse(Hex.Lower(l.Address)), Array.ConvertAll(l.Topics, t => Hex.Lower(t.ToString()!)), l.Data);
}

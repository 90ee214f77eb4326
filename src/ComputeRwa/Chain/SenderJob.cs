using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using Receipt = Nethereum.RPC.Eth.DTOs.TransactionReceipt;

namespace ComputeRwa.Chain;

/// <summary>
/// Takes the outbox to the chain: reserve nonces → sign → commit raw bytes and hash → broadcast in nonce order → receipts.
/// Every step starts from what the database says, so it may be cut off anywhere: what is committed goes on from there, and
/// what is not committed never left this process.
/// </summary>
internal sealed class SenderJob(
    Database database, ChainClient chain, ChainOptions options, ChainIdentity identity, ChainStatus status, ChainSignals signals,
    AbiCatalog catalog, TimeProvider time, ILogger<SenderJob> log) : ChainJob(log)
{
    private bool _laneIsOpen;

    private Address Signer => options.Operator.Address;

    protected override Task Wait(TimeSpan? backOff, CancellationToken stop) => signals.Sender.Wait(backOff ?? TimeSpan.FromSeconds(1), stop);

    protected override void Report(string? problem) => status.SenderProblem = problem;

    /// <summary>One round: what is on its way first, then the queue. True when it is worth going on at once.</summary>
    public override async Task<bool> Step()
    {
        if (!await identity.Verified()) return false;
        if (!_laneIsOpen) await OpenLane();
        var (moved, refusal) = await FollowUp();
        Report(refusal);
        return refusal is null && (await TakeQueued() || moved);
    }

    private async Task OpenLane()
    {
        var pending = await chain.TransactionCount(Signer, block: null);
        await using var tx = database.Write();
        await OutboxStore.OpenLane(tx, Signer, Sender.FirstNonce(await OutboxStore.NextNonce(tx, Signer), pending));
        await tx.Commit();
        _laneIsOpen = true;
    }

    // ── the queue ─────────────────────────────────────────────────────────────────────────────────────────────────────

    private async Task<bool> TakeQueued()
    {
        var (queue, unmined, nonce) = await ReadQueue();
        if (queue.Count == 0) return false;
        var preflight = await chain.Preflight(Signer, queue, catalog.Revert);
        status.Saw(preflight.Head);
        var plan = Sender.Plan([.. queue.Zip(preflight.Runs)], earlierUnmined: unmined > 0);
        if (plan.Sign.Count + plan.Fail.Count == 0)
        {
            if (unmined == 0) throw new InvalidOperationException($"The node could not try {queue[0].Id}: {preflight.Runs[0].Reason}");
            return false;
        }
        return await Commit(plan, nonce, Sender.Fees(preflight.Head.BaseFee, preflight.Tip));
    }

    private async Task<(List<OutboxRow> Queue, int Unmined, long Nonce)> ReadQueue()
    {
        await using var tx = database.Read();
        var queue = await OutboxStore.Queued(tx, Sender.BatchSize);
        if (queue.Count == 0) return (queue, 0, 0);
        var unmined = await OutboxStore.CountUnmined(tx);
        var nonce = await OutboxStore.NextNonce(tx, Signer) ?? throw new InvalidOperationException($"The lane of {Signer} is not open.");
        return ([.. queue.Take(Math.Max(0, Sender.MostInFlight - unmined))], unmined, nonce);
    }

    /// <summary>Signs outside the transaction, so that the database's writer is not held up, and commits only if the lane stands where it stood.</summary>
    private async Task<bool> Commit(SendPlan plan, long nonce, Fees fees)
    {
        var signed = new List<(TransactionId Id, long Nonce, SignedTransaction Signed)>(plan.Sign.Count);
        foreach (var row in plan.Sign)
        {
            var at = nonce + signed.Count;
            signed.Add((row.Id, at, await options.Operator.Sign(new(options.Deployment.ChainId, at, fees, row.GasLimit, row.ToAddress, row.Calldata))));
        }
        var now = time.Now();
        await using var tx = database.Write();
        if (!await OutboxStore.Reserve(tx, Signer, nonce, nonce + signed.Count)) return true;
        foreach (var (id, at, (raw, hash)) in signed)
            if (!await OutboxStore.Sign(tx, id, Signer, at, raw, hash, now)) return true;
        foreach (var (row, reason) in plan.Fail)
        {
            await OutboxStore.Refuse(tx, row.Id, reason, now);
            await Announce(tx, row, reason, now);
        }
        await tx.Commit();
        foreach (var (row, reason) in plan.Fail) log.LogWarning("{Id} ({Kind} {Subject}) is not sent, because it would fail: {Reason}", row.Id, row.Kind, row.Subject, reason);
        return true;
    }

    private static Task Announce(Tx tx, OutboxRow row, string error, DateTimeOffset now) =>
        Feed.Append(tx, "transaction.failed", row.Id.Value, new { row.Kind, row.Subject, error }, now);

    // ── what is signed ────────────────────────────────────────────────────────────────────────────────────────────────

    /// <summary>Hands over what the node does not have, reads receipts and writes down what has changed.</summary>
    private async Task<(bool Moved, string? Refusal)> FollowUp()
    {
        var rows = await ReadUnsettled();
        if (rows.Count == 0) return (false, null);
        var answers = await HandOver(rows.Where(r => r.State == TransactionState.Signed));
        var receipts = await Receipts(rows);
        var dropped = await Dropped(rows, receipts);
        foreach (var (id, answer) in await HandOver(dropped)) answers[id] = answer;
        if (dropped.Count > 0) receipts = await Receipts(rows);
        var lost = await Lost(rows, answers, receipts);
        var moved = await Write(rows, answers, receipts, lost);
        if (lost.Count > 0) _laneIsOpen = false;
        return (moved, Refusal(rows, answers, receipts));
    }

    private async Task<List<OutboxRow>> ReadUnsettled()
    {
        await using var tx = database.Read();
        return await OutboxStore.Unsettled(tx);
    }

    private async Task<Dictionary<TransactionId, string?>> HandOver(IEnumerable<OutboxRow> rows)
    {
        var list = rows.ToList();
        var answers = await chain.Broadcast(list.Select(r => r.Raw!));
        return list.Zip(answers).ToDictionary(p => p.First.Id, p => p.Second?.Message);
    }

    private async Task<Dictionary<TransactionId, Receipt>> Receipts(List<OutboxRow> rows)
    {
        var receipts = await chain.Receipts(rows.Select(r => r.Hash!.Value));
        return rows.Zip(receipts).Where(p => p.Second is not null).ToDictionary(p => p.First.Id, p => p.Second!);
    }

    /// <summary>Handed over before, in no block, and no longer known to the node: a restart, a full pool or a reorganisation has dropped it.</summary>
    private async Task<List<OutboxRow>> Dropped(List<OutboxRow> rows, Dictionary<TransactionId, Receipt> receipts)
    {
        var waiting = rows.Where(r => r.State != TransactionState.Signed && !receipts.ContainsKey(r.Id)).ToList();
        var known = await chain.Knows(waiting.Select(r => r.Hash!.Value));
        return [.. waiting.Zip(known).Where(p => !p.Second).Select(p => p.First)];
    }

    private async Task<HashSet<TransactionId>> Lost(List<OutboxRow> rows, Dictionary<TransactionId, string?> answers, Dictionary<TransactionId, Receipt> receipts)
    {
        var suspects = rows.Where(r => !receipts.ContainsKey(r.Id) && answers.TryGetValue(r.Id, out var answer) && Sender.Classify(answer) == Handover.NonceUsed).ToList();
        if (suspects.Count == 0) return [];
        var final = (await chain.LatestBlock()).Number - options.Confirmations + 1;
        var mined = final < 0 ? 0 : await chain.TransactionCount(Signer, final);
        return [.. suspects.Where(r => Sender.IsLost(r.Nonce!.Value, mined, hasReceipt: false)).Select(r => r.Id)];
    }

    private async Task<bool> Write(
        List<OutboxRow> rows, Dictionary<TransactionId, string?> answers, Dictionary<TransactionId, Receipt> receipts, HashSet<TransactionId> lost)
    {
        var changes = new List<Func<Tx, DateTimeOffset, Task>>();
        var mined = false;
        foreach (var row in rows)
        {
            if (receipts.TryGetValue(row.Id, out var receipt))
            {
                var blockHash = Hash32.Parse(receipt.BlockHash);
                if (row.BlockHash == blockHash) continue;
                var (block, gas, error) = ((long)receipt.BlockNumber.Value, (long)receipt.GasUsed.Value, await WhyReverted(row, receipt));
                changes.Add((tx, now) => OutboxStore.Mine(tx, row.Id, block, blockHash, gas, error, now));
                if (error is not null) changes.Add((tx, now) => Announce(tx, row, error, now));
                mined = true;
            }
            else if (lost.Contains(row.Id))
            {
                log.LogError("{Id} lost nonce {Nonce} to a transaction that this program did not send; it gets a new one. Does something else use the operator's key?", row.Id, row.Nonce);
                changes.Add((tx, now) => OutboxStore.Requeue(tx, row.Id, now));
            }
            else if (row.State == TransactionState.Mined)
            {
                changes.Add((tx, now) => OutboxStore.Unmine(tx, row.Id, now));
            }
            else if (row.State == TransactionState.Signed && answers.TryGetValue(row.Id, out var answer) && Sender.Classify(answer) == Handover.Taken)
            {
                changes.Add((tx, now) => OutboxStore.Broadcast(tx, row.Id, now));
            }
        }
        if (changes.Count == 0) return false;
        await using var tx = database.Write();
        foreach (var change in changes) await change(tx, time.Now());
        await tx.Commit();
        if (mined) signals.Watcher.Set();
        return mined || lost.Count > 0;
    }

    private async Task<string?> WhyReverted(OutboxRow row, Receipt receipt)
    {
        if (receipt.HasErrors() != true) return null;
        if (receipt.GasUsed.Value >= row.GasLimit) return $"ran out of its {row.GasLimit} gas";
        var replay = await chain.Replay(Signer, row, (long)receipt.BlockNumber.Value - 1, catalog.Revert);
        return replay.Reason ?? "reverted in its block, but not when tried again before it";
    }

    private static string? Refusal(List<OutboxRow> rows, Dictionary<TransactionId, string?> answers, Dictionary<TransactionId, Receipt> receipts) => rows
        .Where(r => !receipts.ContainsKey(r.Id) && answers.TryGetValue(r.Id, out var answer) && Sender.Classify(answer) == Handover.Refused)
        .Select(r => $"the node refuses {r.Id}: {answers[r.Id]}").FirstOrDefault();
}

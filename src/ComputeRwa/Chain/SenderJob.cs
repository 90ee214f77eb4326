using System.Diagnostics;
using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Chain;

/// <summary>
/// Takes the outbox to the chain through one signer's lane: reserve nonces → sign → commit raw bytes and hash → broadcast in nonce order →
/// receipts. Every step starts from what the database says, so it may be cut off anywhere: what is committed goes on from there, and what is
/// not committed never left this process. One replica at a time holds a lane, and each of its writes is checked against that. While more waits
/// than a step takes, the node gets a step's bytes during the next one.
/// </summary>
internal sealed class SenderJob : ChainJob
{
    private static readonly TimeSpan ReadyFor = TimeSpan.FromSeconds(5);

    private static readonly Task<List<Offered>> Nothing = Task.FromResult<List<Offered>>([]);

    private readonly Lane _lane;
    private readonly SenderFollowUp _followUp;
    private readonly ChainIdentity _identity;
    private readonly ChainStatus _status;
    private readonly ChainSignals _signals;
    private readonly AbiCatalog _catalog;
    private readonly ILogger<SenderJob> _log;
    private readonly IReadOnlySet<Address> _contracts;
    private long? _openedIn;
    private long _ready;
    private Task<List<Offered>> _handingOver = Nothing;

    public SenderJob(Lane lane, ChainIdentity identity, ChainStatus status, ChainSignals signals, AbiCatalog catalog, ILogger<SenderJob> log) : base(log)
    {
        (_lane, _identity, _status, _signals, _catalog, _log) = (lane, identity, status, signals, catalog, log);
        _followUp = new(lane, signals, catalog, log);
        _contracts = lane.Options.Deployment.Callable();
    }

    private Address Signer => _lane.Address;
    private SendLimits Limits => _lane.Options.Limits;

    protected override Duty Duty => _lane.Duty;

    protected override Task Wait(TimeSpan? backOff, CancellationToken stop) => _signals.Sender.Wait(backOff ?? TimeSpan.FromSeconds(1), stop);

    protected override void Report(string? problem) => _status.Report(Signer, problem);

    /// <summary>One round: what is on its way first, then the queue. True when it is worth going on at once.</summary>
    public override async Task<bool> Step()
    {
        if (!await _identity.Verified()) return false;
        if (!await Duty.Take())
        {
            Report(null);
            return false;
        }
        if (_openedIn != Duty.Tenure) await Open(Duty.Tenure);
        // What the node did not take of the last step's is found by its state, once the node has said so.
        var isHandingOver = !_handingOver.IsCompleted;
        if (!isHandingOver) await EndHandOver();
        var (toHandOver, queue) = await Look();
        var offered = isHandingOver ? [] : await _lane.Offer(toHandOver);
        if (queue.Rows.Count == 0 && queue.InFlight == 0 && !queue.HasMined)
        {
            await Done(queue, problem: null);
            return false;
        }
        var look = await _lane.Chain.Preflight(Signer, queue.Rows, _catalog.Revert);
        _status.Saw(_lane.Head = look.Head);
        var (moved, problem) = await _followUp.Run(look.Head, look.Tip, offered);
        var signed = false;
        if (problem is null && queue.Rows.Count > 0) (signed, problem) = await TakeQueued(queue, look);
        await Done(queue, problem);
        return problem is null && (moved || signed);
    }

    /// <summary>Waits for what the last step has left on its way to the node.</summary>
    /// <returns>whether the node took all of it</returns>
    /// <exception cref="UnavailableException">It did not answer. What it did not get is offered to it again.</exception>
    internal async Task<bool> EndHandOver()
    {
        var last = _handingOver;
        _handingOver = Nothing;
        return (await last).TrueForAll(o => o.Answer == NodeAnswer.Taken);
    }

    private async Task Done(Queue queue, string? problem)
    {
        Report(problem);
        if (queue.IsShared && problem is null && Stopwatch.GetElapsedTime(_ready) > ReadyFor / 4) await SetReady();
    }

    /// <summary>As long as a lane says that it can sign, the others leave it its share of the queue.</summary>
    private async Task SetReady()
    {
        await using var tx = await _lane.Write();
        await LaneStore.SetReady(tx, Signer);
        await tx.Commit();
        _ready = Stopwatch.GetTimestamp();
    }

    private async Task Open(long? tenure)
    {
        var pending = await _lane.Chain.TransactionCount(Signer, block: null);
        await using var tx = await _lane.Write();
        await LaneStore.Open(tx, Signer, Sender.FirstNonce((await LaneStore.Find(tx, Signer))?.NextNonce, pending));
        await tx.Commit();
        await SetReady();
        _followUp.Forget();
        _openedIn = tenure;
    }

    // ── the queue ─────────────────────────────────────────────────────────────────────────────────────────────────────

    private sealed record Queue(List<OutboxRow> Rows, long Nonce, int InFlight, bool HasMined, bool IsShared);

    private async Task<(List<Parcel> ToHandOver, Queue Queue)> Look()
    {
        await using var tx = _lane.Read();
        var lane = await LaneStore.Look(tx, Signer) ?? throw new InvalidOperationException($"The lane of {Signer} is not open.");
        var toHandOver = lane.ToHandOver > 0 ? await LaneStore.ToHandOver(tx, Signer, 4 * Sender.BatchSize) : [];
        var rows = await TakeTurns(tx, (int)Math.Min(Limits.MostAtOnce, Limits.MostInFlight - lane.InFlight), isShared: lane.HasOthers == 1);
        return (toHandOver, new(rows, lane.NextNonce, (int)lane.InFlight, lane.HasMined == 1, lane.HasOthers == 1));
    }

    private async Task<List<OutboxRow>> TakeTurns(Tx tx, int most, bool isShared)
    {
        if (most <= 0) return [];
        if (!isShared) return await OutboxStore.Queued(tx, most);
        var ready = await LaneStore.ReadyWithin(tx, ReadyFor);
        if (!ready.Contains(Signer)) ready = [.. ready.Append(Signer).OrderBy(a => a.Value, StringComparer.Ordinal)];
        var unmined = await LaneStore.SubjectsInFlight(tx);
        var mine = (await OutboxStore.QueuedSubjects(tx, Sender.WidestLook)).Where(q => Sender.LaneOf(q.Subject, unmined, ready) == Signer).Take(most);
        return [.. (await OutboxStore.Load(tx, mine.Select(q => q.Id))).OrderBy(r => r.Seq)];
    }

    private async Task<(bool Signed, string? Problem)> TakeQueued(Queue queue, Preflight look)
    {
        var tried = queue.Rows.Zip(look.Runs).Select(p => IsAllowed(p.First) ? p : (p.First, NotAllowed)).ToList();
        var (earliestOpen, minedIn) = await Before(tried, look.Head.Number);
        var plan = Sender.Plan(tried, earliestOpen);
        if (plan.Fail.Count > 0 && !await _lane.Stand([.. minedIn, (look.Head.Number, look.Head.Hash)])) plan = Sender.Plan(tried, earliestOpen: 0);
        if (plan.Sign.Count + plan.Fail.Count == 0)
        {
            return look.Runs[0].Outcome == DryRunOutcome.Unanswered && queue.InFlight == 0
                ? throw new InvalidOperationException($"The node could not try {queue.Rows[0].Id}: {look.Runs[0].Reason}") : (false, null);
        }
        if (Limits.Offer(look.Head.BaseFee, look.Tip) is not { } fees)
            return (false, $"waits: gas costs {look.Head.BaseFee + look.Tip} wei, more than Chain:MaxFeeGwei allows");
        var shipments = Packing.Of(plan.Sign, _lane.Options.Packs, Math.Min(Limits.PackGas, look.BlockGas));
        var (affordable, problem) = await WithinBudget(shipments, fees);
        return (await Commit(affordable, plan.Fail, queue, fees, look.Head), problem);
    }

    private static readonly DryRun NotAllowed = new(DryRunOutcome.Reverted, "it calls no contract of this deployment");

    private bool IsAllowed(OutboxRow row) => SendLimits.MaySend(Unsigned(new([row], Pack: null), 0, default), Signer, _contracts);

    private UnsignedTransaction Unsigned(Shipment s, long nonce, Fees fees) => new(_lane.Options.Deployment.ChainId, nonce, fees, s.GasLimit, s.To, s.CallData);

    /// <summary>
    /// Only a revert needs to know what stands before it. What was mined after the block that the calls were tried on stands before it too: a
    /// receipt can come between, and the next answer from a node that lags behind.
    /// </summary>
    /// <returns>
    /// the place in the queue of the first that is not done, and the blocks of what counts as done without being final: a number does not say that
    /// what was mined in it was there when calls were tried, since a reorganisation can come between a receipt and the next, or the next step
    /// </returns>
    private async Task<(long? EarliestOpen, List<(long Number, Hash32 Hash)> MinedIn)> Before(List<(OutboxRow Row, DryRun Run)> tried, long triedOn)
    {
        if (tried.TrueForAll(t => t.Run.Outcome != DryRunOutcome.Reverted)) return (null, []);
        await using var tx = _lane.Read();
        return (await OutboxStore.EarliestOpen(tx, tried.Select(t => t.Row.Id), triedOn), await OutboxStore.MinedIn(tx, triedOn));
    }

    /// <summary>As many as today's budget covers at their worst.</summary>
    private async Task<(List<Shipment> Shipments, string? Problem)> WithinBudget(List<Shipment> shipments, Fees fees)
    {
        if (!Limits.HasBudget) return (shipments, null);
        var (risked, affordable) = (await _lane.Risked(), new List<Shipment>());
        foreach (var shipment in shipments)
        {
            var worst = Cost.Worst(shipment.GasLimit, fees.Max);
            if (Limits.OverBudget(risked, worst) is { } problem) return (affordable, problem);
            risked += worst;
            affordable.Add(shipment);
        }
        return (shipments, null);
    }

    /// <summary>Signs outside the transaction, so that the database's writer is not held up, and commits only if all stands where it stood.</summary>
    private async Task<bool> Commit(List<Shipment> shipments, IReadOnlyList<(OutboxRow Row, string Reason)> fail, Queue queue, Fees fees, BlockHeader head)
    {
        if (shipments.Count + fail.Count == 0) return false;
        var signed = await _lane.Sign(shipments.Select((s, i) => Unsigned(s, queue.Nonce + i, fees)), _contracts);
        var rows = new List<(TransactionId Id, long Nonce, SignedTransaction Signed)>();
        var now = _lane.Now;
        await using (var tx = await _lane.Write())
        {
            if (queue.IsShared && !await InTurn(tx, [.. shipments.SelectMany(s => s.Rows)], fail)) return false;
            if (!await LaneStore.Reserve(tx, Signer, queue.Nonce, queue.Nonce + shipments.Count)) return true;
            foreach (var (shipment, its) in shipments.Zip(signed))
            {
                if ((shipment.Pack is null ? shipment.Rows[0].Id : await PackStore.Make(tx, shipment, now)) is not { } id) return true;
                rows.Add((id, queue.Nonce + rows.Count, its));
            }
            if (rows.Count > 0 && await LaneStore.Sign(tx, Signer, rows, fees, head.Number, now) != rows.Count) return true;
            foreach (var (row, reason) in fail)
            {
                await OutboxStore.Refuse(tx, row.Id, reason, now);
                OutboxStore.AnnounceFailure(tx, row, reason, now);
            }
            await tx.Commit();
        }
        foreach (var (row, reason) in fail) _log.LogWarning("{Id} ({Kind} {Subject}) is not sent, because it would fail: {Reason}", row.Id, row.Kind, row.Subject, reason);
        if (rows.Count > 0) _status.Signed(now - shipments[0].Rows[0].CreatedAt);
        // In the order of nonces; and once the node refuses, nothing more is signed before it is known why.
        var isGoingWell = await EndHandOver();
        var offer = _lane.Offer([.. rows.Select(r => new Parcel(r.Id, r.Nonce, r.Signed.Hash, r.Signed.Raw))]);
        if (isGoingWell && queue.Rows.Count == Limits.MostAtOnce) _handingOver = offer;
        else await offer;
        return true;
    }

    /// <summary>
    /// Commands of one subject never overtake each other: no other lane has unmined ones of it, and none of it that is queued is left out
    /// before the last of these. Lanes look one after the other, so two of them cannot both find it so.
    /// </summary>
    private async Task<bool> InTurn(Tx tx, List<OutboxRow> sign, IReadOnlyList<(OutboxRow Row, string Reason)> fail)
    {
        await tx.TakeTurn("outbox-lanes");
        return sign.Count == 0 || !await OutboxStore.WouldOvertake(tx, Signer, sign, fail.Select(f => f.Row.Id));
    }
}

using ComputeRwa.Telemetry;

namespace ComputeRwa.Agent;

/// <summary>Sends what waits in the spool, in order. It remembers nothing: what is on the disk says what comes next.</summary>
internal sealed class Sender(Spool spool, Service service, Settings settings, Log log)
{
    /// <summary>In one request: a day of minutes is six of them.</summary>
    private const int MostTogether = 256;

    private readonly SemaphoreSlim _news = new(0);
    private int _together = MostTogether;
    private ChainHead? _onto;
    private bool _wasMoved;

    /// <summary>Something new waits.</summary>
    public void Notify() => _news.Release();

    public async Task Run(CancellationToken stop)
    {
        for (var failures = 0; !stop.IsCancellationRequested;)
        {
            var outcome = await Round(stop);
            failures = outcome.Failed is null ? 0 : failures + 1;
            if (outcome.Failed is { } why)
            {
                var wait = Backoff.After(failures, settings.RetryMost, Random.Shared.NextDouble(), outcome.RetryAfter);
                log.Warn("not-sent", ("pending", spool.Pending), ("again_in_s", Math.Round(wait.TotalSeconds, 1)), ("reason", why));
                await Task.Delay(wait, stop);
            }
            else if (spool.Pending == 0) await _news.WaitAsync(stop);
        }
    }

    /// <summary>One request, and what follows from its answer.</summary>
    public async Task<Outcome> Round(CancellationToken stop)
    {
        try
        {
            // Sent as it is, it would wait at the service for batches that never come.
            if (_onto is null && spool.Break is { } first && Align(first, await service.Position(stop), "the batches before it were refused or dropped") is { Failed: not null } moves) return moves;
            var (batches, damaged, resigned) = spool.First(_together, _onto);
            _onto = null;
            foreach (var from in damaged) log.Error("refused", ("from", from), ("reason", "the file is damaged"));
            if (resigned > 0) log.Warn("signed-anew", ("batches", resigned), ("first_sequence", batches[0].Link.Sequence));
            if (batches.Count == 0) return new(null, null);
            return await Judge(batches, await service.Post(batches, stop), stop);
        }
        catch (AwayException e)
        {
            return new(e.Message, null);
        }
        catch (IOException e)
        {
            return new($"the spool: {e.Message}", null);
        }
    }

    private async Task<Outcome> Judge(List<SignedBatch> batches, Posted posted, CancellationToken stop)
    {
        if (posted.Batches is null && batches.Count > 1 && Verdicts.Of(posted.Whole!, batches[0].Link, posted.At) == Verdict.Refuse)
        {
            // One of them is at fault: the next requests find it.
            _together = 1;
            return new(null, null);
        }
        _together = MostTogether;
        var stored = 0;
        for (; stored < batches.Count; stored++)
        {
            var (batch, answer) = (batches[stored], posted.Batches?[stored] ?? posted.Whole!);
            var verdict = Verdicts.Of(answer, batch.Link, posted.At);
            if (verdict == Verdict.Stored)
            {
                _wasMoved = false;
                spool.Acknowledge(batch);
                continue;
            }
            if (stored > 0) Sent(batches, stored);
            // What comes after it in this request was refused with it, for it is no longer the next link.
            return await Handle(batch, verdict, answer, posted.RetryAfter, stop);
        }
        Sent(batches, stored);
        return new(null, null);
    }

    private async Task<Outcome> Handle(SignedBatch batch, Verdict verdict, Answer answer, TimeSpan? retryAfter, CancellationToken stop)
    {
        switch (verdict)
        {
            case Verdict.Later:
                return new(answer.Reason, retryAfter);
            case Verdict.Realign:
                return await Realign(batch, answer, stop);
            default:
                _wasMoved = false;
                var all = verdict == Verdict.RefuseEpoch ? spool.PendingOf(batch.Link.Epoch) : [batch.Link.From];
                foreach (var from in all)
                {
                    spool.Refuse(from, answer.Reason);
                    log.Error("refused", ("from", from), ("reason", answer.Reason));
                }
                return new(null, null);
        }
    }

    private async Task<Outcome> Realign(SignedBatch batch, Answer answer, CancellationToken stop)
    {
        var stands = await service.Position(stop);
        // It waited, and is a link by now: asked again, the service says so.
        if (answer.Code == Answer.Waiting && stands.NextSequence > batch.Link.Sequence) return new(null, null);
        if (Align(batch.Link, stands, answer.Reason) is { } outcome) return outcome;
        // It is the next link, so only its time is in the way; anything else was a race, and passes.
        if (answer.Code != "overlapping-batch") return new(answer.Reason, null);
        spool.Refuse(batch.Link.From, answer.Reason);
        log.Error("refused", ("from", batch.Link.From), ("reason", answer.Reason));
        return new(null, null);
    }

    /// <returns>null when the batch is the next link</returns>
    private Outcome? Align(Link batch, ChainHead stands, string reason)
    {
        switch (Verdicts.Align(batch, stands, spool.Sent()))
        {
            case Alignment.Recall(var first):
                spool.Recall(first);
                log.Warn("sent-again", ("first_sequence", first.Sequence), ("reason", reason));
                return new(null, null);
            case Alignment.Sign(var after):
                log.Warn("chain-moved", ("was", batch.Sequence), ("next", after.NextSequence), ("reason", reason));
                // Once is at once; a chain that moves each time has another writer, and is not to be raced.
                (_onto, var again, _wasMoved) = (after, _wasMoved, true);
                return again ? new("the service's chain moves while it is written to: does another agent send for this node?", null) : new(null, null);
            default:
                return null;
        }
    }

    private void Sent(List<SignedBatch> batches, int count) => log.Info("sent",
        ("batches", count), ("last_sequence", batches[count - 1].Link.Sequence), ("through", batches[count - 1].Link.To), ("pending", spool.Pending));
}

/// <param name="Failed">why it is to be tried again after a while; null when it may go on at once</param>
internal sealed record Outcome(string? Failed, TimeSpan? RetryAfter);

using ComputeRwa.Telemetry;

namespace ComputeRwa.Agent;

/// <summary>Takes a reading each step, keeps it in the journal, and makes a signed batch of the journal when its window has ended.</summary>
internal sealed class Sampler(Facts facts, NodeKey key, Grid grid, Source source, Journal journal, Spool spool, Settings settings, Log log)
{
    /// <summary>The wall clock is looked at this often, for it may be put forward or back while we wait.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly ChainHead _start = facts.Head.ToChainHead();
    private long _takenThrough = Math.Max(journal.End, spool.Last?.To ?? facts.Head.EndsAt);
    private long _tried = -1;
    private string? _complaint;

    /// <param name="closed">called after each batch that was made; false ends the run</param>
    public async Task Run(Func<bool> closed, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var now = DateTimeOffset.UtcNow;
            if (Close(now) && !closed()) return;
            var at = grid.StepOf(now.ToUnixTimeSeconds());
            if (at != _tried) await Take(_tried = at, now, stop);
            var wait = grid.ToNextStep(DateTimeOffset.UtcNow);
            await Task.Delay(wait < Look ? wait : Look, stop);
        }
    }

    private bool Close(DateTimeOffset now)
    {
        var made = false;
        try
        {
            while (journal.Readings.Count > 0)
            {
                var (readings, dueAt) = Batching.First(journal.Readings, grid);
                if (dueAt > now.ToUnixTimeSeconds()) break;
                var columns = Batching.ToColumns(readings, facts.Gpus);
                var batch = spool.Append(_start, head => SignedBatch.Make(facts, key, head, readings[0].At, readings[0].Step, columns));
                journal.DropBefore(batch.Link.To);
                made = true;
                log.Info("signed", ("sequence", batch.Link.Sequence), ("from", batch.Link.From), ("samples", batch.Link.Samples), ("read", readings.Count), ("hash", batch.Link.Hash));
            }
        }
        catch (IOException e)
        {
            // The readings stay in the journal; the next look tries again.
            Complain("spool-fails", e.Message);
        }
        return made;
    }

    private async Task Take(long at, DateTimeOffset now, CancellationToken stop)
    {
        if (at < _takenThrough)
        {
            // After a restart this step is taken already; more than that is a clock that was put back.
            if (at + grid.Step < _takenThrough) Complain("clock-behind", $"samples are taken through {_takenThrough}: none until then");
            return;
        }
        if (IsFull()) return;
        if (!(await source.Read(now, stop)).Ok(out var arrival, out var error))
        {
            Complain("no-reading", error.Message);
            return;
        }
        if (!grid.Takes(at, _takenThrough, DateTimeOffset.UtcNow))
        {
            Complain("late", $"what was read for {at} came after its step");
            return;
        }
        var (reading, impossible, foreign) = StepReading.Of(arrival, facts, at, grid.Step);
        if (reading.IsEmpty)
        {
            Complain("no-reading", $"no GPU of this node has any: {foreign} readings are of others, {impossible} are impossible");
            return;
        }
        try
        {
            journal.Append(reading);
        }
        catch (IOException e)
        {
            Complain("spool-fails", e.Message);
            return;
        }
        _takenThrough = reading.To;
        if (_complaint is not null) log.Info("samples-again", ("at", at));
        _complaint = null;
        log.Detail("sample", ("at", at), ("impossible", impossible), ("foreign", foreign), ("values", string.Join(',', reading.Values)));
    }

    private bool IsFull()
    {
        while (spool.Held >= settings.MostHeld)
        {
            if (!settings.DropsOldest || spool.DropOldest() is not { } dropped)
            {
                Complain("spool-full", $"{spool.Held} batches wait or are refused: no samples are taken until there are fewer than {settings.MostHeld}");
                return true;
            }
            log.Error("dropped", ("from", dropped), ("reason", "the spool is full"));
        }
        return false;
    }

    /// <summary>Says once what keeps samples from being taken, and again when it is something else.</summary>
    private void Complain(string name, string reason)
    {
        if (_complaint != name) log.Warn(name, ("reason", reason));
        _complaint = name;
    }
}

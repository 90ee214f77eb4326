using System.Data.Common;
using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Chain;

/// <summary>What wakes the chain's jobs before their next turn.</summary>
internal sealed class ChainSignals(Database database) : IDisposable
{
    /// <summary>Something was queued, or there is a new block.</summary>
    public Signal Sender { get; } = database.Signal(Outbox.Topic);

    /// <summary>The sender has seen a receipt, so there is a block to read.</summary>
    public Signal Watcher { get; } = new();

    public void Dispose() => Watcher.Dispose();
}

/// <summary>Steps again and again; an error is reported, logged, and tried again after a growing pause, for as long as the program runs.</summary>
internal abstract class ChainJob(ILogger log) : BackgroundService
{
    /// <summary>What a step takes first, where one replica at a time may do it: kept while the program runs, let go when it ends.</summary>
    protected virtual Duty? Duty => null;

    /// <returns>true when it is worth going on at once.</returns>
    public abstract Task<bool> Step();

    protected abstract Task Wait(TimeSpan? backOff, CancellationToken stop);

    protected abstract void Report(string? problem);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var kept = KeepDuty(stoppingToken);
        for (var failures = 0; !stoppingToken.IsCancellationRequested;)
        {
            TimeSpan? backOff = null;
            try
            {
                if (await Step())
                {
                    failures = 0;
                    continue;
                }
                failures = 0;
            }
            catch (DutyLostException e)
            {
                log.LogWarning("{Job} stops here: {Reason}", GetType().Name, e.Message);
            }
            catch (Exception e)
            {
                var outage = Outage.Of(e);
                Report(outage?.Message ?? e.Message);
                backOff = Sender.BackOff(++failures);
                if (outage is null) log.LogError(e, "{Job} failed and tries again in {BackOff}", GetType().Name, backOff);
                else if (failures == 1) log.LogWarning("{Job} waits: {Reason} ({Cause})", GetType().Name, outage.Message, outage.InnerException?.InnerException?.Message ?? outage.InnerException?.Message);
            }
            await Wait(backOff, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await kept.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // it ends with the token
        await LetGo();
    }

    private async Task KeepDuty(CancellationToken stop)
    {
        while (Duty is not null && !stop.IsCancellationRequested)
        {
            try
            {
                await Duty.Keep(stop);
                return;
            }
            catch (DbException e)
            {
                log.LogDebug(e, "{Job} could not keep its duty and tries again; its next step says what is wrong", GetType().Name);
            }
        }
    }

    private async Task LetGo()
    {
        try
        {
            if (Duty is not null) await Duty.Release();
        }
        catch (DbException e)
        {
            log.LogWarning("{Job} could not let go of its duty, which ends by itself: {Reason}", GetType().Name, e.Message);
        }
    }
}

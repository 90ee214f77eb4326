using System.Globalization;
using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry.Findings;

/// <summary>How often ended epochs are looked at.</summary>
internal sealed record CheckSettings(TimeSpan Every)
{
    /// <exception cref="InvalidOperationException">The setting is not acceptable; the message names it.</exception>
    public static CheckSettings Read(IConfiguration config) => config["Findings:EverySeconds"] is not { Length: > 0 } text ? new(TimeSpan.FromMinutes(1))
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 1 and <= 86_400 ? new(TimeSpan.FromSeconds(seconds))
        : throw new InvalidOperationException("Findings:EverySeconds must be a whole number of seconds, 1 to 86400.");
}

/// <summary>
/// Checks epochs that have ended: soon after their end, again when batches have come since, and for the last time once they are closed. It decides
/// nothing that is settled.
/// </summary>
internal sealed class CheckJob(Database database, Checker checker, Deployment deployment, CheckSettings settings, Gauges gauges, TimeProvider time, ILogger<CheckJob> log)
    : ChainJob(log)
{
    /// <summary>Older epochs are looked at no more, closed or not.</summary>
    public const int MostEpochs = 64;

    private readonly Duty _duty = new(database, "findings", Duty.Term, time);

    protected override Duty? Duty => _duty;

    protected override Task Wait(TimeSpan? backOff, CancellationToken stop) => Task.Delay(backOff ?? settings.Every, stop);

    protected override void Report(string? problem) =>
        gauges.Set("computerwa_findings_failing", "1 when ended epochs could not be checked the last time.", problem is null ? 0 : 1);

    public override async Task<bool> Step()
    {
        if (!await _duty.Take()) return false;
        var now = time.Now();
        var present = deployment.Epochs.EpochOf(now);
        List<EpochToCheck> open;
        await using (var tx = database.Read()) open = await CheckStore.Open(tx, Math.Max(0, present - MostEpochs), present);
        gauges.Set("computerwa_findings_epochs_open", "Ended epochs in which something may still be found.", open.Count);
        foreach (var epoch in open.Where(e => IsDue(e, now)))
            if (await checker.Check(epoch, _duty.Hold) is > 0 and var found) log.LogWarning("Epoch {Epoch}: {Count} new findings", epoch.Epoch, found);
        if (open.Count > 0)
        {
            await using var tx = database.Write();
            await _duty.Hold(tx);
            await CheckStore.Forget(tx, present - MostEpochs - Checker.EpochsCompared);
            await tx.Commit();
        }
        Report(null);
        return false;
    }

    // The longer ago it ended, the rarer something comes for it.
    private bool IsDue(EpochToCheck epoch, DateTimeOffset now) =>
        epoch.IsClosed || epoch.LookedAt is not { } at || now - at >= (at - deployment.Epochs.EndOf(epoch.Epoch)) / 4;
}

using System.Globalization;
using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Telemetry;
using Npgsql;

namespace ComputeRwa.Settlement;

/// <summary>For how long samples are kept once nobody can challenge what was made of them; null for good.</summary>
internal sealed record SampleRetention(TimeSpan? Keep)
{
    /// <exception cref="InvalidOperationException">The setting is not acceptable; the message names it.</exception>
    public static SampleRetention Read(IConfiguration config) => config["Telemetry:KeepSamplesDays"] is not { Length: > 0 } text ? new((TimeSpan?)null)
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days <= 100_000 ? new(TimeSpan.FromDays(days))
        : throw new InvalidOperationException("Telemetry:KeepSamplesDays must be a whole number of days, or left out to keep samples for good.");
}

/// <summary>Drops the samples of epochs whose roots have paid out for long enough. Until then everything can be proven from them.</summary>
internal sealed class SampleRetentionJob(Database database, EpochDesk desk, SampleRetention retention, Gauges gauges, TimeProvider time, ILogger<SampleRetentionJob> log)
    : ChainJob(log)
{
    private const int EpochsAtATime = 100;
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);

    private readonly Duty _duty = new(database, "sample-retention", Every, time);

    protected override Duty? Duty => retention.Keep is null ? null : _duty;

    protected override Task Wait(TimeSpan? backOff, CancellationToken stop) => Task.Delay(retention.Keep is null ? Timeout.InfiniteTimeSpan : backOff ?? Every, stop);

    protected override void Report(string? problem) =>
        gauges.Set("computerwa_sample_retention_failing", "1 when samples could not be dropped the last time.", problem is null ? 0 : 1);

    public override async Task<bool> Step()
    {
        if (retention.Keep is not { } keep || !await _duty.Take()) return false;
        long? through;
        await using (var tx = database.Read()) through = await Settled(tx, time.GetUtcNow() - keep);
        if (through is { } epoch) await Drop(epoch);
        Report(null);
        return false;
    }

    /// <summary>The last epoch whose root has paid out since before that time; so have those before it, for each root includes them.</summary>
    private async Task<long?> Settled(Tx tx, DateTimeOffset before)
    {
        for (var last = long.MaxValue; ;)
        {
            var epochs = await EpochStore.List(tx, last, EpochsAtATime);
            foreach (var epoch in epochs)
                if (await desk.ActiveSince(tx, epoch) <= before) return epoch.Epoch;
            if (epochs.Count < EpochsAtATime) return null;
            last = epochs[^1].Epoch;
        }
    }

    private async Task Drop(long epoch)
    {
        try
        {
            await using var tx = database.Write();
            await _duty.Hold(tx);
            var dropped = await SampleStore.DropThrough(tx, epoch);
            await tx.Commit();
            if (dropped > 0) log.LogInformation("Samples of epochs through {Epoch} were dropped: {Count} parts", epoch, dropped);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            log.LogInformation("Samples are being read; they are dropped the next time");
        }
    }
}

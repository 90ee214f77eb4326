using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry.Ingest;

/// <summary>Makes batches of windows that are over. Replicas take turns by a duty; what keeps them apart is the provider's turn in each transaction.</summary>
internal sealed class IngestJob(Database database, Compactor compactor, IngestSettings settings, Gauges gauges, TimeProvider time, ILogger<IngestJob> log) : ChainJob(log)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    private readonly Duty _duty = new(database, "ingest", Duty.Term, time);

    protected override Duty? Duty => _duty;

    protected override Task Wait(TimeSpan? backOff, CancellationToken stop) => backOff is { } pause ? Task.Delay(pause, stop) : database.Signal(Receiver.Topic).Wait(Look, stop);

    protected override void Report(string? problem) =>
        gauges.Set("computerwa_ingest_failing", "1 when samples of the unsigned ways could not be made into batches.", problem is null ? 0 : 1);

    public override async Task<bool> Step()
    {
        if (!await _duty.Take()) return false;
        List<OpenWindow> open;
        await using (var tx = database.Glance()) open = await IngestStore.Open(tx);
        var now = time.Now();
        gauges.Set("computerwa_ingest_windows_open", "Windows of providers with samples that are in no batch yet.", open.Count);
        // A provider's later windows wait for its earliest one: its nodes' chains go on in the order of time.
        foreach (var windows in open.GroupBy(w => w.ProviderId))
            foreach (var window in windows.TakeWhile(w => IsDue(w, now)))
            {
                await using var tx = database.Write();
                await _duty.Hold(tx);
                await compactor.Compact(tx, window.ProviderId, window.WindowStart);
                await tx.Commit();
            }
        Report(null);
        return false;
    }

    private bool IsDue(OpenWindow window, DateTimeOffset now) =>
        DateTimeOffset.FromUnixTimeSeconds(window.WindowStart + IngestSettings.WindowSeconds) + settings.Lateness <= now
        && (window.LastAt + settings.Quiet <= now || window.FirstAt + IngestSettings.Longest <= now);
}

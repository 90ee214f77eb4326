using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Http;

namespace ComputeRwa.Telemetry;

/// <summary>Shows how much waits for batches that are missing. Each replica shows the same.</summary>
internal sealed class WaitingJob(Database database, Gauges gauges, ILogger<WaitingJob> log) : ChainJob(log)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    protected override Task Wait(TimeSpan? backOff, CancellationToken stop) => Task.Delay(backOff ?? Every, stop);

    protected override void Report(string? problem) =>
        gauges.Set("computerwa_telemetry_waiting_failing", "1 when it could not be counted what waits.", problem is null ? 0 : 1);

    public override async Task<bool> Step()
    {
        await using var tx = database.Glance();
        var counts = await WaitingStore.Count(tx);
        gauges.Set("computerwa_telemetry_waiting_batches", "Batches that wait for some before them.", counts.Batches);
        gauges.Set("computerwa_telemetry_waiting_nodes", "Nodes whose chains have a gap: something waits behind it.", counts.Nodes);
        gauges.Set("computerwa_telemetry_waiting_bytes", "Bytes that wait for batches before them.", counts.Bytes);
        gauges.Set("computerwa_telemetry_waiting_refused", "Batches that waited and can never be links, since ever.", counts.Refused);
        Report(null);
        return false;
    }
}

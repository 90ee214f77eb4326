using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry;

/// <summary>Stores the signed batches of many requests together, each as <see cref="TelemetryStore.AppendAll"/> does.</summary>
internal sealed class TelemetryWriter(Database database, TimeProvider time, ILogger<TelemetryWriter> log) : GroupWriter<ReadyBatch, Result<Appended>>(database, log)
{
    // Nodes with batches that are about to wait, from one attempt to the next; one thread uses it.
    private readonly HashSet<NodeId> _alone = [];

    protected override long SizeOf(ReadyBatch item) => item.Size;

    // null: another replica extended one of these chains at the same time, or some batches begin to wait; the second look sees what it has stored, and keeps others out.
    protected override async Task<IReadOnlyList<Result<Appended>>?> Store(Tx tx, IReadOnlyList<ReadyBatch> items)
    {
        var verdicts = await TelemetryStore.AppendAll(tx, items, time.Now(), _alone);
        if (verdicts is not null) _alone.Clear();
        return verdicts;
    }
}

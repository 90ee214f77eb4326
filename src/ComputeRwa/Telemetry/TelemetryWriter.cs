using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry;

/// <summary>Stores the signed batches of many requests together, each as <see cref="TelemetryStore.AppendAll"/> does.</summary>
internal sealed class TelemetryWriter(Database database, TimeProvider time, ILogger<TelemetryWriter> log) : GroupWriter<ReadyBatch, Result<Appended>>(database, log)
{
    protected override long SizeOf(ReadyBatch item) => item.Size;

    // null: another replica extended one of these chains at the same time; the second look sees what it has stored.
    protected override Task<IReadOnlyList<Result<Appended>>?> Store(Tx tx, IReadOnlyList<ReadyBatch> items) => TelemetryStore.AppendAll(tx, items, time.Now());
}

using ComputeRwa.Db;

namespace ComputeRwa.Telemetry.Ingest;

/// <summary>Stores what the requests of many senders bring together, each as <see cref="IngestStore.PutAll"/> does.</summary>
internal sealed class InboxWriter(Database database, ILogger<InboxWriter> log) : GroupWriter<InboxRow, bool>(database, log)
{
    protected override long SizeOf(InboxRow item) => item.Size;

    protected override async Task<IReadOnlyList<bool>?> Store(Tx tx, IReadOnlyList<InboxRow> items) => await IngestStore.PutAll(tx, items);
}

using ComputeRwa.Db;

namespace ComputeRwa.Settlement;

/// <summary>What one scheduled reconciliation found. <c>Differences</c> is their number; <c>Found</c> are the first of them as JSON.</summary>
internal sealed record ReconciliationRow(DateTimeOffset RanAt, long Block, long Compared, long Differences, string Found);

internal static class ReconciliationStore
{
    public static Task<ReconciliationRow?> Last(Tx tx) => tx.First<ReconciliationRow>(
        "SELECT ran_at, block, compared, differences, found FROM reconciliations ORDER BY ran_at DESC LIMIT 1");

    /// <summary>Newest first.</summary>
    public static Task<List<ReconciliationRow>> Before(Tx tx, DateTimeOffset before, int limit) => tx.Query<ReconciliationRow>(
        "SELECT ran_at, block, compared, differences, found FROM reconciliations WHERE ran_at < @before ORDER BY ran_at DESC LIMIT @limit", new { before, limit });

    public static Task<int> Insert(Tx tx, ReconciliationRow row) => tx.Execute(
        "INSERT INTO reconciliations (ran_at, block, compared, differences, found) VALUES (@RanAt, @Block, @Compared, @Differences, @Found)", row);

    public static Task<int> Forget(Tx tx, DateTimeOffset before) => tx.Execute("DELETE FROM reconciliations WHERE ran_at < @before", new { before });
}

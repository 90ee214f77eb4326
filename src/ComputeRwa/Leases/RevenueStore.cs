using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Leases;

/// <summary>Reports are inserted and never updated.</summary>
internal static class RevenueStore
{
    private const string Columns = "lease_id, epoch, amount, source, reported_by, created_at";

    /// <returns>false when the epoch has a report already; nothing is stored then.</returns>
    public static async Task<bool> Insert(Tx tx, Revenue revenue) => await tx.Execute(
        """
        INSERT INTO lease_revenue (lease_id, epoch, amount, source, reported_by, created_at)
        VALUES (@LeaseId, @Epoch, @Amount, @Source, @ReportedBy, @CreatedAt)
        ON CONFLICT (lease_id, epoch) DO NOTHING
        """,
        revenue) == 1;

    public static Task<Revenue?> Find(Tx tx, Hash32 lease, long epoch) => tx.First<Revenue>(
        $"SELECT {Columns} FROM lease_revenue WHERE lease_id = @lease AND epoch = @epoch", new { lease, epoch });

    /// <summary>By the epoch, after the epoch <paramref name="after"/>.</summary>
    public static Task<List<Revenue>> Of(Tx tx, Hash32 lease, long after, int limit) => tx.Query<Revenue>(
        $"SELECT {Columns} FROM lease_revenue WHERE lease_id = @lease AND epoch > @after ORDER BY epoch LIMIT @limit", new { lease, after, limit });
}

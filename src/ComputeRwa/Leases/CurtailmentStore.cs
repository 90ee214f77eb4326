using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Leases;

internal static class CurtailmentStore
{
    public static Task<int> Insert(Tx tx, CurtailmentNotice notice) => tx.Execute(
        """
        INSERT INTO lease_curtailments (id, lease_id, from_second, to_second, reason, created_at)
        VALUES (@Id, @LeaseId, @from, @to, @Reason, @CreatedAt)
        """,
        new { notice.Id, notice.LeaseId, from = notice.From.ToUnixTimeSeconds(), to = notice.To.ToUnixTimeSeconds(), notice.Reason, notice.CreatedAt });

    /// <summary>Notices of these leases that touch the time from <paramref name="from"/> up to <paramref name="to"/>, in order of their start.</summary>
    public static async Task<ILookup<Hash32, CurtailmentNotice>> Of(Tx tx, IEnumerable<Hash32> leases, DateTimeOffset from, DateTimeOffset to) => (await tx.Query<Row>(
        """
        SELECT id, lease_id, from_second, to_second, reason, created_at FROM lease_curtailments
        WHERE lease_id IN @ids AND from_second < @to AND to_second > @from ORDER BY from_second, id
        """,
        new { ids = leases.Select(l => l.Value).ToList(), from = from.ToUnixTimeSeconds(), to = to.ToUnixTimeSeconds() }))
        .ToLookup(r => r.LeaseId, r => r.ToNotice());

    private sealed record Row(string Id, Hash32 LeaseId, long FromSecond, long ToSecond, string Reason, DateTimeOffset CreatedAt)
    {
        public CurtailmentNotice ToNotice() => new(
            Id, LeaseId, DateTimeOffset.FromUnixTimeSeconds(FromSecond), DateTimeOffset.FromUnixTimeSeconds(ToSecond), Reason, CreatedAt);
    }
}

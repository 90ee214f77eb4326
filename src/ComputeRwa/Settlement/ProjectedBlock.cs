using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Settlement;

/// <summary>A block whose logs the projectors named have all folded in; what they know is the state of the chain at its end.</summary>
internal sealed record ProjectedBlock(long Number, Hash32 Hash, DateTimeOffset MinedAt)
{
    /// <summary>The newest such block in the snapshot of this transaction; null before the first.</summary>
    public static Task<ProjectedBlock?> Find(Tx tx, params string[] projectors) => tx.First<ProjectedBlock>(
        """
        SELECT number, hash, mined_at FROM chain_blocks
        WHERE number < COALESCE(
            (SELECT MIN(l.block_number) FROM chain_logs l
             WHERE l.position > (SELECT CASE WHEN COUNT(*) < @wanted THEN -1 ELSE MIN(position) END FROM projector_cursors WHERE projector IN @projectors)),
            9223372036854775807)
        ORDER BY number DESC LIMIT 1
        """,
        new { projectors, wanted = projectors.Length });
}

using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Settlement;

internal static class FindingPolicyStore
{
    /// <returns>false when one is written already; it stands.</returns>
    public static async Task<bool> Insert(Tx tx, Hash32 lease, FindingPolicy policy, string by, DateTimeOffset now) => await tx.Execute(
        "INSERT INTO lease_finding_policies (lease_id, policy, set_by, set_at) VALUES (@lease, @policy, @by, @now) ON CONFLICT (lease_id) DO NOTHING",
        new { lease, policy = policy.ToString(), by, now }) == 1;

    /// <summary>Null when none was written: then findings are reported.</summary>
    public static async Task<FindingPolicy?> Find(Tx tx, Hash32 lease) =>
        await tx.First<string>("SELECT policy FROM lease_finding_policies WHERE lease_id = @lease", new { lease }) is { } text ? Enum.Parse<FindingPolicy>(text) : null;
}

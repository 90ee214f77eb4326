using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;

namespace ComputeRwa.Parties;

internal sealed class MembershipProjector(Deployment deployment) : IProjector
{
    // What the chain may say and a time cannot hold: an admission without end.
    private static readonly ulong LastSecond = (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    private readonly Address _eligibility = Address.Parse(deployment.Contracts.Eligibility);

    public string Name => "memberships";

    public async Task Apply(Tx tx, ChainLog log)
    {
        if (log.Address != _eligibility || log.Decode<Eligibility.MemberSetEvent>() is not { } set) return;
        var until = DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(set.ValidUntil, LastSecond));
        var account = Address.Parse(set.Account);
        await MembershipStore.Insert(tx, new(log.Position, log.BlockNumber, account, until, set.Jurisdiction, set.InvestorClass, set.Blocked ? 1 : 0));
        Feed.Append(tx, "membership.set", account.Value, new { validUntil = until, set.Jurisdiction, set.InvestorClass, set.Blocked }, log.MinedAt);
    }

    public Task RollBack(Tx tx, long fromBlock) => MembershipStore.DeleteFrom(tx, fromBlock);
}

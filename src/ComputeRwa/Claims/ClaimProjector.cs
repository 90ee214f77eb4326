using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;

namespace ComputeRwa.Claims;

/// <summary>Units, revenue and claimed cash, from the events of LeaseClaims.</summary>
internal sealed class ClaimProjector : IProjector
{
    public string Name => "claims";

    public async Task Apply(Tx tx, ChainLog log)
    {
        if (log.Decode<LeaseClaims.TransferSingleEvent>() is { } single) Moved(tx, log, 0, single.Operator, single.From, single.To, Hash32.Of(single.Id), single.Value);
        else if (log.Decode<LeaseClaims.TransferBatchEvent>() is { } batch) MovedMany(tx, log, batch);
        else if (log.Decode<LeaseClaims.SyncedEvent>() is { } synced) ClaimStore.AddRevenue(tx, log, Hash32.Of(synced.Id), synced.Applied);
        else if (log.Decode<LeaseClaims.FundedEvent>() is { Kind: not 0 } income) await ClaimStore.AddIncome(tx, log, Hash32.Of(income.Id), income.Amount);
        else if (log.Decode<LeaseClaims.ClaimedEvent>() is { } claimed) Claimed(tx, log, claimed);
        else if (log.Decode<LeaseClaims.FrozenEvent>() is { } frozen) ClaimStore.AddFreeze(tx, log, Hash32.Of(frozen.TokenId), Address.Parse(frozen.Account), frozen.Amount);
        else if (log.Decode<LeaseClaims.ForcedTransferEvent>() is not null) await ClaimStore.MarkForced(tx, log);
    }

    public Task RollBack(Tx tx, long fromBlock) => ClaimStore.RollBack(tx, fromBlock);

    private static void MovedMany(Tx tx, ChainLog log, LeaseClaims.TransferBatchEvent e)
    {
        for (var i = 0; i < e.Ids.Count; i++) Moved(tx, log, i, e.Operator, e.From, e.To, Hash32.Of(e.Ids[i]), e.Values[i]);
    }

    private static void Moved(
        Tx tx, ChainLog log, int item, string by, string from, string to, Hash32 lease, System.Numerics.BigInteger units)
    {
        ClaimStore.AddTransfer(tx, log, item, lease, Address.Parse(by), Address.Parse(from), Address.Parse(to), units);
        Feed.Append(tx, "claim.transferred", lease.Value, new { from, to, units = $"{units}", transaction = log.TxHash.Value }, log.MinedAt);
    }

    private static void Claimed(Tx tx, ChainLog log, LeaseClaims.ClaimedEvent e)
    {
        var lease = Hash32.Of(e.Id);
        ClaimStore.AddPayout(tx, log, lease, Address.Parse(e.Holder), Address.Parse(e.To), e.Amount);
        Feed.Append(tx, "claim.paid", lease.Value, new { holder = e.Holder, to = e.To, amount = $"{e.Amount}", transaction = log.TxHash.Value }, log.MinedAt);
    }
}

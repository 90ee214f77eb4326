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

    public Task Apply(Tx tx, ChainLog log)
    {
        if (log.Decode<LeaseClaims.TransferSingleEvent>() is { } single) return Moved(tx, log, 0, single.Operator, single.From, single.To, Hash32.Of(single.Id), single.Value);
        if (log.Decode<LeaseClaims.TransferBatchEvent>() is { } batch) return MovedMany(tx, log, batch);
        if (log.Decode<LeaseClaims.SyncedEvent>() is { } synced) return ClaimStore.AddRevenue(tx, log, Hash32.Of(synced.Id), synced.Applied);
        if (log.Decode<LeaseClaims.FundedEvent>() is { Kind: not 0 } income) return ClaimStore.AddIncome(tx, log, Hash32.Of(income.Id), income.Amount);
        if (log.Decode<LeaseClaims.ClaimedEvent>() is { } claimed) return Claimed(tx, log, claimed);
        if (log.Decode<LeaseClaims.FrozenEvent>() is { } frozen) return ClaimStore.AddFreeze(tx, log, Hash32.Of(frozen.TokenId), Address.Parse(frozen.Account), frozen.Amount);
        if (log.Decode<LeaseClaims.ForcedTransferEvent>() is not null) return ClaimStore.MarkForced(tx, log);
        return Task.CompletedTask;
    }

    public Task RollBack(Tx tx, long fromBlock) => ClaimStore.RollBack(tx, fromBlock);

    private static async Task MovedMany(Tx tx, ChainLog log, LeaseClaims.TransferBatchEvent e)
    {
        for (var i = 0; i < e.Ids.Count; i++) await Moved(tx, log, i, e.Operator, e.From, e.To, Hash32.Of(e.Ids[i]), e.Values[i]);
    }

    private static async Task Moved(
        Tx tx, ChainLog log, int item, string by, string from, string to, Hash32 lease, System.Numerics.BigInteger units)
    {
        await ClaimStore.AddTransfer(tx, log, item, lease, Address.Parse(by), Address.Parse(from), Address.Parse(to), units);
        await Feed.Append(tx, "claim.transferred", lease.Value, new { from, to, units = $"{units}", transaction = log.TxHash.Value }, log.MinedAt);
    }

    private static async Task Claimed(Tx tx, ChainLog log, LeaseClaims.ClaimedEvent e)
    {
        var lease = Hash32.Of(e.Id);
        await ClaimStore.AddPayout(tx, log, lease, Address.Parse(e.Holder), Address.Parse(e.To), e.Amount);
        await Feed.Append(tx, "claim.paid", lease.Value, new { holder = e.Holder, to = e.To, amount = $"{e.Amount}", transaction = log.TxHash.Value }, log.MinedAt);
    }
}

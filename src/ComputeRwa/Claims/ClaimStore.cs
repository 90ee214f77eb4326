using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;

namespace ComputeRwa.Claims;

/// <summary>Units moved, as the chain recorded it. <c>Forced</c>: by the controller (ERC-7943), 1 or 0.</summary>
internal sealed record TransferRow(
    long Position, long Item, Hash32 LeaseId, Address Operator, Address Sender, Address Recipient, BigInteger Units, long Forced, DateTimeOffset MinedAt, Hash32 TxHash);

internal sealed record PayoutRow(long Position, Hash32 LeaseId, Address Holder, Address Recipient, BigInteger Amount, DateTimeOffset MinedAt, Hash32 TxHash);

internal sealed record RevenueRow(long Position, Hash32 LeaseId, BigInteger Applied);

internal static class ClaimStore
{
    public static void AddTransfer(Tx tx, ChainLog log, int item, Hash32 lease, Address by, Address from, Address to, BigInteger units) =>
        tx.Later(new NewTransfer(log, item, lease, by, from, to, units), NewTransfer.Table.Insert);

    /// <summary>ForcedTransfer follows the transfer that it explains.</summary>
    public static async Task MarkForced(Tx tx, ChainLog log)
    {
        await tx.WriteLater();
        await tx.Execute("UPDATE claim_transfers SET forced = 1 WHERE position = @Position - 1", new { log.Position });
    }

    public static void AddRevenue(Tx tx, ChainLog log, Hash32 lease, BigInteger applied) => tx.Later(new NewRevenue(log, lease, applied), NewRevenue.Table.Insert);

    /// <summary>Other income is shared out at once: the lease's revenue so far, and the amount.</summary>
    public static async Task AddIncome(Tx tx, ChainLog log, Hash32 lease, BigInteger amount)
    {
        await tx.WriteLater();
        var before = await tx.First<BigInteger?>("SELECT applied FROM claim_revenue WHERE lease_id = @lease ORDER BY position DESC LIMIT 1", new { lease });
        AddRevenue(tx, log, lease, (before ?? 0) + amount);
    }

    public static void AddPayout(Tx tx, ChainLog log, Hash32 lease, Address holder, Address to, BigInteger amount) =>
        tx.Later(new NewPayout(log, lease, holder, to, amount), NewPayout.Table.Insert);

    public static void AddFreeze(Tx tx, ChainLog log, Hash32 lease, Address account, BigInteger units) =>
        tx.Later(new NewFreeze(log, lease, account, units), NewFreeze.Table.Insert);

    public static async Task RollBack(Tx tx, long fromBlock)
    {
        await tx.Execute("DELETE FROM claim_transfers WHERE block_number >= @fromBlock", new { fromBlock });
        await tx.Execute("DELETE FROM claim_revenue WHERE block_number >= @fromBlock", new { fromBlock });
        await tx.Execute("DELETE FROM claim_payouts WHERE block_number >= @fromBlock", new { fromBlock });
        await tx.Execute("DELETE FROM claim_freezes WHERE block_number >= @fromBlock", new { fromBlock });
    }

    /// <summary>Oldest first.</summary>
    public static Task<List<TransferRow>> Transfers(Tx tx, Hash32 lease) => tx.Query<TransferRow>(
        """
        SELECT position, item, lease_id, operator, sender, recipient, units, forced, mined_at, tx_hash
        FROM claim_transfers WHERE lease_id = @lease ORDER BY position, item
        """,
        new { lease });

    /// <summary>Oldest first.</summary>
    public static Task<List<PayoutRow>> Payouts(Tx tx, Hash32 lease) => tx.Query<PayoutRow>(
        "SELECT position, lease_id, holder, recipient, amount, mined_at, tx_hash FROM claim_payouts WHERE lease_id = @lease ORDER BY position",
        new { lease });

    /// <summary>A page of them, after a place in the order of the chain.</summary>
    public static Task<List<TransferRow>> Transfers(Tx tx, Hash32 lease, long afterPosition, long afterItem, int limit) => tx.Query<TransferRow>(
        """
        SELECT position, item, lease_id, operator, sender, recipient, units, forced, mined_at, tx_hash FROM claim_transfers
        WHERE lease_id = @lease AND (position > @afterPosition OR (position = @afterPosition AND item > @afterItem))
        ORDER BY position, item LIMIT @limit
        """,
        new { lease, afterPosition, afterItem, limit });

    public static Task<List<PayoutRow>> Payouts(Tx tx, Hash32 lease, long after, int limit) => tx.Query<PayoutRow>(
        """
        SELECT position, lease_id, holder, recipient, amount, mined_at, tx_hash FROM claim_payouts
        WHERE lease_id = @lease AND position > @after ORDER BY position LIMIT @limit
        """,
        new { lease, after, limit });

    /// <summary>Leases of which the account ever held units, oldest first.</summary>
    public static Task<List<Hash32>> LeasesOf(Tx tx, Address account) => tx.Query<Hash32>(
        """
        SELECT lease_id FROM claim_transfers WHERE recipient = @account OR sender = @account
        GROUP BY lease_id ORDER BY MIN(position), lease_id
        """,
        new { account });

    /// <summary>Units of each account that may not move, where any are frozen.</summary>
    public static async Task<Dictionary<Address, BigInteger>> Frozen(Tx tx, Hash32 lease) => (await tx.Query<FreezeRow>(
        """
        SELECT f.account, f.units FROM claim_freezes f
        WHERE f.lease_id = @lease AND f.position = (SELECT MAX(g.position) FROM claim_freezes g WHERE g.lease_id = f.lease_id AND g.account = f.account)
        """,
        new { lease })).Where(f => !f.Units.IsZero).ToDictionary(f => f.Account, f => f.Units);

    /// <summary>The lease's holders, replayed up to the last event seen.</summary>
    public static async Task<HolderBook> Book(Tx tx, Lease lease)
    {
        var moved = (await Transfers(tx, lease.Id)).Select(t => (ClaimEvent)new UnitsMoved(t.Position, t.Sender, t.Recipient, t.Units));
        var paid = (await Payouts(tx, lease.Id)).Select(p => new CashClaimed(p.Position, p.Holder, p.Amount));
        var revenue = (await tx.Query<RevenueRow>("SELECT position, lease_id, applied FROM claim_revenue WHERE lease_id = @Id", new { lease.Id }))
            .Select(r => new RevenueApplied(r.Position, r.Applied));
        return HolderBook.Replay(lease.Terms, [.. moved, .. paid, .. revenue]);
    }

    private sealed record FreezeRow(Address Account, BigInteger Units);
}

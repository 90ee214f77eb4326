using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Leases;

internal sealed record OriginationRow(Hash32 LeaseId, Address Provider, Address Lessee, BigInteger CapPerEpoch, DateTimeOffset MinedAt, Hash32 TxHash);

/// <summary>What the chain says of leases: rows that only <see cref="LeaseProjector"/> writes.</summary>
internal static class LeaseChainStore
{
    public static void AddOrigination(Tx tx, ChainLog log, Hash32 lease, Address provider, Address lessee, BigInteger cap) =>
        tx.Later(new NewOrigination(log, lease, provider, lessee, cap), NewOrigination.Table.Insert);

    public static void AddCash(Tx tx, ChainLog log, Hash32 lease, string kind, long line, Address party, BigInteger amount) =>
        tx.Later(new NewCash(log, lease, kind, line, party, amount), NewCash.Table.Insert);

    public static void AddSync(Tx tx, ChainLog log, Hash32 lease, long epoch, BigInteger asked, BigInteger applied) =>
        tx.Later(new NewSync(log, lease, epoch, asked, applied), NewSync.Table.Insert);

    /// <param name="epoch">and amount, by the kind: see <see cref="TurnRow"/></param>
    public static void AddTurn(Tx tx, ChainLog log, Hash32 lease, string kind, Address? party, long? epoch, BigInteger? amount) =>
        tx.Later(new NewTurn(log, lease, kind, party, epoch, amount), NewTurn.Table.Insert);

    public static async Task RollBack(Tx tx, long fromBlock)
    {
        await tx.Execute("DELETE FROM lease_originations WHERE block_number >= @fromBlock", new { fromBlock });
        await tx.Execute("DELETE FROM lease_cash WHERE block_number >= @fromBlock", new { fromBlock });
        await tx.Execute("DELETE FROM lease_syncs WHERE block_number >= @fromBlock", new { fromBlock });
        await tx.Execute("DELETE FROM lease_turns WHERE block_number >= @fromBlock", new { fromBlock });
    }

    public static async Task<Dictionary<Hash32, OriginationRow>> Originations(Tx tx, IEnumerable<Hash32> leases) => (await tx.Query<OriginationRow>(
        "SELECT lease_id, provider, lessee, cap_per_epoch, mined_at, tx_hash FROM lease_originations WHERE lease_id IN @ids",
        new { ids = leases.Select(l => l.Value).ToList() })).ToDictionary(o => o.LeaseId);

    /// <summary>Oldest first.</summary>
    public static async Task<ILookup<Hash32, CashRow>> Cash(Tx tx, IEnumerable<Hash32> leases) => (await tx.Query<CashRow>(
        """
        SELECT position, lease_id, kind, line, party, amount, mined_at, tx_hash
        FROM lease_cash WHERE lease_id IN @ids ORDER BY position
        """,
        new { ids = leases.Select(l => l.Value).ToList() })).ToLookup(c => c.LeaseId);

    /// <summary>A page of one lease's, after a position in the order of the chain.</summary>
    public static Task<List<CashRow>> Cash(Tx tx, Hash32 lease, long after, int limit) => tx.Query<CashRow>(
        """
        SELECT position, lease_id, kind, line, party, amount, mined_at, tx_hash FROM lease_cash
        WHERE lease_id = @lease AND position > @after ORDER BY position LIMIT @limit
        """,
        new { lease, after, limit });

    /// <summary>Oldest first.</summary>
    public static async Task<ILookup<Hash32, SyncRow>> Syncs(Tx tx, IEnumerable<Hash32> leases) => (await tx.Query<SyncRow>(
        "SELECT position, lease_id, epoch, asked, applied, mined_at, tx_hash FROM lease_syncs WHERE lease_id IN @ids ORDER BY position",
        new { ids = leases.Select(l => l.Value).ToList() })).ToLookup(s => s.LeaseId);

    /// <summary>Oldest first.</summary>
    public static async Task<ILookup<Hash32, TurnRow>> Turns(Tx tx, IEnumerable<Hash32> leases) => (await tx.Query<TurnRow>(
        "SELECT position, lease_id, kind, party, epoch, amount, mined_at, tx_hash FROM lease_turns WHERE lease_id IN @ids ORDER BY position",
        new { ids = leases.Select(l => l.Value).ToList() })).ToLookup(t => t.LeaseId);

    /// <summary>The last epoch of each lease that ends earlier than its terms say. An end only ever moves nearer, so the latest holds.</summary>
    public static async Task<Dictionary<Hash32, long>> EarlyEnds(Tx tx)
    {
        var ends = new Dictionary<Hash32, long>();
        foreach (var (lease, epoch) in await tx.Query<(Hash32 Lease, long Epoch)>(
            "SELECT lease_id, epoch FROM lease_turns WHERE kind IN ('exited', 'defaulted') ORDER BY position")) ends[lease] = epoch;
        return ends;
    }

    /// <summary>Everything the chain recorded of these leases.</summary>
    public static async Task<ILookup<Hash32, ILeaseEvent>> Events(Tx tx, IReadOnlyCollection<Hash32> leases)
    {
        if (leases.Count == 0) return Enumerable.Empty<(Hash32 Id, ILeaseEvent Event)>().ToLookup(e => e.Id, e => e.Event);
        var (cash, syncs, turns) = (await Cash(tx, leases), await Syncs(tx, leases), await Turns(tx, leases));
        return leases.SelectMany(id => ((IEnumerable<ILeaseEvent>)[.. cash[id], .. syncs[id], .. turns[id]]).Select(e => (Id: id, Event: e))).ToLookup(e => e.Id, e => e.Event);
    }

    /// <summary>The accounts of these leases as of the events seen.</summary>
    public static async Task<Dictionary<Hash32, LeaseCash>> Accounts(Tx tx, IReadOnlyCollection<Lease> leases)
    {
        if (leases.Count == 0) return [];
        var events = await Events(tx, [.. leases.Select(l => l.Id)]);
        return leases.ToDictionary(l => l.Id, l => LeaseCash.Replay(l, events[l.Id]));
    }
}

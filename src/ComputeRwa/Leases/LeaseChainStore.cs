using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Leases;

/// <summary>A cash movement of a lease as the chain recorded it. <c>Line</c> is the funding kind, 0 the rent escrow.</summary>
internal sealed record CashRow(long Position, Hash32 LeaseId, string Kind, long Line, Address Party, BigInteger Amount, DateTimeOffset MinedAt, Hash32 TxHash);

/// <summary>An applied leaf as the chain recorded it; base units, cumulative.</summary>
internal sealed record SyncRow(long Position, Hash32 LeaseId, long Epoch, BigInteger Asked, BigInteger Applied, DateTimeOffset MinedAt, Hash32 TxHash);

internal sealed record OriginationRow(Hash32 LeaseId, Address Provider, Address Lessee, BigInteger CapPerEpoch, DateTimeOffset MinedAt, Hash32 TxHash);

/// <summary>What the chain says of leases: rows that only <see cref="LeaseProjector"/> writes.</summary>
internal static class LeaseChainStore
{
    public static Task<int> AddOrigination(Tx tx, ChainLog log, Hash32 lease, Address provider, Address lessee, BigInteger cap) => tx.Execute(
        """
        INSERT INTO lease_originations (lease_id, provider, lessee, cap_per_epoch, position, block_number, mined_at, tx_hash)
        VALUES (@lease, @provider, @lessee, @cap, @Position, @BlockNumber, @MinedAt, @TxHash)
        """,
        new { lease, provider, lessee, cap, log.Position, log.BlockNumber, log.MinedAt, log.TxHash });

    public static Task<int> AddCash(Tx tx, ChainLog log, Hash32 lease, string kind, long line, Address party, BigInteger amount) => tx.Execute(
        """
        INSERT INTO lease_cash (position, lease_id, kind, line, party, amount, block_number, mined_at, tx_hash)
        VALUES (@Position, @lease, @kind, @line, @party, @amount, @BlockNumber, @MinedAt, @TxHash)
        """,
        new { log.Position, lease, kind, line, party, amount, log.BlockNumber, log.MinedAt, log.TxHash });

    public static Task<int> AddSync(Tx tx, ChainLog log, Hash32 lease, long epoch, BigInteger asked, BigInteger applied) => tx.Execute(
        """
        INSERT INTO lease_syncs (position, lease_id, epoch, asked, applied, block_number, mined_at, tx_hash)
        VALUES (@Position, @lease, @epoch, @asked, @applied, @BlockNumber, @MinedAt, @TxHash)
        """,
        new { log.Position, lease, epoch, asked, applied, log.BlockNumber, log.MinedAt, log.TxHash });

    public static async Task RollBack(Tx tx, long fromBlock)
    {
        await tx.Execute("DELETE FROM lease_originations WHERE block_number >= @fromBlock", new { fromBlock });
        await tx.Execute("DELETE FROM lease_cash WHERE block_number >= @fromBlock", new { fromBlock });
        await tx.Execute("DELETE FROM lease_syncs WHERE block_number >= @fromBlock", new { fromBlock });
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

    /// <summary>The accounts of these leases as of the events seen.</summary>
    public static async Task<Dictionary<Hash32, LeaseCash>> Accounts(Tx tx, IReadOnlyCollection<Lease> leases)
    {
        var ids = leases.Select(l => l.Id).ToList();
        var (cash, syncs) = (await Cash(tx, ids), await Syncs(tx, ids));
        return leases.ToDictionary(l => l.Id, l => LeaseCash.Of(
            l.Terms, cash[l.Id].Select(c => (c.Kind, c.Amount)), syncs[l.Id].LastOrDefault() is { } s ? new(s.Epoch, s.Asked, s.Applied) : null));
    }
}

using System.Globalization;
using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Chain;

/// <summary>
/// Commands that travel in a pack, which is a transaction like any other. They are <c>packed</c> until the pack is mined, share its block from
/// then on, and are queued again when it has failed as a whole.
/// </summary>
internal static class PackStore
{
    /// <summary>Puts a pack at the end of the queue, from where its lane signs it at once, and the commands into it.</summary>
    /// <returns>null when not all of them were still queued</returns>
    public static async Task<TransactionId?> Make(Tx tx, Shipment shipment, DateTimeOffset now)
    {
        var id = TransactionId.New(now);
        var command = new Command($"{Outbox.Pack}:{id}", Outbox.Pack, shipment.Pack!.Kind, shipment.To, shipment.CallData, shipment.GasLimit);
        await OutboxStore.Insert(tx, id, command, now);
        var (values, args) = Sql.Values(shipment.Rows.Select((row, place) => new object?[] { row.Id.Value, (long)place }));
        args.AddDynamicParams(new { id, now });
        var moved = await tx.Execute(
            $"""
            UPDATE transactions SET state = 'packed', pack_id = @id, pack_place = v.column2, updated_at = @now
            FROM (VALUES {values}) AS v WHERE transactions.id = v.column1 AND transactions.state = 'queued'
            """, args);
        return moved == shipment.Rows.Count ? id : null;
    }

    /// <summary>The pack's outcome is its commands': mined with it, those that were skipped with their reasons; on their way again when it had no effect.</summary>
    public static async Task Settle(Tx tx, Outcome outcome, DateTimeOffset now)
    {
        var (pack, block, blockHash) = (outcome.Flight.Id, outcome.Block, outcome.BlockHash);
        if (outcome.IsEmpty || outcome.Error is not null)
        {
            await Release(tx, [pack], now);
            return;
        }
        await tx.Execute(
            """
            UPDATE transactions SET state = 'mined', block_number = @block, block_hash = @blockHash, hash = @Hash, error = NULL, updated_at = @now
            WHERE pack_id = @pack AND state IN ('packed', 'mined')
            """, new { pack, block, blockHash, outcome.Hash, now });
        foreach (var (place, reason) in outcome.Skipped)
            await tx.Execute("UPDATE transactions SET error = @reason WHERE pack_id = @pack AND pack_place = @place AND state = 'mined'", new { pack, place, reason });
    }

    /// <summary>Their packs are in no block now, or in one without effect.</summary>
    public static Task<int> Release(Tx tx, IEnumerable<TransactionId> packs, DateTimeOffset now) => tx.Execute(
        """
        UPDATE transactions SET state = 'packed', block_number = NULL, block_hash = NULL, hash = NULL, error = NULL, updated_at = @now
        WHERE pack_id IN @packs AND state = 'mined'
        """, new { packs = packs.Select(p => p.Value).ToArray(), now });

    /// <summary>Packs that have failed for good, or have no nonce any more, let their commands go: each is queued where it was, and goes by itself.</summary>
    public static async Task Dissolve(Tx tx, DateTimeOffset now)
    {
        var freed = await tx.Execute(
            """
            UPDATE transactions SET state = 'queued', pack_id = NULL, pack_place = NULL, alone = 1, updated_at = @now
            WHERE state = 'packed' AND pack_id IN (SELECT p.id FROM transactions p WHERE p.kind = @kind AND p.state = 'failed')
            """, new { kind = Outbox.Pack, now });
        if (freed > 0) tx.Announce(Outbox.Topic);
    }
}

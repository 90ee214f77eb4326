using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Chain;

/// <summary>The chain as this program has seen it, and how far each projector has come.</summary>
internal static class WatcherStore
{
    public static Task<StoredBlock?> LastBlock(Tx tx) => tx.First<StoredBlock>(
        "SELECT number, hash, parent_hash, mined_at FROM chain_blocks ORDER BY number DESC LIMIT 1");

    public static Task<StoredBlock?> Block(Tx tx, long number) => tx.First<StoredBlock>(
        "SELECT number, hash, parent_hash, mined_at FROM chain_blocks WHERE number = @number", new { number });

    /// <summary>The stored blocks below a number, nearest first.</summary>
    public static Task<List<StoredBlock>> BlocksBelow(Tx tx, long number, int limit) => tx.Query<StoredBlock>(
        "SELECT number, hash, parent_hash, mined_at FROM chain_blocks WHERE number < @number ORDER BY number DESC LIMIT @limit", new { number, limit });

    private static readonly Bulk<BlockHeader> Blocks = new Bulk<BlockHeader>("INSERT INTO chain_blocks")
        .Number("number", b => b.Number).Text("hash", b => b.Hash.Value).Text("parent_hash", b => b.Parent.Value).Number("mined_at", b => b.MinedAt.ToUnixTimeMilliseconds());

    private static readonly Bulk<ChainLog> NewLogs = new Bulk<ChainLog>("INSERT INTO chain_logs")
        .Number("position", l => l.Position).Number("block_number", l => l.BlockNumber).Number("log_index", l => l.LogIndex).Text("tx_hash", l => l.TxHash.Value)
        .Text("address", l => l.Address.Value).Text("topics", l => string.Join(',', l.Topics)).Text("data", l => l.Data);

    public static Task Insert(Tx tx, IReadOnlyCollection<BlockHeader> blocks) => Blocks.Insert(tx, blocks);

    public static Task Insert(Tx tx, IReadOnlyCollection<ChainLog> logs) => NewLogs.Insert(tx, logs);

    public static async Task Delete(Tx tx, long fromBlock)
    {
        await tx.Execute("DELETE FROM chain_logs WHERE block_number >= @fromBlock", new { fromBlock });
        await tx.Execute("DELETE FROM chain_blocks WHERE number >= @fromBlock", new { fromBlock });
        await tx.Execute("UPDATE projector_cursors SET position = @before WHERE position > @before", new { before = ChainLog.PositionOf(fromBlock, 0) - 1 });
    }

    private const string Logs =
        """
        SELECT l.position, l.block_number, l.log_index, b.mined_at, l.tx_hash, l.address, l.topics, l.data
        FROM chain_logs l JOIN chain_blocks b ON b.number = l.block_number
        """;

    public static async Task<List<ChainLog>> LogsAfter(Tx tx, long position, int limit) =>
        (await tx.Query<LogRow>(Logs + " WHERE l.position > @position ORDER BY l.position LIMIT @limit", new { position, limit })).ConvertAll(ToLog);

    public static async Task<List<ChainLog>> LogsOf(Tx tx, Hash32 txHash) =>
        (await tx.Query<LogRow>(Logs + " WHERE l.tx_hash = @txHash ORDER BY l.position", new { txHash })).ConvertAll(ToLog);

    public static Task<long> CountLogs(Tx tx) => tx.Single<long>("SELECT COUNT(*) FROM chain_logs");

    public static Task<long?> LastPosition(Tx tx) => tx.First<long?>("SELECT MAX(position) FROM chain_logs");

    public static async Task<Dictionary<string, long>> Cursors(Tx tx) =>
        (await tx.Query<(string Projector, long Position)>("SELECT projector, position FROM projector_cursors")).ToDictionary(r => r.Projector, r => r.Position);

    /// <summary>The same, and none moves before this transaction ends.</summary>
    public static async Task<Dictionary<string, long>> HoldCursors(Tx tx) =>
        (await tx.Query<(string Projector, long Position)>($"SELECT projector, position FROM projector_cursors{tx.ForUpdate}")).ToDictionary(r => r.Projector, r => r.Position);

    public static Task<int> MoveCursor(Tx tx, string projector, long position) => tx.Execute(
        """
        INSERT INTO projector_cursors (projector, position) VALUES (@projector, @position)
        ON CONFLICT (projector) DO UPDATE SET position = excluded.position
        """, new { projector, position });

    private static ChainLog ToLog(LogRow r) =>
        new(r.Position, r.BlockNumber, r.LogIndex, r.MinedAt, r.TxHash, r.Address, r.Topics.Split(',', StringSplitOptions.RemoveEmptyEntries), r.Data);
}

internal sealed record StoredBlock(long Number, Hash32 Hash, Hash32 ParentHash, DateTimeOffset MinedAt);

/// <param name="Topics">joined by commas</param>
internal sealed record LogRow(long Position, long BlockNumber, long LogIndex, DateTimeOffset MinedAt, Hash32 TxHash, Address Address, string Topics, string Data);

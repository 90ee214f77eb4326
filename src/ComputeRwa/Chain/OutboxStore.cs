using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Chain;

/// <summary>A row of the outbox. <c>Raw</c> are the signed bytes; they never change once they are stored with their hash.</summary>
internal sealed record OutboxRow(
    long Seq, TransactionId Id, string Kind, string Subject, Address ToAddress, string Calldata, long GasLimit, string State, Address? Signer,
    long? Nonce, string? Raw, Hash32? Hash, long Attempts, string? Error, long? BlockNumber, Hash32? BlockHash, long? GasUsed,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>Each statement names the state it comes from, so that a row never moves twice.</summary>
internal static class OutboxStore
{
    private const string Columns =
        """
        SELECT seq, id, kind, subject, to_address, calldata, gas_limit, state, signer, nonce, raw, hash, attempts, error,
               block_number, block_hash, gas_used, created_at, updated_at
        FROM transactions
        """;

    public static Task<List<OutboxRow>> Queued(Tx tx, int limit) => tx.Query<OutboxRow>(
        Columns + " WHERE state = 'queued' ORDER BY seq LIMIT @limit", new { limit });

    /// <summary>What is signed and not yet final, in nonce order.</summary>
    public static Task<List<OutboxRow>> Unsettled(Tx tx) => tx.Query<OutboxRow>(
        Columns + " WHERE state IN ('signed', 'broadcast', 'mined') ORDER BY nonce");

    public static async Task<int> CountUnmined(Tx tx) => (int)await tx.Single<long>("SELECT COUNT(*) FROM transactions WHERE state IN ('signed', 'broadcast')");

    public static Task<OutboxRow?> Find(Tx tx, TransactionId id) => tx.First<OutboxRow>(Columns + " WHERE id = @id", new { id });

    public static Task<List<OutboxRow>> List(Tx tx, string? state, string? kind, string? subject, long after, int limit) => tx.Query<OutboxRow>(
        Columns + """
         WHERE seq > @after AND (@state IS NULL OR state = @state) AND (@kind IS NULL OR kind = @kind) AND (@subject IS NULL OR subject = @subject)
        ORDER BY seq LIMIT @limit
        """, new { state, kind, subject, after, limit });

    /// <summary>Newest first.</summary>
    public static Task<List<OutboxRow>> Latest(Tx tx, int limit) => tx.Query<OutboxRow>(Columns + " ORDER BY seq DESC LIMIT @limit", new { limit });

    public static async Task<Dictionary<string, long>> CountByState(Tx tx) =>
        (await tx.Query<(string State, long Count)>("SELECT state, COUNT(*) FROM transactions GROUP BY state")).ToDictionary(r => r.State, r => r.Count);

    public static Task<long?> NextNonce(Tx tx, Address signer) => tx.First<long?>(
        "SELECT next_nonce FROM signer_lanes WHERE address = @signer", new { signer });

    /// <summary>Moves the lane on, if it still stands where the caller saw it. False: somebody else moved it.</summary>
    public static async Task<bool> Reserve(Tx tx, Address signer, long from, long to) => await tx.Execute(
        "UPDATE signer_lanes SET next_nonce = @to WHERE address = @signer AND next_nonce = @from", new { signer, from, to }) == 1;

    public static Task<int> OpenLane(Tx tx, Address signer, long nextNonce) => tx.Execute(
        """
        INSERT INTO signer_lanes (address, next_nonce) VALUES (@signer, @nextNonce)
        ON CONFLICT (address) DO UPDATE SET next_nonce = CASE WHEN excluded.next_nonce > signer_lanes.next_nonce THEN excluded.next_nonce ELSE signer_lanes.next_nonce END
        """, new { signer, nextNonce });

    public static async Task<bool> Sign(Tx tx, TransactionId id, Address signer, long nonce, string raw, Hash32 hash, DateTimeOffset now) => await tx.Execute(
        """
        UPDATE transactions SET state = 'signed', signer = @signer, nonce = @nonce, raw = @raw, hash = @hash, attempts = attempts + 1, updated_at = @now
        WHERE id = @id AND state = 'queued'
        """, new { id, signer, nonce, raw, hash, now }) == 1;

    public static Task<int> Refuse(Tx tx, TransactionId id, string error, DateTimeOffset now) => tx.Execute(
        "UPDATE transactions SET state = 'failed', error = @error, updated_at = @now WHERE id = @id AND state = 'queued'", new { id, error, now });

    public static Task<int> Broadcast(Tx tx, TransactionId id, DateTimeOffset now) => tx.Execute(
        "UPDATE transactions SET state = 'broadcast', updated_at = @now WHERE id = @id AND state = 'signed'", new { id, now });

    /// <summary>What a receipt says. <paramref name="error"/> is why it reverted in its block; null when it did not.</summary>
    public static Task<int> Mine(Tx tx, TransactionId id, long blockNumber, Hash32 blockHash, long gasUsed, string? error, DateTimeOffset now) => tx.Execute(
        """
        UPDATE transactions SET state = @state, block_number = @blockNumber, block_hash = @blockHash, gas_used = @gasUsed, error = @error, updated_at = @now
        WHERE id = @id AND state IN ('signed', 'broadcast', 'mined')
        """,
        new { id, state = error is null ? TransactionState.Mined : TransactionState.Failed, blockNumber, blockHash, gasUsed, error, now });

    /// <summary>Its nonce went to a stranger's transaction for good: it gets a new one.</summary>
    public static Task<int> Requeue(Tx tx, TransactionId id, DateTimeOffset now) => tx.Execute(
        """
        UPDATE transactions SET state = 'queued', signer = NULL, nonce = NULL, raw = NULL, hash = NULL, updated_at = @now
        WHERE id = @id AND state IN ('signed', 'broadcast')
        """, new { id, now });

    /// <summary>Its block is gone: it is on its way again, with the same bytes.</summary>
    public static Task<int> Unmine(Tx tx, TransactionId id, DateTimeOffset now) => tx.Execute(
        """
        UPDATE transactions SET state = 'broadcast', block_number = NULL, block_hash = NULL, gas_used = NULL, updated_at = @now
        WHERE id = @id AND state = 'mined'
        """, new { id, now });

    /// <summary>A reorganisation undid the blocks from here on: what was in them, final or not, is on its way again.</summary>
    public static Task<int> Undo(Tx tx, long fromBlock, DateTimeOffset now) => tx.Execute(
        """
        UPDATE transactions SET state = 'broadcast', block_number = NULL, block_hash = NULL, gas_used = NULL, error = NULL, updated_at = @now
        WHERE block_number >= @fromBlock
        """, new { fromBlock, now });

    /// <summary>Mined rows at or below the block whose block no stored header contradicts.</summary>
    public static Task<int> Finalise(Tx tx, long throughBlock, DateTimeOffset now) => tx.Execute(
        """
        UPDATE transactions SET state = 'final', updated_at = @now
        WHERE state = 'mined' AND block_number <= @throughBlock
          AND NOT EXISTS (SELECT 1 FROM chain_blocks b WHERE b.number = transactions.block_number AND b.hash <> transactions.block_hash)
        """, new { throughBlock, now });

    public static Task<bool> HasMined(Tx tx) => tx.Single<bool>("SELECT EXISTS (SELECT 1 FROM transactions WHERE state = 'mined')");
}

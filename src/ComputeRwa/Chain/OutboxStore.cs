using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;

namespace ComputeRwa.Chain;

/// <summary>A row of the outbox. <c>Raw</c> are the signed bytes; they never change once they are stored with their hash.</summary>
internal sealed record OutboxRow(
    long Seq, TransactionId Id, string Kind, string Subject, Address ToAddress, string Calldata, long GasLimit, string State, Address? Signer,
    long? Nonce, string? Raw, Hash32? Hash, long Attempts, string? Error, long? BlockNumber, Hash32? BlockHash, long? GasUsed,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, TransactionId? PackId, long Alone);

/// <summary>Each statement names the state it comes from, so that a row never moves twice.</summary>
internal static class OutboxStore
{
    public const string Names =
        "seq, id, kind, subject, to_address, calldata, gas_limit, state, signer, nonce, raw, hash, attempts, error, block_number, block_hash, gas_used, created_at, updated_at, pack_id, alone";

    private const string Columns = $"SELECT {Names} FROM transactions";

    public static Task<List<OutboxRow>> Queued(Tx tx, int limit) => tx.Query<OutboxRow>(
        Columns + " WHERE state = 'queued' ORDER BY seq LIMIT @limit", new { limit });

    public static Task<List<(TransactionId Id, string Subject)>> QueuedSubjects(Tx tx, int limit) => tx.Query<(TransactionId Id, string Subject)>(
        "SELECT id, subject FROM transactions WHERE state = 'queued' ORDER BY seq LIMIT @limit", new { limit });

    /// <summary>Whether another lane has unmined commands of these subjects, or one of them that stays queued would be left behind.</summary>
    /// <param name="leaving">what leaves the queue by failing</param>
    public static async Task<bool> WouldOvertake(Tx tx, Address signer, IReadOnlyList<OutboxRow> rows, IEnumerable<TransactionId> leaving)
    {
        var subjects = rows.Select(r => r.Subject).Distinct().ToArray();
        var elsewhere = await tx.Single<bool>(
            """
            SELECT EXISTS (SELECT 1 FROM transactions WHERE state IN ('signed', 'broadcast') AND signer <> @signer AND subject IN @subjects)
                OR EXISTS (SELECT 1 FROM transactions c JOIN transactions p ON p.id = c.pack_id WHERE c.state = 'packed' AND p.signer <> @signer AND c.subject IN @subjects)
            """, new { signer, subjects });
        if (elsewhere) return true;
        var (taken, last) = (rows.Select(r => r.Id).Concat(leaving).ToHashSet(), rows.GroupBy(r => r.Subject).ToDictionary(g => g.Key, g => g.Max(r => r.Seq)));
        var queued = await tx.Query<(TransactionId Id, string Subject, long Seq)>("SELECT id, subject, seq FROM transactions WHERE state = 'queued' AND subject IN @subjects", new { subjects });
        return queued.Exists(q => !taken.Contains(q.Id) && q.Seq < last[q.Subject]);
    }

    /// <summary>Place in the queue of the first row, besides these, that had neither been mined nor failed up to the block.</summary>
    public static Task<long?> EarliestOpen(Tx tx, IEnumerable<TransactionId> besides, long block) => tx.First<long?>(
        "SELECT MIN(seq) FROM transactions WHERE (state IN ('queued', 'packed', 'signed', 'broadcast') OR block_number > @block) AND id NOT IN @ids",
        new { block, ids = besides.Select(i => i.Value).ToArray() });

    /// <summary>Blocks, up to this one, of what is mined and not final, as its receipts named them.</summary>
    public static async Task<List<(long Number, Hash32 Hash)>> MinedIn(Tx tx, long through) =>
        (await tx.Query<(long, string)>("SELECT DISTINCT block_number, block_hash FROM transactions WHERE state = 'mined' AND block_number <= @through", new { through }))
            .ConvertAll(b => (b.Item1, Hash32.Parse(b.Item2)));

    public static Task<List<OutboxRow>> Load(Tx tx, IEnumerable<TransactionId> ids) => tx.Query<OutboxRow>(Columns + " WHERE id IN @ids", new { ids = ids.Select(i => i.Value).ToArray() });

    /// <summary>Stores a command at the end of the queue.</summary>
    /// <returns>null, and nothing is stored, when the command id is known.</returns>
    public static Task<OutboxRow?> Insert(Tx tx, TransactionId id, Command command, DateTimeOffset now) => tx.First<OutboxRow>(
        $"""
        INSERT INTO transactions (id, seq, command_id, kind, subject, to_address, calldata, gas_limit, state, attempts, created_at, updated_at)
        VALUES (@id, {NextSeq(tx)}, @CommandId, @Kind, @Subject, @To, @CallData, @GasLimit, @state, 0, @now, @now)
        ON CONFLICT (command_id) DO NOTHING RETURNING {Names}
        """,
        new { id, command.CommandId, command.Kind, command.Subject, command.To, command.CallData, command.GasLimit, state = TransactionState.Queued, now });

    /// <summary>
    /// The place at the end of the queue, as an expression. In PostgreSQL who takes one does not wait for others, so of two that run at once the
    /// later place may be seen first.
    /// </summary>
    public static string NextSeq(Tx tx) => tx.IsPostgres ? "nextval('outbox_places')" : "(SELECT COALESCE(MAX(seq), 0) + 1 FROM transactions)";

    public static Task<OutboxRow?> OfCommand(Tx tx, string commandId) => tx.First<OutboxRow>(Columns + " WHERE command_id = @commandId", new { commandId });

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

    public static Task<int> Refuse(Tx tx, TransactionId id, string error, DateTimeOffset now) => tx.Execute(
        "UPDATE transactions SET state = 'failed', error = @error, updated_at = @now WHERE id = @id AND state = 'queued'", new { id, error, now });

    /// <summary>A reorganisation undid the blocks from here on: what was in them, final or not, is on its way again.</summary>
    public static Task<int> Undo(Tx tx, long fromBlock, DateTimeOffset now) => tx.Execute(
        """
        UPDATE transactions SET state = CASE WHEN pack_id IS NULL THEN 'broadcast' ELSE 'packed' END, block_number = NULL, block_hash = NULL, gas_used = NULL,
            hash = CASE WHEN pack_id IS NULL THEN hash END, error = CASE WHEN is_empty = 1 THEN error END, updated_at = @now
        WHERE block_number >= @fromBlock
        """, new { fromBlock, now });

    /// <summary>Mined rows at or below the block whose block no stored header contradicts: final, or failed for good.</summary>
    public static async Task Finalise(Tx tx, long throughBlock, DateTimeOffset now)
    {
        const string Settled =
            """
            state = 'mined' AND block_number <= @throughBlock
            AND NOT EXISTS (SELECT 1 FROM chain_blocks b WHERE b.number = transactions.block_number AND b.hash <> transactions.block_hash)
            """;
        var failed = await tx.Query<OutboxRow>(Columns + " WHERE error IS NOT NULL AND " + Settled, new { throughBlock });
        foreach (var row in failed) AnnounceFailure(tx, row, row.Error!, now);
        await tx.Execute(
            "UPDATE transactions SET state = CASE WHEN error IS NULL THEN 'final' ELSE 'failed' END, updated_at = @now WHERE " + Settled, new { throughBlock, now });
        await PackStore.Dissolve(tx, now);
    }

    public static void AnnounceFailure(Tx tx, OutboxRow row, string error, DateTimeOffset now) =>
        Feed.Append(tx, "transaction.failed", row.Id.Value, new { row.Kind, row.Subject, error }, now);

    /// <summary>The lowest block of what is mined and not final; null when nothing is.</summary>
    public static Task<long?> FirstMined(Tx tx) => tx.Single<long?>("SELECT MIN(block_number) FROM transactions WHERE state = 'mined'");
}

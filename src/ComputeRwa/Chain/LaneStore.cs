using System.Globalization;
using System.Numerics;
using ComputeRwa.Db;
using ComputeRwa.Kernel;
using Dapper;

namespace ComputeRwa.Chain;

/// <summary>A signer's lane: the next nonce, and what it has paid on that UTC day (counted from 1970).</summary>
internal sealed record LaneRow(Address Address, long NextNonce, long Day, BigInteger Spent, long GasSpent)
{
    /// <summary>A clock that was set back over midnight does not renew the budget; one that was a day or more ahead does not take it for longer.</summary>
    public Cost PaidOn(long day) => Day - day is 0 or 1 ? new(Spent, GasSpent) : default;
}

/// <summary>A signed transaction that is not final, without its bytes. Fees and <c>IsEmpty</c> are its newest variant's.</summary>
internal sealed record Flight(
    TransactionId Id, string State, long Nonce, Hash32 Hash, long GasLimit, BigInteger MaxFee, BigInteger MaxPriority, long SentBlock, long IsEmpty,
    BigInteger FeePaid, long Attempts, Hash32? BlockHash, string? Error, string Kind)
{
    public Fees Fees => new(MaxFee, MaxPriority);
}

/// <summary>How a lane stands.</summary>
/// <param name="InFlight">signed and not mined, of which <paramref name="ToHandOver"/> the node has not taken yet</param>
/// <param name="HasMined">1 when something is mined and not final</param>
/// <param name="HasOthers">1 when there are other lanes, which share the queue</param>
internal sealed record LaneLook(long NextNonce, long InFlight, long ToHandOver, long HasMined, long HasOthers);

/// <summary>Signed bytes on their way to the node.</summary>
internal sealed record Parcel(TransactionId Id, long Nonce, Hash32 Hash, string Raw);

/// <summary>One of several signed transactions with one nonce; at most one of them is ever mined.</summary>
internal sealed record Variant(TransactionId TransactionId, Hash32 Hash, long IsEmpty);

/// <summary>What a block says of a transaction. <c>Error</c> is why it had no effect; null when it had.</summary>
/// <param name="Skipped">of a pack: which of its commands failed, and why</param>
internal sealed record Outcome(
    Flight Flight, Hash32 Hash, bool IsEmpty, long Block, Hash32 BlockHash, long GasUsed, BigInteger FeePaid, string? Error, IReadOnlyList<(long Place, string Reason)> Skipped);

/// <summary>
/// A lane's rows, written by who holds its duty. Each statement names the state it comes from, so that a row never moves twice.
/// </summary>
internal static class LaneStore
{
    private const string Unmined = "state IN ('signed', 'broadcast')";

    public static Task<LaneRow?> Find(Tx tx, Address signer) => tx.First<LaneRow>(
        "SELECT address, next_nonce, day, spent, gas_spent FROM signer_lanes WHERE address = @signer", new { signer });

    public static Task<int> Open(Tx tx, Address signer, long nextNonce) => tx.Execute(
        """
        INSERT INTO signer_lanes (address, next_nonce) VALUES (@signer, @nextNonce)
        ON CONFLICT (address) DO UPDATE SET next_nonce = CASE WHEN excluded.next_nonce > signer_lanes.next_nonce THEN excluded.next_nonce ELSE signer_lanes.next_nonce END
        """, new { signer, nextNonce });

    /// <summary>Says that the lane is able to sign; the others then leave it its share.</summary>
    public static Task<int> SetReady(Tx tx, Address signer) => tx.Execute(
        $"UPDATE signer_lanes SET ready_at = {tx.Now} WHERE address = @signer", new { signer });

    public static Task<List<Address>> ReadyWithin(Tx tx, TimeSpan span) => tx.Query<Address>(
        $"SELECT address FROM signer_lanes WHERE ready_at BETWEEN {tx.Now} - @span AND {tx.Now} ORDER BY address", new { span = (long)span.TotalMilliseconds });

    public static Task<LaneLook?> Look(Tx tx, Address signer) => tx.First<LaneLook>(
        $"""
        SELECT next_nonce,
            (SELECT COUNT(*) FROM transactions WHERE signer = @signer AND {Unmined}) AS in_flight,
            (SELECT COUNT(*) FROM transactions WHERE signer = @signer AND state = 'signed') AS to_hand_over,
            CAST(CASE WHEN EXISTS (SELECT 1 FROM transactions WHERE signer = @signer AND state = 'mined') THEN 1 ELSE 0 END AS BIGINT) AS has_mined,
            CAST(CASE WHEN EXISTS (SELECT 1 FROM signer_lanes WHERE address <> @signer) THEN 1 ELSE 0 END AS BIGINT) AS has_others
        FROM signer_lanes WHERE address = @signer
        """, new { signer });

    /// <summary>Moves the lane on, if it still stands where the caller saw it. False: somebody else moved it.</summary>
    public static async Task<bool> Reserve(Tx tx, Address signer, long from, long to) => await tx.Execute(
        "UPDATE signer_lanes SET next_nonce = @to WHERE address = @signer AND next_nonce = @from", new { signer, from, to }) == 1;

    /// <summary>Adds to what the lane has paid on a day; a new day begins at nothing.</summary>
    public static async Task Book(Tx tx, Address signer, long day, Cost more)
    {
        var lane = await Find(tx, signer) ?? throw new InvalidOperationException($"The lane of {signer} is not open.");
        var paid = lane.PaidOn(day) + more;
        if (lane.Day == day + 1) day = lane.Day;
        await tx.Execute("UPDATE signer_lanes SET day = @day, spent = @Wei, gas_spent = @Gas WHERE address = @signer", new { signer, day, paid.Wei, paid.Gas });
    }

    // ── what is in flight ─────────────────────────────────────────────────────────────────────────────────────────────

    public static Task<bool> Has(Tx tx, Address signer, long nonce) => tx.Single<bool>(
        "SELECT EXISTS (SELECT 1 FROM transactions WHERE signer = @signer AND nonce = @nonce)", new { signer, nonce });

    /// <summary>In the order of nonces.</summary>
    public static Task<List<Flight>> InFlight(Tx tx, Address signer, bool minedToo) => tx.Query<Flight>(
        $"""
        SELECT id, state, nonce, hash, gas_limit, max_fee, max_priority, sent_block, is_empty, fee_paid, attempts, block_hash, error, kind
        FROM transactions WHERE signer = @signer AND {(minedToo ? "state IN ('signed', 'broadcast', 'mined')" : Unmined)} ORDER BY nonce
        """, new { signer });

    /// <summary>Whatever else may be mined in place of the newest variant of what is not final.</summary>
    public static Task<List<Variant>> Variants(Tx tx, Address signer) => tx.Query<Variant>(
        """
        SELECT v.transaction_id, v.hash, v.is_empty FROM transactions t JOIN transaction_variants v ON v.transaction_id = t.id AND v.nonce = t.nonce
        WHERE t.signer = @signer AND t.state IN ('signed', 'broadcast', 'mined') AND t.attempts > 1 ORDER BY v.created_at
        """, new { signer });

    /// <summary>Subject → lane, of all lanes' unmined transactions.</summary>
    public static async Task<Dictionary<string, Address>> SubjectsInFlight(Tx tx)
    {
        var subjects = new Dictionary<string, Address>();
        var unmined = await tx.Query<(string, string)>(
            $"""
            SELECT DISTINCT subject, signer FROM transactions WHERE {Unmined}
            UNION SELECT c.subject, p.signer FROM transactions c JOIN transactions p ON p.id = c.pack_id WHERE c.state = 'packed' AND p.signer IS NOT NULL
            """);
        foreach (var (subject, signer) in unmined) subjects[subject] = Address.Parse(signer);
        return subjects;
    }

    /// <summary>Signed and not yet taken by the node, in the order of nonces.</summary>
    public static Task<List<Parcel>> ToHandOver(Tx tx, Address signer, int limit) => tx.Query<Parcel>(
        "SELECT id, nonce, hash, raw FROM transactions WHERE signer = @signer AND state = 'signed' ORDER BY nonce LIMIT @limit", new { signer, limit });

    public static Task<List<Parcel>> Parcels(Tx tx, IEnumerable<TransactionId> ids) => tx.Query<Parcel>(
        "SELECT id, nonce, hash, raw FROM transactions WHERE id IN @ids AND state IN ('broadcast', 'mined') ORDER BY nonce", new { ids = Texts(ids) });

    // ── what moves it ─────────────────────────────────────────────────────────────────────────────────────────────────

    /// <returns>how many were still queued.</returns>
    public static Task<int> Sign(Tx tx, Address signer, IReadOnlyList<(TransactionId Id, long Nonce, SignedTransaction Signed)> rows, Fees fees, long head, DateTimeOffset now)
    {
        var (values, args) = Sql.Values(rows.Select(r => new object?[] { r.Id.Value, r.Nonce, r.Signed.Raw, r.Signed.Hash.Value }));
        args.AddDynamicParams(new { signer, fees.Max, fees.MaxPriority, head, now });
        return tx.Execute(
            $"""
            UPDATE transactions SET state = 'signed', signer = @signer, nonce = v.column2, raw = v.column3, hash = v.column4, attempts = attempts + 1,
                max_fee = @Max, max_priority = @MaxPriority, sent_block = @head, is_empty = 0, updated_at = @now
            FROM (VALUES {values}) AS v WHERE transactions.id = v.column1 AND transactions.state = 'queued'
            """, args);
    }

    /// <summary>The node has these bytes. A replacement that came between is another matter.</summary>
    public static Task Broadcast(Tx tx, IReadOnlyList<Parcel> parcels, long head, DateTimeOffset now) => tx.Send(
        """
        UPDATE transactions SET state = 'broadcast', sent_block = CASE WHEN sent_block < @head THEN @head ELSE sent_block END, updated_at = @now
        WHERE id IN @ids AND hash IN @hashes AND state = 'signed'
        """, new { ids = Texts(parcels.Select(p => p.Id)), hashes = parcels.Select(p => p.Hash.Value).ToArray(), head, now });

    /// <summary>Bytes that may be mined in place of the earlier ones: a replacement that pays more, or, with a reason, an empty one that only uses the nonce.</summary>
    public static async Task<bool> Replace(Tx tx, Flight flight, SignedTransaction signed, Fees fees, string? givenUp, long head, DateTimeOffset now)
    {
        var isEmpty = givenUp is null ? flight.IsEmpty : 1;
        await tx.Execute(
            """
            INSERT INTO transaction_variants (hash, transaction_id, nonce, raw, max_fee, max_priority, is_empty, state, created_at)
            SELECT hash, id, nonce, raw, max_fee, max_priority, is_empty, 'sent', @now FROM transactions WHERE id = @Id ON CONFLICT (hash) DO NOTHING
            """, new { flight.Id, now });
        await tx.Execute(
            """
            INSERT INTO transaction_variants (hash, transaction_id, nonce, raw, max_fee, max_priority, is_empty, state, created_at)
            VALUES (@Hash, @Id, @Nonce, @Raw, @Max, @MaxPriority, @isEmpty, 'sent', @now) ON CONFLICT (hash) DO NOTHING
            """, new { signed.Hash, flight.Id, flight.Nonce, signed.Raw, fees.Max, fees.MaxPriority, isEmpty, now });
        return await tx.Execute(
            $"""
            UPDATE transactions SET state = 'signed', raw = @Raw, hash = @Hash, max_fee = @Max, max_priority = @MaxPriority, sent_block = @head, is_empty = @isEmpty,
                attempts = attempts + 1, error = CASE WHEN @givenUp IS NULL THEN error ELSE @givenUp END, updated_at = @now
            WHERE id = @Id AND hash = @was AND {Unmined}
            """, new { signed.Raw, signed.Hash, fees.Max, fees.MaxPriority, head, isEmpty, givenUp, flight.Id, was = flight.Hash, now }) == 1;
    }

    /// <summary>A signed transaction for a nonce that none of ours has.</summary>
    public static async Task Fill(Tx tx, Address signer, long nonce, SignedTransaction signed, Fees fees, long head, DateTimeOffset now)
    {
        var id = TransactionId.New(now);
        await tx.Execute(
            $"""
            INSERT INTO transactions (id, seq, command_id, kind, subject, to_address, calldata, gas_limit, state, signer, nonce, raw, hash, attempts, max_fee, max_priority,
                sent_block, is_empty, created_at, updated_at)
            VALUES (@id, {OutboxStore.NextSeq(tx)}, @command, @kind, @signer, @signer, @data, @gas, 'signed', @signer, @nonce, @Raw, @Hash, 1, @Max, @MaxPriority, @head, 0, @now, @now)
            """,
            new
            {
                id, command = $"fill:{signer}:{nonce}:{id}", kind = Outbox.Filling, signer, data = UnsignedTransaction.NoData, gas = SendLimits.EmptyGas, nonce,
                signed.Raw, signed.Hash, fees.Max, fees.MaxPriority, head, now,
            });
    }

    public static async Task Mine(Tx tx, IReadOnlyList<Outcome> outcomes, DateTimeOffset now)
    {
        var (values, args) = Sql.Values(outcomes.Select(o => new object?[]
        {
            o.Flight.Id.Value, o.Block, o.BlockHash.Value, o.GasUsed, o.FeePaid.ToString(CultureInfo.InvariantCulture), o.Hash.Value, o.IsEmpty ? 1L : 0L, o.Error ?? "",
        }));
        args.Add("now", now);
        await tx.Execute(
            $"""
            UPDATE transactions SET state = 'mined', block_number = v.column2, block_hash = v.column3, gas_used = v.column4, fee_paid = v.column5, hash = v.column6,
                is_empty = v.column7, error = NULLIF(v.column8, ''), updated_at = @now
            FROM (VALUES {values}) AS v WHERE transactions.id = v.column1 AND transactions.state IN ('signed', 'broadcast', 'mined')
            """, args);
        foreach (var outcome in outcomes.Where(o => o.Flight.Attempts > 1)) await Settle(tx, outcome);
        foreach (var outcome in outcomes.Where(o => o.Flight.Kind == Outbox.Pack)) await PackStore.Settle(tx, outcome, now);
    }

    /// <summary>One variant won: its bytes are the transaction's, and the others are replaced.</summary>
    private static async Task Settle(Tx tx, Outcome outcome)
    {
        await tx.Execute("UPDATE transactions SET raw = (SELECT v.raw FROM transaction_variants v WHERE v.hash = @Hash) WHERE id = @Id AND EXISTS (SELECT 1 FROM transaction_variants v WHERE v.hash = @Hash)",
            new { outcome.Hash, outcome.Flight.Id });
        await tx.Execute("UPDATE transaction_variants SET state = CASE WHEN hash = @Hash THEN 'mined' ELSE 'replaced' END WHERE transaction_id = @Id",
            new { outcome.Hash, outcome.Flight.Id });
    }

    /// <summary>Their block is gone: they are on their way again, with the same bytes.</summary>
    public static async Task Unmine(Tx tx, IReadOnlyList<TransactionId> ids, DateTimeOffset now)
    {
        await tx.Execute(
            """
            UPDATE transactions SET state = 'broadcast', block_number = NULL, block_hash = NULL, gas_used = NULL, error = CASE WHEN is_empty = 1 THEN error END, updated_at = @now
            WHERE id IN @ids AND state = 'mined'
            """, new { ids = Texts(ids), now });
        await PackStore.Release(tx, ids, now);
    }

    /// <summary>
    /// Its nonce went to a stranger's transaction for good: a command gets a new one, what only filled the nonce has no purpose any more, and a
    /// pack lets its commands go, since others of their subjects may be ahead of it by now.
    /// </summary>
    public static async Task Lose(Tx tx, TransactionId id, DateTimeOffset now)
    {
        await tx.Execute("UPDATE transaction_variants SET state = 'replaced' WHERE transaction_id = @id", new { id });
        var lost = await tx.Query<OutboxRow>(
            $"""
            UPDATE transactions SET state = CASE WHEN kind = @filling THEN 'replaced' WHEN is_empty = 1 OR kind = @pack THEN 'failed' ELSE 'queued' END,
                error = CASE WHEN kind = @pack THEN COALESCE(error, @taken) ELSE error END,
                signer = NULL, nonce = NULL, raw = NULL, hash = NULL, updated_at = @now
            WHERE id = @id AND {Unmined} RETURNING {OutboxStore.Names}
            """, new { id, now, filling = Outbox.Filling, pack = Outbox.Pack, taken = "its nonce went to a transaction that this program did not send" });
        foreach (var row in lost.Where(r => r.State == TransactionState.Failed)) OutboxStore.AnnounceFailure(tx, row, row.Error ?? "given up", now);
        await PackStore.Dissolve(tx, now);
    }

    private static string[] Texts(IEnumerable<TransactionId> ids) => [.. ids.Select(i => i.Value)];
}

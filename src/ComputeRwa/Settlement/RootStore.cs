using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Settlement;

/// <summary>A root as the chain recorded it.</summary>
internal sealed record PostedRoot(
    long Position, long Epoch, long Attempt, Hash32 Root, Hash32 PreviousRoot, long Leases, BigInteger Rent, long GpuSeconds, long WattHours, Hash32 DataHash,
    Address Poster, long BlockNumber, DateTimeOffset MinedAt, Hash32 TxHash);

/// <summary>Signatures over roots, the transactions they led to, and what the chain says of roots and attestors.</summary>
internal static class RootStore
{
    internal const string PostColumns =
        "position, epoch, attempt, root, previous_root, leases, rent, gpu_seconds, watt_hours, data_hash, poster, block_number, mined_at, tx_hash";

    /// <summary>A second signature of the same attestor over the same root changes nothing.</summary>
    public static Task<int> AddAttestation(Tx tx, EpochRow epoch, AttestorSignature signature, DateTimeOffset now) => tx.Execute(
        """
        INSERT INTO epoch_attestations (epoch, attempt, signer, signature, received_at) VALUES (@Epoch, @Attempt, @Signer, @hex, @now)
        ON CONFLICT (epoch, attempt, signer) DO NOTHING
        """,
        new { epoch.Epoch, epoch.Attempt, signature.Signer, hex = "0x" + Convert.ToHexStringLower(signature.Signature), now });

    /// <summary>In the order they came in.</summary>
    public static async Task<List<AttestorSignature>> Attestations(Tx tx, EpochRow epoch) => (await tx.Query<AttestationRow>(
        "SELECT signer, signature FROM epoch_attestations WHERE epoch = @Epoch AND attempt = @Attempt ORDER BY received_at, signer",
        new { epoch.Epoch, epoch.Attempt })).ConvertAll(r => new AttestorSignature(r.Signer, Convert.FromHexString(r.Signature.AsSpan(2))));

    /// <summary>Puts a transaction in its place; one that replaces a failed one takes the failed one's.</summary>
    public static Task<int> SetTransaction(Tx tx, EpochRow epoch, long request, long ordinal, TransactionId transaction) => tx.Execute(
        """
        INSERT INTO epoch_transactions (epoch, attempt, request, ordinal, transaction_id) VALUES (@Epoch, @Attempt, @request, @ordinal, @transaction)
        ON CONFLICT (epoch, attempt, request, ordinal) DO UPDATE SET transaction_id = excluded.transaction_id
        """,
        new { epoch.Epoch, epoch.Attempt, request, ordinal, transaction });

    public static Task<TransactionId?> PostTransaction(Tx tx, EpochRow epoch) => tx.First<TransactionId?>(
        "SELECT transaction_id FROM epoch_transactions WHERE epoch = @Epoch AND attempt = @Attempt AND request = 0", new { epoch.Epoch, epoch.Attempt });

    /// <summary>Number of the next sync; the post is 0.</summary>
    public static async Task<long> NextRequest(Tx tx, EpochRow epoch) => 1 + await tx.Single<long>(
        "SELECT COALESCE(MAX(request), 0) FROM epoch_transactions WHERE epoch = @Epoch AND attempt = @Attempt", new { epoch.Epoch, epoch.Attempt });

    public static Task<List<PostedRoot>> AllPosted(Tx tx, long throughBlock) => tx.Query<PostedRoot>(
        $"SELECT {PostColumns} FROM epoch_posts WHERE block_number <= @throughBlock ORDER BY position", new { throughBlock });

    /// <summary>null before the chain has been read.</summary>
    public static async Task<AttestorSet?> Attestors(Tx tx)
    {
        if (await tx.First<long?>("SELECT threshold FROM threshold_changes ORDER BY position DESC LIMIT 1") is not { } threshold) return null;
        var members = await tx.Query<Address>(
            """
            SELECT a.account FROM attestor_changes a
            WHERE a.is_attestor = 1 AND a.position = (SELECT MAX(b.position) FROM attestor_changes b WHERE b.account = a.account) ORDER BY a.position
            """);
        return new(members.ToHashSet(), (int)threshold);
    }

    public static Task<int> AddPost(Tx tx, ChainLog log, PostedRoot post) => tx.Execute(
        """
        INSERT INTO epoch_posts (position, epoch, attempt, root, previous_root, leases, rent, gpu_seconds, watt_hours, data_hash, poster, block_number, mined_at, tx_hash)
        VALUES (@Position, @Epoch, @Attempt, @Root, @PreviousRoot, @Leases, @Rent, @GpuSeconds, @WattHours, @DataHash, @Poster, @BlockNumber, @MinedAt, @TxHash)
        """,
        post with { Position = log.Position, BlockNumber = log.BlockNumber, MinedAt = log.MinedAt, TxHash = log.TxHash });

    public static Task<int> AddAttestor(Tx tx, ChainLog log, Address account, bool isAttestor) => tx.Execute(
        "INSERT INTO attestor_changes (position, account, is_attestor, block_number) VALUES (@Position, @account, @value, @BlockNumber)",
        new { log.Position, account, value = isAttestor ? 1L : 0L, log.BlockNumber });

    public static Task<int> AddThreshold(Tx tx, ChainLog log, int threshold) => tx.Execute(
        "INSERT INTO threshold_changes (position, threshold, block_number) VALUES (@Position, @threshold, @BlockNumber)",
        new { log.Position, threshold = (long)threshold, log.BlockNumber });

    public static async Task RollBack(Tx tx, long fromBlock)
    {
        await CancellationStore.RollBack(tx, fromBlock);
        await ObjectionStore.RollBack(tx, fromBlock);
        await tx.Execute("DELETE FROM epoch_posts WHERE block_number >= @fromBlock", new { fromBlock });
        await tx.Execute("DELETE FROM attestor_changes WHERE block_number >= @fromBlock", new { fromBlock });
        await tx.Execute("DELETE FROM threshold_changes WHERE block_number >= @fromBlock", new { fromBlock });
    }

    private sealed record AttestationRow(Address Signer, string Signature);
}

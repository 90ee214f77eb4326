using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Settlement;

/// <summary>Roots that were challenged away. Reward and Burned are base units of the bond token.</summary>
internal sealed record Cancellation(
    long Position, long FirstEpoch, long LastEpoch, long Attempt, Address Challenger, BigInteger Reward, BigInteger Burned, long BlockNumber, DateTimeOffset MinedAt, Hash32 TxHash);

/// <summary>Which roots stand, which were cancelled, and of which a reveal was demanded.</summary>
internal static class CancellationStore
{
    private const string Columns = "position, first_epoch, last_epoch, attempt, challenger, reward, burned, block_number, mined_at, tx_hash";

    /// <summary>What EpochLedger asks the next root to carry: it rises with each cancellation.</summary>
    public static Task<long> NextAttempt(Tx tx) => tx.Single<long>("SELECT COALESCE(MAX(attempt) + 1, 0) FROM root_cancellations");

    public static Task<List<Cancellation>> All(Tx tx, long throughBlock) => tx.Query<Cancellation>(
        $"SELECT {Columns} FROM root_cancellations WHERE block_number <= @throughBlock ORDER BY position", new { throughBlock });

    /// <summary>The root of the epoch that stands on chain, whoever posted it.</summary>
    public static Task<PostedRoot?> Standing(Tx tx, long epoch) => tx.First<PostedRoot>(
        $"""
        SELECT {RootStore.PostColumns} FROM epoch_posts p
        WHERE epoch = @epoch AND NOT EXISTS (SELECT 1 FROM root_cancellations c WHERE c.position > p.position AND c.first_epoch <= p.epoch)
        ORDER BY position DESC LIMIT 1
        """, new { epoch });

    /// <summary>Roots that stand, from an epoch on, in order.</summary>
    public static async Task<List<StandingRoot>> StandingFrom(Tx tx, long epoch)
    {
        var posts = await tx.Query<PostedRoot>(
            $"""
            SELECT {RootStore.PostColumns} FROM epoch_posts p
            WHERE epoch >= @epoch AND NOT EXISTS (SELECT 1 FROM root_cancellations c WHERE c.position > p.position AND c.first_epoch <= p.epoch)
            ORDER BY epoch
            """, new { epoch });
        var demands = await tx.Query<DemandRow>("SELECT position, epoch FROM reveal_demands WHERE epoch >= @epoch", new { epoch });
        return posts.ConvertAll(p => new StandingRoot(p, demands.Exists(d => d.Epoch == p.Epoch && d.Position > p.Position)));
    }

    public static Task<int> AddCancellation(Tx tx, Cancellation c) => tx.Execute(
        """
        INSERT INTO root_cancellations (position, first_epoch, last_epoch, attempt, challenger, reward, burned, block_number, mined_at, tx_hash)
        VALUES (@Position, @FirstEpoch, @LastEpoch, @Attempt, @Challenger, @Reward, @Burned, @BlockNumber, @MinedAt, @TxHash)
        """, c);

    public static Task<int> AddDemand(Tx tx, ChainLog log, long epoch, Hash32 lease, Address by) => tx.Execute(
        """
        INSERT INTO reveal_demands (position, epoch, lease_id, by_account, block_number, mined_at)
        VALUES (@Position, @epoch, @lease, @by, @BlockNumber, @MinedAt)
        """, new { log.Position, epoch, lease, by, log.BlockNumber, log.MinedAt });

    public static async Task RollBack(Tx tx, long fromBlock)
    {
        await tx.Execute("DELETE FROM root_cancellations WHERE block_number >= @fromBlock", new { fromBlock });
        await tx.Execute("DELETE FROM reveal_demands WHERE block_number >= @fromBlock", new { fromBlock });
    }

    private sealed record DemandRow(long Position, long Epoch);
}

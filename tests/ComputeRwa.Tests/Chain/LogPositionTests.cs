using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Kernel;
using ComputeRwa.Tests.Support;

namespace ComputeRwa.Tests.Chain;

[Trait("engine", "both")]
public class LogPositionTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(56);

    [Fact]
    public async Task A_block_of_more_than_a_hundred_thousand_logs_keeps_its_places_from_the_next()
    {
        await using var scratch = await ScratchDatabase.Make();
        ChainLog[] logs = [Log(7, 99_999), Log(7, 100_000), Log(7, 150_000), Log(8, 0), Log(8, 50_000)];
        await scratch.Write(tx => WatcherStore.Insert(tx, logs));
        Assert.Equal(logs.Select(l => (l.BlockNumber, l.LogIndex)), await scratch.Read(tx => tx.Query<(long, long)>("SELECT block_number, log_index FROM chain_logs ORDER BY position")));
        Assert.True(ChainLog.PositionOf(7, ChainLog.PositionsPerBlock - 1) < ChainLog.PositionOf(8, 0));
        Assert.Throws<InvalidOperationException>(() => ChainLog.PositionOf(7, ChainLog.PositionsPerBlock));
    }

    [Fact]
    public async Task Places_of_before_are_moved_and_keep_their_order()
    {
        await using var scratch = await ScratchDatabase.Make();
        // Block 1's new place is block 100's old one.
        ChainLog[] logs = [Log(0, 3), Log(1, 0), Log(1, 99_999), Log(2, 1), Log(100, 0), Log(100, 99_999), Log(20_000_000, 17)];
        await scratch.Write(async tx =>
        {
            await tx.Execute("DELETE FROM migrations WHERE name LIKE '0062_%'");
            await WatcherStore.Insert(tx, [.. logs.Select(l => l with { Position = l.BlockNumber * 100_000 + l.LogIndex })]);
            // A projector that has read block 1, and one that a reorganisation has set back to before block 2.
            foreach (var (projector, position) in new[] { ("read", 199_999L), ("new", -1L), ("set-back", 2 * 100_000L - 1) })
                await tx.Execute("INSERT INTO projector_cursors (projector, position) VALUES (@projector, @position)", new { projector, position });
        });
        Assert.Equal(1, await Migrator.Migrate(scratch.Database, Now));
        Assert.Equal(logs.Select(l => l.Position), await scratch.Read(tx => tx.Query<long>("SELECT position FROM chain_logs ORDER BY position")));
        foreach (var (projector, next) in new[] { ("read", Log(2, 1)), ("new", Log(0, 3)), ("set-back", Log(2, 1)) })
        {
            var at = await scratch.Read(tx => tx.Single<long>("SELECT position FROM projector_cursors WHERE projector = @projector", new { projector }));
            Assert.Equal(next.Position, logs.First(l => l.Position > at).Position);
        }
    }

    private static ChainLog Log(long block, long index) =>
        new(ChainLog.PositionOf(block, index), block, index, Now, Hash32.Zero, Address.Parse("0x0000000000000000000000000000000000000001"), [], "0x");
}

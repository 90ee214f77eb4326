using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Kernel;
using ComputeRwa.Settlement;
using ComputeRwa.Tests.Verify;
using ComputeRwa.Tests.Support;

namespace ComputeRwa.Tests.Settlement;

/// <summary>The tables of settlement.</summary>
[Trait("engine", "both")]
public sealed class EpochStoreTests
{
    private static ChainLog Log(long block, long index) =>
        new(ChainLog.PositionOf(block, index), block, index, LeaseCases.Now, Keccak.Hash([(byte)block]), LeaseCases.Account(1), [], "0x");

    [Fact]
    public async Task A_closed_epoch_comes_back_as_it_was_stored()
    {
        await using var db = await ScratchDatabase.Make();
        var made = new World(9, nodes: 3, leases: 3, epochs: 3).Close();
        foreach (var e in made) await db.Write(async tx => { await EpochStore.Insert(tx, e.Closed, e.File, LeaseCases.Now); return 0; });

        Assert.Equal(World.FirstEpoch + 2, await db.Read(EpochStore.LastClosed));
        Assert.Equal([World.FirstEpoch + 2, World.FirstEpoch + 1], (await db.Read(tx => EpochStore.List(tx, long.MaxValue, 2))).Select(e => e.Epoch));
        Assert.Equal([World.FirstEpoch], (await db.Read(tx => EpochStore.List(tx, World.FirstEpoch + 1, 9))).Select(e => e.Epoch));
        Assert.Null(await db.Read(tx => EpochStore.Find(tx, 5)));
        foreach (var (closed, file, _) in made)
        {
            var row = (await db.Read(tx => EpochStore.Find(tx, closed.Epoch)))!;
            Assert.Equal((closed.Root, closed.PreviousRoot, closed.Totals, Keccak.Hash(file), LeaseCases.Now), (row.Root, row.PreviousRoot, row.Totals, row.DataHash, row.ClosedAt));
            Assert.Equal(file, await db.Read(tx => EpochStore.File(tx, row)));
            var leaves = await db.Read(tx => EpochStore.Leaves(tx, row));
            Assert.Equal(closed.Leases.Select(l => (l.Leaf, l.LeafHash)), leaves.Select(l => (l.Leaf, l.LeafHash)));
            Assert.Equal(leaves.Select(l => l.LeafHash), await db.Read(tx => EpochStore.LeafHashes(tx, row.Epoch, row.Attempt)));
            foreach (var lease in closed.Leases)
            {
                Assert.Equal(lease.Leaf, (await db.Read(tx => EpochStore.Leaf(tx, row, lease.Lease.Id)))!.Leaf);
                Assert.Equal(lease.Lease.Record, await db.Read(tx => EpochStore.Record(tx, row, lease.Lease.Id)));
            }
            Assert.Equal(closed.Leases.Where(l => l.Rent is not null).Select(l => l.Lease.Id).ToHashSet(), (await db.Read(tx => EpochStore.Metered(tx, row))).ToHashSet());
        }
        var own = await db.Read(tx => EpochStore.OwnLeaves(tx, [.. made[2].Closed.Leases.Select(l => l.Lease.Id)]));
        Assert.Equal(made.SelectMany(e => e.Closed.Leases).Count(l => l.Rent is not null), own.Sum(o => o.Count()));
    }

    [Fact]
    public async Task An_epoch_is_stored_once()
    {
        await using var db = await ScratchDatabase.Make();
        var e = new World(9, nodes: 1, leases: 1, epochs: 1).Close()[0];
        await db.Write(async tx => { await EpochStore.Insert(tx, e.Closed, e.File, LeaseCases.Now); return 0; });
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => db.Write(async tx => { await EpochStore.Insert(tx, e.Closed, e.File, LeaseCases.Now); return 0; }));
    }

    [Fact]
    public async Task Attestors_are_as_the_latest_events_say()
    {
        await using var db = await ScratchDatabase.Make();
        Assert.Null(await db.Read(RootStore.Attestors));
        await db.Write(async tx =>
        {
            for (var i = 1; i <= 3; i++) await RootStore.AddAttestor(tx, Log(10, i), LeaseCases.Account(i), true);
            await RootStore.AddThreshold(tx, Log(10, 4), 2);
            await RootStore.AddAttestor(tx, Log(20, 0), LeaseCases.Account(2), false);
            return await RootStore.AddThreshold(tx, Log(20, 1), 1);
        });
        var set = (await db.Read(RootStore.Attestors))!;
        Assert.Equal(1, set.Threshold);
        Assert.Equal([LeaseCases.Account(1), LeaseCases.Account(3)], set.Members.OrderBy(m => m.Value));
        await db.Write(async tx => { await RootStore.RollBack(tx, 20); return 0; });
        set = (await db.Read(RootStore.Attestors))!;
        Assert.Equal((2, 3), (set.Threshold, set.Members.Count));
    }

    [Fact]
    public async Task Signatures_and_transactions_are_kept_by_epoch()
    {
        await using var db = await ScratchDatabase.Make();
        var e = new World(9, nodes: 1, leases: 1, epochs: 1).Close()[0];
        await db.Write(async tx => { await EpochStore.Insert(tx, e.Closed, e.File, LeaseCases.Now); return 0; });
        var row = (await db.Read(tx => EpochStore.Find(tx, e.Closed.Epoch)))!;
        Assert.Equal(1, await db.Write(tx => RootStore.AddAttestation(tx, row, new(LeaseCases.Account(1), [1, 2]), LeaseCases.Now)));
        Assert.Equal(0, await db.Write(tx => RootStore.AddAttestation(tx, row, new(LeaseCases.Account(1), [3]), LeaseCases.Now)));
        Assert.Equal([1, 2], Assert.Single(await db.Read(tx => RootStore.Attestations(tx, row))).Signature);

        Assert.Null(await db.Read(tx => RootStore.PostTransaction(tx, row)));
        Assert.Equal(1, await db.Read(tx => RootStore.NextRequest(tx, row)));
        await db.Write(tx => RootStore.SetTransaction(tx, row, 0, 0, TransactionId.From("tx_a")));
        await db.Write(tx => RootStore.SetTransaction(tx, row, 0, 0, TransactionId.From("tx_b")));
        await db.Write(tx => RootStore.SetTransaction(tx, row, 1, 0, TransactionId.From("tx_c")));
        Assert.Equal("tx_b", (await db.Read(tx => RootStore.PostTransaction(tx, row)))!.Value.Value);
        Assert.Equal(2, await db.Read(tx => RootStore.NextRequest(tx, row)));
    }

    [Fact]
    public async Task The_projected_block_is_the_last_that_every_named_projector_has_folded_in()
    {
        await using var db = await ScratchDatabase.Make();
        Assert.Null(await Find("a"));
        await db.Write(async tx =>
        {
            await WatcherStore.Insert(tx, [.. Enumerable.Range(1, 9).Select(n => new BlockHeader(n, Keccak.Hash([(byte)n]), Hash32.Zero, LeaseCases.Now, 0))]);
            (long Block, long Index)[] places = [(2, 0), (5, 0), (5, 1), (8, 0)];
            await WatcherStore.Insert(tx, (ChainLog[])[.. places.Select(l =>
                new ChainLog(ChainLog.PositionOf(l.Block, l.Index), l.Block, l.Index, LeaseCases.Now, Hash32.Zero, LeaseCases.Account(1), [], "0x"))]);
        });
        Assert.Equal(1, (await Find("a"))!.Number); // block 2 has a log that nobody has seen
        await Move("a", 2, 0);
        Assert.Equal(4, (await Find("a"))!.Number);
        Assert.Equal(1, (await Find("a", "b"))!.Number);
        await Move("a", 5, 0); // half of block 5
        Assert.Equal(4, (await Find("a"))!.Number);
        await Move("a", 8, 0);
        Assert.Equal(9, (await Find("a"))!.Number);
        await Move("b", 5, 1);
        Assert.Equal((7, Keccak.Hash([7])), ((await Find("a", "b"))!.Number, (await Find("a", "b"))!.Hash));

        Task<ProjectedBlock?> Find(params string[] projectors) => db.Read(tx => ProjectedBlock.Find(tx, projectors));
        Task<int> Move(string projector, long block, long index) => db.Write(tx => WatcherStore.MoveCursor(tx, projector, ChainLog.PositionOf(block, index)));
    }
}

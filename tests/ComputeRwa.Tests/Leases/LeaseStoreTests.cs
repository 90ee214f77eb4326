using ComputeRwa.Chain;
using ComputeRwa.Claims;
using ComputeRwa.Db;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Tests.Support;
using static ComputeRwa.Tests.Support.LeaseCases;

namespace ComputeRwa.Tests.Leases;

/// <summary>The tables of leases and claims.</summary>
[Trait("engine", "both")]
public class LeaseStoreTests
{
    [Fact]
    public async Task A_lease_comes_back_as_it_was_stored()
    {
        await using var db = await ScratchDatabase.Make();
        var (lease, gpus) = (Lease(), Good().Gpus);
        Assert.True(await db.Write(tx => Store(tx, lease)));
        Assert.False(await db.Write(tx => Store(tx, lease)));
        await db.Write(tx => LeaseStore.SetSignature(tx, lease.Id, Party.Lessee, [1, 2, 3], Now));
        await db.Write(tx => LeaseStore.SetOrigination(tx, lease.Id, TransactionId.From("tx_1")));
        var stored = (await db.Read(tx => LeaseStore.Find(tx, lease.Id.Value)))!;
        Assert.Equal(lease with { LesseeSignature = stored.LesseeSignature, Origination = TransactionId.From("tx_1") }, stored);
        Assert.Equal([1, 2, 3], stored.LesseeSignature!.Bytes);
        Assert.Equal(Now, stored.LesseeSignature.SignedAt);
        Assert.Equal(gpus, (await db.Read(tx => LeaseStore.Gpus(tx, [lease.Id])))[lease.Id]);
        Assert.Null(await db.Read(tx => LeaseStore.Find(tx, "0x12")));
    }

    [Fact]
    public async Task Leases_are_listed_in_the_order_of_drafting()
    {
        await using var db = await ScratchDatabase.Make();
        foreach (var i in (int[])[7, 3, 9, 1]) await db.Write(tx => Store(tx, Lease() with { Id = Id(i) }));
        Assert.Equal([Id(7), Id(3), Id(9)], (await db.Read(tx => LeaseStore.List(tx, "", 3))).Select(l => l.Id));
        Assert.Equal([Id(1)], (await db.Read(tx => LeaseStore.List(tx, Id(9).Value, 3))).Select(l => l.Id));
    }

    [Fact]
    public async Task A_lease_holds_its_GPUs_while_it_is_on_chain_or_may_come_there()
    {
        await using var db = await ScratchDatabase.Make();
        var lease = Lease();
        var start = lease.Terms.StartEpoch;
        await db.Write(tx => Store(tx, lease));
        Task<bool> Held(long from, long to, long present) => db.Read(async tx => (await LeaseStore.Holds(tx, [Uuid(1), Uuid(8)], from, to, present)).Count > 0);

        Assert.True(await Held(start, start, PresentEpoch));
        Assert.True(await Held(start + 6, start + 20, PresentEpoch));
        Assert.False(await Held(start + 7, start + 20, PresentEpoch));
        Assert.False(await Held(start - 1, start - 1, PresentEpoch));
        Assert.False(await Held(start + 2, start + 3, start)); // the offer has expired

        var sent = await db.Write(tx => Outbox.Enqueue(tx, new("originate:1", "originate", lease.Id.Value, Account(1), "0x", 1), Now));
        await db.Write(tx => LeaseStore.SetOrigination(tx, lease.Id, sent.Id));
        Assert.True(await Held(start + 2, start + 3, start)); // it may have been mined in time
        await db.Write(tx => tx.Execute("UPDATE transactions SET state = 'failed'"));
        Assert.False(await Held(start + 2, start + 3, start));
        Assert.True(await Held(start + 2, start + 3, PresentEpoch));
        await db.Write(tx => LeaseStore.Withdraw(tx, lease.Id, Now));
        Assert.False(await Held(start + 2, start + 3, PresentEpoch));
        await db.Write(tx => LeaseChainStore.AddOrigination(tx, Log(5), lease.Id, Account(1), Account(9), 1));
        Assert.True(await Held(start + 2, start + 3, start));
    }

    [Fact]
    public async Task Leases_in_an_epochs_tree_are_those_on_chain_that_have_started()
    {
        await using var db = await ScratchDatabase.Make();
        foreach (var (i, start) in ((int, uint)[])[(1, 30), (2, 20), (3, 20), (4, 10)])
            await db.Write(tx => Store(tx, Lease(Good().Terms with { StartEpoch = start }) with { Id = Id(i) }));
        Assert.Null(await db.Read(LeaseStore.FirstEpoch));
        foreach (var i in (int[])[1, 2, 3]) await db.Write(tx => LeaseChainStore.AddOrigination(tx, Log(i), Id(i), Account(1), Account(9), 1));
        Assert.Equal(20, await db.Read(LeaseStore.FirstEpoch));
        Assert.Equal(new[] { Id(2), Id(3) }.OrderBy(i => i.Value, StringComparer.Ordinal), (await db.Read(tx => LeaseStore.StartedBy(tx, 29))).Select(l => l.Id));
        Assert.Equal(3, (await db.Read(tx => LeaseStore.StartedBy(tx, 30))).Count);
    }

    [Fact]
    public async Task Notices_are_found_by_the_time_they_touch()
    {
        await using var db = await ScratchDatabase.Make();
        var notice = new CurtailmentNotice("curtailment_1", Id(1), Now, Now.AddHours(2), "grid", Now);
        await db.Write(tx => CurtailmentStore.Insert(tx, notice));
        Task<int> Found(int from, int to) => db.Read(async tx => (await CurtailmentStore.Of(tx, [Id(1)], Now.AddHours(from), Now.AddHours(to)))[Id(1)].Count());
        Assert.Equal((0, 1, 1, 1, 0), (await Found(-2, 0), await Found(-1, 1), await Found(1, 9), await Found(-5, 9), await Found(2, 5)));
        Assert.Equal(notice, (await db.Read(tx => CurtailmentStore.Of(tx, [Id(1)], Now, Now.AddHours(1))))[Id(1)].Single());
    }

    [Fact]
    public async Task What_blocks_said_is_forgotten_when_they_are_undone()
    {
        await using var db = await ScratchDatabase.Make();
        var lease = Lease();
        await db.Write(tx => Store(tx, lease));
        await db.Write(async tx =>
        {
            LeaseChainStore.AddOrigination(tx, Log(5), lease.Id, Account(1), Account(9), 1);
            LeaseChainStore.AddCash(tx, Log(5, 1), lease.Id, CashKind.Funded, 0, Account(9), 1_000);
            ClaimStore.AddTransfer(tx, Log(5, 2), 0, lease.Id, Account(7), Address.Zero, Account(1), lease.Terms.Units);
            LeaseChainStore.AddSync(tx, Log(6), lease.Id, 20_666, 700, 600);
            ClaimStore.AddRevenue(tx, Log(6), lease.Id, 600_000_000);
            LeaseChainStore.AddCash(tx, Log(7), lease.Id, CashKind.ProviderPaid, 0, Account(1), 50);
            ClaimStore.AddTransfer(tx, Log(7, 1), 0, lease.Id, Account(7), Account(1), Account(2), 400_000);
            await ClaimStore.MarkForced(tx, Log(7, 2));
            ClaimStore.AddPayout(tx, Log(8), lease.Id, Account(1), Account(1), 5);
            ClaimStore.AddFreeze(tx, Log(8, 1), lease.Id, Account(2), 77);
        });
        var cash = (await db.Read(tx => LeaseChainStore.Accounts(tx, [lease])))[lease.Id];
        Assert.Equal((1_000, 400, 100, 50), ((int)cash.Funded, (int)cash.Escrow, (int)cash.Arrears, (int)cash.ProviderPaid));
        var book = await db.Read(tx => ClaimStore.Book(tx, lease));
        Assert.Equal((600_000, 400_000), ((int)book.Of(Account(1)).Units, (int)book.Of(Account(2)).Units));
        Assert.Equal(5, book.Of(Account(1)).Claimed);
        Assert.Equal(77, (await db.Read(tx => ClaimStore.Frozen(tx, lease.Id)))[Account(2)]);
        Assert.Equal([0L, 1L], (await db.Read(tx => ClaimStore.Transfers(tx, lease.Id))).Select(t => t.Forced));
        Assert.Equal([lease.Id], await db.Read(tx => ClaimStore.LeasesOf(tx, Account(2))));

        await db.Write(async tx =>
        {
            await new LeaseProjector().RollBack(tx, 7);
            await new ClaimProjector().RollBack(tx, 7);
            return 0;
        });
        Assert.Equal(0, (await db.Read(tx => LeaseChainStore.Accounts(tx, [lease])))[lease.Id].ProviderPaid);
        book = await db.Read(tx => ClaimStore.Book(tx, lease));
        Assert.Equal((lease.Terms.Units, 0), ((ulong)book.Of(Account(1)).Units, (int)book.Of(Account(1)).Claimed));
        Assert.Empty(await db.Read(tx => ClaimStore.Frozen(tx, lease.Id)));
        Assert.Empty(await db.Read(tx => ClaimStore.LeasesOf(tx, Account(2))));
    }

    [Fact]
    public async Task Moves_of_units_come_in_pages()
    {
        await using var db = await ScratchDatabase.Make();
        await db.Write(tx =>
        {
            for (var i = 0; i < 3; i++) ClaimStore.AddTransfer(tx, Log(5), i, Id(1), Account(7), Account(1), Account(2), i);
            ClaimStore.AddTransfer(tx, Log(6), 0, Id(1), Account(7), Account(1), Account(2), 3);
        });
        var position = Log(5).Position;
        Assert.Equal([0, 1], (await db.Read(tx => ClaimStore.Transfers(tx, Id(1), 0, 0, 2))).Select(t => (int)t.Units));
        Assert.Equal([2, 3], (await db.Read(tx => ClaimStore.Transfers(tx, Id(1), position, 1, 2))).Select(t => (int)t.Units));
    }

    private static async Task<bool> Store(Tx tx, Lease lease) => await LeaseStore.Insert(tx, await LeaseStore.TakeTurn(tx), lease, Good().Gpus);

    private static Hash32 Id(int i) => Keccak.Hash([(byte)i]);

    private static ChainLog Log(long block, long index = 0) =>
        new(ChainLog.PositionOf(block, index), block, index, Now, Keccak.Hash([9]), Account(5), [], "0x");
}

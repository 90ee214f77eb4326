using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Db;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Tests.Support;
using Nethereum.Contracts;

namespace ComputeRwa.Tests.Chain;

/// <summary>Originations that share a transaction, on a real LeaseBook.</summary>
[Collection(HardhatCollection.Name)]
[Trait("engine", "both")]
public sealed class PackTests(HardhatNode node) : IAsyncLifetime
{
    private static long _leases;

    private ChainHarness _harness = null!;
    private Originator _originator = null!;
    private long _first;

    public async Task InitializeAsync()
    {
        _harness = await ChainHarness.Create(node);
        _originator = new(_harness.Options.Deployment);
        _first = Interlocked.Add(ref _leases, 1_000) + Environment.TickCount64;
        await _originator.Prepare(node, BigInteger.Pow(10, 15));
        Pack(LeaseContracts.OriginationPacks(_harness.Options.Deployment));
        await node.Automine(false);
    }

    public async Task DisposeAsync()
    {
        await node.Automine(true);
        await _harness.DisposeAsync();
    }

    private void Pack(PackKind kind, long gas = 10_000_000)
    {
        _harness.Options = _harness.Options with { Packs = [kind], Limits = SendLimits.Standard with { PackGas = gas } };
        _harness.Restart();
    }

    [Fact]
    public async Task Commands_that_wait_together_share_a_transaction_and_its_block()
    {
        var ids = await Enqueue(0, 1, 2);
        await SendAndMine();
        var pack = Assert.Single(await _harness.Rows(), r => r.Kind == Outbox.Pack);
        Assert.Equal((TransactionState.Final, "originate"), (pack.State, pack.Subject));
        foreach (var row in await Rows(ids))
        {
            Assert.Equal((TransactionState.Final, pack.Id, pack.Hash, pack.BlockNumber, pack.BlockHash), (row.State, row.PackId, row.Hash, row.BlockNumber, row.BlockHash));
            Assert.Null(row.Nonce);
        }
        await Are_originated(0, 1, 2);
        Assert.Equal(1, await _harness.Client.TransactionCount(_harness.Options.Operator.Address, block: null));
    }

    [Fact]
    public async Task A_bad_one_is_reported_with_its_reason_and_the_others_go_through()
    {
        // Each of the two would succeed by itself; of two that are one lease only the first can.
        var ids = await Enqueue(0, 1);
        var rival = await _harness.Enqueue(_originator.Command(_first) with { CommandId = $"rival:{_first}", Subject = "rival" });
        await SendAndMine();
        Assert.All(await Rows(ids), r => Assert.Equal(TransactionState.Final, r.State));
        var skipped = await _harness.Row(rival);
        Assert.Equal(TransactionState.Failed, skipped.State);
        Assert.StartsWith("AlreadyOriginated", skipped.Error, StringComparison.Ordinal);
        Assert.Equal([rival.Value], await Told());
        await Are_originated(0, 1);
    }

    [Fact]
    public async Task A_pack_that_fails_as_a_whole_lets_its_commands_go_one_by_one()
    {
        Pack(LeaseContracts.OriginationPacks(_harness.Options.Deployment) with { ItemGas = 10_000, SpareGas = 10_000 });
        var ids = await Enqueue(0, 1, 2);
        await SendAndMine();
        var pack = Assert.Single(await _harness.Rows(), r => r.Kind == Outbox.Pack);
        Assert.Equal(TransactionState.Failed, pack.State);
        Assert.NotNull(pack.Error);
        await SendAndMine();
        foreach (var row in await Rows(ids)) Assert.Equal((TransactionState.Final, null, 1L), (row.State, row.PackId, row.Alone));
        await Are_originated(0, 1, 2);
        Assert.Equal([pack.Id.Value], await Told());
    }

    [Fact]
    public async Task A_reorganisation_takes_the_commands_along_with_their_pack()
    {
        _harness.Options = _harness.Options with { Confirmations = 5 };
        _harness.Restart();
        var ids = await Enqueue(0, 1);
        var snapshot = await node.Snapshot();
        await Steps();
        await node.Mine();
        await Steps();
        Assert.All(await Rows(ids), r => Assert.Equal(TransactionState.Mined, r.State));
        await node.Revert(snapshot);
        await node.Mine(2);
        await Steps();
        foreach (var row in await Rows(ids)) Assert.Equal((TransactionState.Packed, null, null), (row.State, row.BlockNumber, row.Hash));
        await node.Mine(6);
        await Steps();
        await node.Mine(6);
        await Steps();
        Assert.All(await Rows(ids), r => Assert.Equal(TransactionState.Final, r.State));
        Assert.Single(await _harness.Rows(), r => r.Kind == Outbox.Pack);
        await Are_originated(0, 1);
    }

    [Fact]
    public async Task A_pack_whose_nonce_is_lost_lets_its_commands_go()
    {
        var ids = await Enqueue(0, 1);
        await _harness.Sender.Step();
        var pack = Assert.Single(await _harness.Rows(), r => r.Kind == Outbox.Pack);
        await using (var tx = _harness.Database.Write())
        {
            await LaneStore.Lose(tx, pack.Id, TimeProvider.System.Now());
            await tx.Commit();
        }
        Assert.Equal(TransactionState.Failed, (await _harness.Row(pack.Id)).State);
        foreach (var row in await Rows(ids)) Assert.Equal((TransactionState.Queued, null, 1L), (row.State, row.PackId, row.Alone));
        Assert.Equal([pack.Id.Value], await Told());
    }

    [Fact]
    public async Task A_day_that_cannot_pay_for_the_pack_keeps_its_commands_queued()
    {
        var most = Packing.GasOf(_harness.Options.Packs[0], 2) - 1;
        _harness.Options = _harness.Options with { Limits = SendLimits.Standard with { PackGas = 10_000_000, DailyGas = most } };
        _harness.Restart();
        var ids = await Enqueue(0, 1);
        await _harness.Sender.Step();
        Assert.All(await Rows(ids), r => Assert.Equal(TransactionState.Queued, r.State));
        Assert.DoesNotContain(await _harness.Rows(), r => r.Kind == Outbox.Pack);
    }

    private async Task<List<TransactionId>> Enqueue(params int[] numbers)
    {
        var ids = new List<TransactionId>();
        foreach (var number in numbers) ids.Add(await _harness.Enqueue(_originator.Command(_first + number)));
        return ids;
    }

    private async Task<List<OutboxRow>> Rows(List<TransactionId> ids)
    {
        var rows = new List<OutboxRow>();
        foreach (var id in ids) rows.Add(await _harness.Row(id));
        return rows;
    }

    private async Task SendAndMine()
    {
        await Steps();
        await node.Mine();
        await Steps();
    }

    private async Task Steps()
    {
        for (var i = 0; i < 2; i++)
        {
            while (await _harness.Sender.Step()) { }
            while (await _harness.Watcher.Step()) { } // other tests may have made the chain long
        }
    }

    private async Task Are_originated(params int[] numbers)
    {
        var claims = Address.Parse(_harness.Options.Deployment.Contracts.LeaseClaims);
        foreach (var number in numbers)
            Assert.Equal(1_000_000, (long)await _harness.Client.Ask<LeaseClaims.TotalSupply, BigInteger>(claims, new() { Id = _originator.Lease(_first + number).Id.ToInteger() }));
    }

    private async Task<List<string>> Told()
    {
        await using var tx = _harness.Database.Read();
        return await tx.Query<string>("SELECT subject FROM feed WHERE type = 'transaction.failed' ORDER BY seq");
    }
}

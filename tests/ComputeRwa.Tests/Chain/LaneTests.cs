using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Kernel;
using ComputeRwa.Tests.Support;
using Nethereum.JsonRpc.Client;

namespace ComputeRwa.Tests.Chain;

/// <summary>Several signers, and several replicas of one, over one database and a real node.</summary>
[Collection(HardhatCollection.Name)]
[Trait("engine", "both")]
public sealed class LaneTests(HardhatNode node) : IAsyncLifetime
{
    private ChainHarness _harness = null!;

    public async Task InitializeAsync() => _harness = await ChainHarness.Create(node);

    public async Task DisposeAsync() => await _harness.DisposeAsync();

    [Fact]
    public async Task Lanes_share_the_queue_and_keep_each_subjects_order()
    {
        SenderJob[] lanes = [_harness.Sender, _harness.MakeSender(await NewSigner(), _harness.Database), _harness.MakeSender(await NewSigner(), _harness.Scratch.OpenAgain())];
        foreach (var lane in lanes) await lane.Step(); // each opens
        var accounts = Enumerable.Range(0, 30).Select(_ => ChainHarness.NewAccount()).ToList();
        for (var i = 0; i < 120; i++) await _harness.Mint($"mint:{i}", accounts[i % accounts.Count], 1 + i);
        await _harness.Drain(lanes);
        var rows = await _harness.Rows();
        Assert.All(rows, r => Assert.Equal(TransactionState.Final, r.State));
        Assert.Equal(3, rows.Select(r => r.Signer).Distinct().Count());
        foreach (var lane in rows.GroupBy(r => r.Signer)) Assert.Equal(Enumerable.Range(0, lane.Count()).Select(i => (long?)i), lane.Select(r => r.Nonce));
        foreach (var subject in rows.GroupBy(r => r.Subject)) Assert.Equal(subject.Select(r => r.BlockNumber).Order(), subject.Select(r => r.BlockNumber));
        for (var a = 0; a < accounts.Count; a++) Assert.Equal(Enumerable.Range(0, 4).Sum(i => 1 + a + 30 * i), await _harness.BalanceOf(accounts[a]));
    }

    [Fact]
    public async Task A_subject_waits_for_the_lane_that_has_unmined_commands_of_it()
    {
        var other = _harness.MakeSender(await NewSigner(), _harness.Scratch.OpenAgain());
        var account = ChainHarness.NewAccount();
        await _harness.Drain(_harness.Sender);
        var first = await _harness.Mint("first", account, 1);
        await node.Automine(false);
        try
        {
            await _harness.Sender.Step(); // alone as yet, so it takes whatever there is
            await other.Step();
            var second = await _harness.Mint("second", account, 2);
            for (var i = 0; i < 3; i++) await other.Step();
            Assert.Equal(TransactionState.Queued, (await _harness.Row(second)).State);
            await _harness.Sender.Step();
            Assert.Equal((await _harness.Row(first)).Signer, (await _harness.Row(second)).Signer);
            await node.Mine();
        }
        finally
        {
            await node.Automine(true);
        }
        await _harness.Drain(_harness.Sender, other);
        Assert.Equal(3, await _harness.BalanceOf(account));
    }

    [Fact]
    public async Task What_fails_does_not_hold_the_commands_behind_it_in_its_subject()
    {
        await _harness.MakeSender(await NewSigner(), _harness.Scratch.OpenAgain()).Step();
        var account = ChainHarness.NewAccount();
        await _harness.Sql("UPDATE signer_lanes SET ready_at = 0"); // the other gives no sign of life
        var bad = await _harness.Transfer("without funds", account, 7);
        var good = await _harness.Mint("mint", account, 3);
        await _harness.Drain();
        Assert.Equal((TransactionState.Failed, TransactionState.Final), ((await _harness.Row(bad)).State, (await _harness.Row(good)).State));
    }

    /// <param name="age">milliseconds since its last sign of life; less than none after the database's clock was set back</param>
    [Theory]
    [InlineData(60_000)]
    [InlineData(-3_600_000)]
    public async Task A_lane_that_gives_no_sign_of_life_loses_its_share_of_what_is_queued(long age)
    {
        var silent = await NewSigner();
        await _harness.MakeSender(silent, _harness.Scratch.OpenAgain()).Step();
        await _harness.Sql($"UPDATE signer_lanes SET ready_at = ready_at - {age}");
        var account = ChainHarness.NewAccount();
        for (var i = 0; i < 20; i++) await _harness.Mint($"mint:{i}", ChainHarness.NewAccount(), 1);
        await _harness.Mint("mint", account, 7);
        await _harness.Drain();
        Assert.All(await _harness.Rows(), r => Assert.Equal((TransactionState.Final, _harness.Options.Operator.Address), (r.State, r.Signer)));
    }

    [Theory]
    [InlineData("eth_call", true)]
    [InlineData("eth_sendRawTransaction", false)]
    [InlineData("eth_getTransactionReceipt", true)]
    public async Task A_replica_that_was_paused_while_its_lane_was_taken_over_changes_nothing_when_it_wakes(string pausedBefore, bool wouldWrite)
    {
        var account = ChainHarness.NewAccount();
        for (var i = 0; i < 5; i++) await _harness.Mint($"mint:{i}", account, 1 << i);
        using var wire = new BreakableWire();
        var paused = _harness.MakeSender(_harness.Options.Operator, _harness.Scratch.OpenAgain(), client: new(new RpcClient(node.Url, new HttpClient(wire))));
        var wasTakenOver = false;
        wire.StopBefore = (pausedBefore, async () =>
        {
            await Task.Delay(ScratchDatabase.IsPostgres ? Duty.Term * 1.1 : TimeSpan.Zero);
            await _harness.Drain();
            wasTakenOver = true;
        }
        );
        var refusal = await Record.ExceptionAsync(async () =>
        {
            while (await paused.Step()) { }
        });
        // What it was about to write is refused; what it was about to broadcast is what the other has sent, so that nothing is left to write.
        Assert.True(wasTakenOver);
        Assert.True(refusal is DutyLostException || (refusal is null && !wouldWrite), $"{refusal}");
        await _harness.Drain();
        var rows = await _harness.Rows();
        Assert.All(rows, r => Assert.Equal((TransactionState.Final, 1), (r.State, r.Attempts)));
        Assert.Equal([0, 1, 2, 3, 4], rows.Select(r => r.Nonce!.Value));
        Assert.Equal(31, await _harness.BalanceOf(account));
        Assert.Equal(5, await _harness.Client.TransactionCount(_harness.Options.Operator.Address, null));
    }

    /// <summary>It never noticed that another had the lane: what it remembers of the chain is from before that, and so is the block it remembers.</summary>
    [Fact]
    public async Task A_replica_that_has_the_lane_back_looks_at_what_the_other_saw_mined()
    {
        var account = ChainHarness.NewAccount();
        // Its clock stands, so that it goes on believing in its tenure however slow the machine is.
        var sender = _harness.MakeSender(_harness.Options.Operator, _harness.Database, dutyClock: new StandingClock());
        await _harness.Mint("first", account, 1);
        await _harness.Drain(sender);
        await _harness.Sql("UPDATE duties SET until = 0");
        var other = _harness.MakeSender(_harness.Options.Operator, _harness.Scratch.OpenAgain());
        var second = await _harness.Mint("second", account, 2);
        await node.Automine(false);
        try
        {
            while (await other.Step()) { }
            var before = await node.Snapshot();
            await node.Mine();
            while (await other.Step()) { }
            Assert.Equal(TransactionState.Mined, (await _harness.Row(second)).State);
            await _harness.Sql("UPDATE duties SET until = 0"); // it is gone, and so is its block, before anybody has read that
            await node.Revert(before);
            await node.MoveTo((await node.Head()).MinedAt.AddSeconds(77));
            await node.Mine();
            await _harness.Mint("third", account, 4);
            Assert.IsType<DutyLostException>(await Record.ExceptionAsync(sender.Step)); // its tenure is over; the next is another
        }
        finally
        {
            await node.Automine(true);
        }
        await _harness.Drain(sender);
        Assert.Equal(TransactionState.Final, (await _harness.Row(second)).State);
        Assert.Equal(7, await _harness.BalanceOf(account));
    }

    private sealed class StandingClock : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }

    [Fact]
    public async Task A_replica_that_does_not_hold_the_lane_signs_and_sends_nothing()
    {
        var other = _harness.MakeSender(_harness.Options.Operator, _harness.Scratch.OpenAgain());
        await other.Step();
        var id = await _harness.Mint("mint", ChainHarness.NewAccount(), 1);
        if (ScratchDatabase.IsPostgres)
        {
            Assert.False(await _harness.Sender.Step());
            Assert.Equal(TransactionState.Queued, (await _harness.Row(id)).State);
            Assert.Null(_harness.Status.SenderProblem);
        }
        await _harness.Drain(other);
        Assert.Equal(TransactionState.Final, (await _harness.Row(id)).State);
    }

    private async Task<ISigner> NewSigner() => OperatorKey.Parse((await node.FundedKey()).GetPrivateKey());
}

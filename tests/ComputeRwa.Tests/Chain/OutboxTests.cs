using System.Diagnostics;
using ComputeRwa.Chain;
using ComputeRwa.Kernel;
using ComputeRwa.Tests.Support;
using Xunit.Abstractions;

namespace ComputeRwa.Tests.Chain;

/// <summary>The outbox against a real node, step by step.</summary>
[Collection(HardhatCollection.Name)]
[Trait("engine", "both")]
public sealed class OutboxTests(HardhatNode node, ITestOutputHelper output)
{
    [Fact]
    public async Task Commands_are_mined_in_the_order_they_were_queued_without_gaps()
    {
        await using var harness = await ChainHarness.Create(node);
        var account = ChainHarness.NewAccount();
        const int count = 300;
        for (var i = 0; i < count; i++) await harness.Mint($"mint:{i}", account, 1 + i);
        var watch = Stopwatch.StartNew();
        await harness.Drain();
        output.WriteLine($"{ScratchDatabase.Engine}: {count} queued mints final in {watch.ElapsedMilliseconds} ms: {count / watch.Elapsed.TotalSeconds:0} a second");
        var rows = await harness.Rows();
        Assert.All(rows, r => Assert.Equal(TransactionState.Final, r.State));
        Assert.Equal(Enumerable.Range(0, count).Select(i => (long?)i), rows.Select(r => r.Nonce));
        Assert.Equal(rows.Select(r => r.BlockNumber).Order(), rows.Select(r => r.BlockNumber));
        Assert.Equal(count * (count + 1) / 2, await harness.BalanceOf(account));
        Assert.Equal(count * (count + 1) / 2, await harness.Recorded(account));
    }

    [Fact]
    public async Task The_same_command_queued_twice_is_one_transaction()
    {
        await using var harness = await ChainHarness.Create(node);
        var account = ChainHarness.NewAccount();
        var first = await harness.Mint("the effect", account, 5);
        Assert.Equal(first, await harness.Mint("the effect", account, 5));
        await harness.Drain();
        Assert.Equal(first, await harness.Mint("the effect", account, 5));
        await harness.Drain();
        Assert.Equal(5, await harness.BalanceOf(account));
    }

    [Fact]
    public async Task A_command_that_would_revert_fails_with_its_error_in_words_and_uses_no_nonce()
    {
        await using var harness = await ChainHarness.Create(node);
        var (sender, account) = (harness.Options.Operator.Address, ChainHarness.NewAccount());
        var bad = await harness.Transfer("without funds", account, 7);
        var good = await harness.Mint("mint", account, 1);
        await harness.Drain();
        var failed = await harness.Row(bad);
        Assert.Equal(TransactionState.Failed, failed.State);
        Assert.Equal($"ERC20InsufficientBalance(sender: {sender}, balance: 0, needed: 7)", failed.Error);
        Assert.Null(failed.Nonce);
        Assert.Equal(0, (await harness.Row(good)).Nonce);
    }

    [Theory]
    [InlineData(21_000L, "requires at least")]
    [InlineData(70_000_000L, "above the block's")]
    [InlineData(30_000L, "out of gas")]
    public async Task A_command_whose_gas_can_never_do_fails_and_does_not_hold_the_queue(long gas, string reason)
    {
        await using var harness = await ChainHarness.Create(node);
        var account = ChainHarness.NewAccount();
        var bad = await harness.Mint("bad", account, 1, gas);
        await harness.Mint("good", account, 2);
        await harness.Drain();
        Assert.Contains(reason, (await harness.Row(bad)).Error, StringComparison.Ordinal);
        Assert.Equal(2, await harness.BalanceOf(account));
    }

    [Fact]
    public async Task A_failed_command_can_be_queued_again_as_another_transaction()
    {
        await using var harness = await ChainHarness.Create(node);
        var (sender, account) = (harness.Options.Operator.Address, ChainHarness.NewAccount());
        var first = await harness.Transfer("pay", account, 7);
        await harness.Drain();
        await harness.Mint("fund", sender, 7);
        var command = Command.Of("pay", "transfer", "s", harness.PayToken.Value, new ComputeRwa.Chain.Contracts.PayToken.Transfer { To = account.Value, Value = 7 }, 100_000);
        TransactionId again;
        await using (var tx = harness.Database.Write())
        {
            again = (await Outbox.EnqueueAgainIfFailed(tx, command, TimeProvider.System.Now())).Id;
            Assert.Equal(again, (await Outbox.EnqueueAgainIfFailed(tx, command, TimeProvider.System.Now())).Id);
            await tx.Commit();
        }
        await harness.Drain();
        Assert.NotEqual(first, again);
        Assert.Equal(TransactionState.Final, (await harness.Row(again)).State);
        Assert.Equal(7, await harness.BalanceOf(account));
    }

    [Fact]
    public async Task A_command_that_needs_an_earlier_one_waits_for_it_instead_of_failing()
    {
        await using var harness = await ChainHarness.Create(node);
        var account = ChainHarness.NewAccount();
        await node.Automine(false);
        try
        {
            var mint = await harness.Mint("mint", harness.Options.Operator.Address, 9);
            var transfer = await harness.Transfer("transfer", account, 9);
            await harness.Drain();
            Assert.Equal(TransactionState.Broadcast, (await harness.Row(mint)).State);
            Assert.Equal(TransactionState.Queued, (await harness.Row(transfer)).State);
            await node.Mine();
            await harness.Drain();
            Assert.Equal(TransactionState.Final, (await harness.Row(mint)).State);
            await node.Mine();
            await harness.Drain();
            Assert.Equal(TransactionState.Final, (await harness.Row(transfer)).State);
        }
        finally
        {
            await node.Automine(true);
        }
        Assert.Equal(9, await harness.BalanceOf(account));
    }

    [Fact]
    public async Task A_transaction_that_reverts_in_its_block_fails_with_its_error_in_words()
    {
        await using var harness = await ChainHarness.Create(node);
        var (sender, account) = (harness.Options.Operator.Address, ChainHarness.NewAccount());
        await harness.Mint("mint", sender, 9);
        await harness.Drain();
        await node.Automine(false);
        TransactionId first, second;
        try
        {
            // Each would pass alone: only in the block does the second find nothing left.
            first = await harness.Transfer("first", account, 9);
            second = await harness.Transfer("second", account, 9);
            await harness.Drain();
            await node.Mine();
            await harness.Drain();
        }
        finally
        {
            await node.Automine(true);
        }
        Assert.Equal(TransactionState.Final, (await harness.Row(first)).State);
        var failed = await harness.Row(second);
        Assert.Equal(TransactionState.Failed, failed.State);
        // The replay before the block cannot see the first transfer, and says so.
        Assert.Equal("reverted in its block, but not when tried again before it", failed.Error);
        Assert.NotNull(failed.GasUsed);
        Assert.Equal(9, await harness.BalanceOf(account));
    }

    public enum Crash
    {
        BeforeTheSignedBytesAreCommitted,
        AfterTheCommitAndBeforeTheBroadcast,
        AfterTheBroadcastAndBeforeItsAnswer,
        BeforeTheReceipts,
        BeforeTheReceiptsAreCommitted,
    }

    [Theory]
    [InlineData(Crash.BeforeTheSignedBytesAreCommitted)]
    [InlineData(Crash.AfterTheCommitAndBeforeTheBroadcast)]
    [InlineData(Crash.AfterTheBroadcastAndBeforeItsAnswer)]
    [InlineData(Crash.BeforeTheReceipts)]
    [InlineData(Crash.BeforeTheReceiptsAreCommitted)]
    public async Task A_crash_loses_nothing_and_doubles_nothing(Crash crash)
    {
        await using var harness = await ChainHarness.Create(node);
        var account = ChainHarness.NewAccount();
        for (var i = 0; i < 5; i++) await harness.Mint($"mint:{i}", account, 1 << i);
        await Break(harness, crash);
        await Assert.ThrowsAnyAsync<Exception>(harness.Drain);
        await Mend(harness);
        harness.Restart();
        await harness.Drain();
        var rows = await harness.Rows();
        Assert.All(rows, r => Assert.Equal(TransactionState.Final, r.State));
        Assert.Equal([0, 1, 2, 3, 4], rows.Select(r => r.Nonce!.Value));
        Assert.All(rows, r => Assert.Equal(1, r.Attempts));
        Assert.Equal(31, await harness.BalanceOf(account));
        Assert.Equal(31, await harness.Recorded(account));
        Assert.Equal(5, await harness.Client.TransactionCount(harness.Options.Operator.Address, null));
    }

    private static async Task Break(ChainHarness harness, Crash crash)
    {
        if (crash == Crash.BeforeTheSignedBytesAreCommitted) await harness.Scratch.Break("UPDATE ON transactions", "NEW.state = 'signed'");
        if (crash == Crash.BeforeTheReceiptsAreCommitted) await harness.Scratch.Break("UPDATE ON transactions", "NEW.state = 'mined'");
        if (crash == Crash.AfterTheCommitAndBeforeTheBroadcast) harness.Wire.BreakBefore = "eth_sendRawTransaction";
        if (crash == Crash.AfterTheBroadcastAndBeforeItsAnswer) harness.Wire.BreakAfter = "eth_sendRawTransaction";
        if (crash == Crash.BeforeTheReceipts) harness.Wire.BreakBefore = "eth_getTransactionReceipt";
    }

    private static async Task Mend(ChainHarness harness)
    {
        (harness.Wire.BreakBefore, harness.Wire.BreakAfter) = (null, null);
        await harness.Scratch.Mend();
    }

    [Fact]
    public async Task A_nonce_taken_by_a_stranger_costs_a_new_nonce_and_nothing_else()
    {
        var key = await node.FundedKey();
        await using var harness = await ChainHarness.Create(node, key);
        var account = ChainHarness.NewAccount();
        await harness.Mint("mint:0", account, 1);
        await harness.Mint("mint:1", account, 2);
        harness.Wire.BreakBefore = "eth_sendRawTransaction";
        await Assert.ThrowsAnyAsync<Exception>(harness.Drain);
        harness.Wire.BreakBefore = null;
        var stranger = await OperatorKey.Parse(key.GetPrivateKey()).Sign(new(31337, 0, new Fees(10_000_000_000, 1), 21_000, account, ""));
        Assert.Null((await harness.Client.Broadcast([stranger.Raw]))[0]);
        await harness.Drain();
        var rows = await harness.Rows();
        Assert.All(rows, r => Assert.Equal(TransactionState.Final, r.State));
        Assert.Equal([2, 1], rows.Select(r => r.Nonce!.Value));
        Assert.Equal(3, await harness.BalanceOf(account));
    }

    [Fact]
    public async Task A_node_that_is_away_is_waited_for()
    {
        await using var harness = await ChainHarness.Create(node);
        var account = ChainHarness.NewAccount();
        var id = await harness.Mint("mint", account, 3);
        harness.Wire.BreakBefore = "eth_";
        var away = await Assert.ThrowsAsync<UnavailableException>(harness.Sender.Step);
        Assert.Equal("chain-unavailable", away.Code);
        Assert.Equal(TransactionState.Queued, (await harness.Row(id)).State);
        harness.Wire.BreakBefore = null;
        await harness.Drain();
        Assert.Equal(3, await harness.BalanceOf(account));
    }

    [Fact]
    public async Task What_the_node_refuses_is_offered_again_and_holds_the_queue()
    {
        var key = HardhatNode.UsableKey(); // without ether
        await using var harness = await ChainHarness.Create(node, key);
        var account = ChainHarness.NewAccount();
        var id = await harness.Mint("mint", account, 3);
        await harness.Drain();
        Assert.Contains($"the node refuses {id}", harness.Status.SenderProblem, StringComparison.Ordinal);
        await harness.Mint("behind it", account, 4);
        await harness.Drain();
        Assert.Equal(0, await harness.BalanceOf(account));
        await node.Rpc.SendRequestAsync<bool>("hardhat_setBalance", null, key.GetPublicAddress(), "0x1000000000000000000");
        await harness.Drain();
        Assert.Null(harness.Status.SenderProblem);
        Assert.Equal(7, await harness.BalanceOf(account));
    }
}

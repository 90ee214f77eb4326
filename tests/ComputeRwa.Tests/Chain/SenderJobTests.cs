using System.Text.Json.Nodes;
using ComputeRwa.Chain;
using ComputeRwa.Kernel;
using ComputeRwa.Tests.Support;

namespace ComputeRwa.Tests.Chain;

/// <summary>The sender against a chain that moves on, or back, between two of its questions.</summary>
[Collection(HardhatCollection.Name)]
[Trait("engine", "both")]
public sealed class SenderJobTests(HardhatNode node) : IAsyncLifetime
{
    private FaultyNode _faulty = null!;
    private ChainHarness _harness = null!;

    public async Task InitializeAsync()
    {
        _faulty = await FaultyNode.Before(node.Url);
        _harness = await ChainHarness.Create(node, through: _faulty.Url);
        await node.Automine(false);
    }

    public async Task DisposeAsync()
    {
        await node.Automine(true);
        await _harness.DisposeAsync();
        await _faulty.DisposeAsync();
    }

    [Fact]
    public async Task A_call_that_was_tried_before_the_one_it_needs_was_mined_waits_though_the_receipt_has_come_since()
    {
        var transfer = await Mint_and_pass_on();
        while (await _harness.Sender.Step()) { }
        _harness.Restart();
        _harness.Wire.StopBefore = ("eth_getTransactionReceipt", () => node.Mine());
        while (await _harness.Sender.Step()) { }
        await Ends_well(transfer);
    }

    [Fact]
    public async Task A_call_that_was_tried_by_a_node_that_lags_behind_the_receipts_waits()
    {
        var transfer = await Mint_and_pass_on();
        while (await _harness.Sender.Step()) { }
        var before = (await node.Head()).Number;
        await node.Mine();
        // Behind one address there are two nodes; the one that tries calls does not have the last block yet.
        _faulty.Knows = before;
        _faulty.Lie = (asked, answer) =>
        {
            if ((string?)asked["method"] != "eth_call") return;
            answer.AsObject().Remove("result");
            answer["error"] = new JsonObject { ["code"] = 3, ["message"] = "execution reverted" };
        };
        _harness.Restart();
        while (await _harness.Sender.Step()) { }
        (_faulty.Knows, _faulty.Lie) = (null, null);
        await Ends_well(transfer);
    }

    /// <summary>Blocks' numbers say nothing then: what it needs is mined in a lower one than it was tried on, of another branch.</summary>
    [Fact]
    public async Task A_call_that_was_tried_on_a_block_that_is_gone_when_receipts_are_read_waits()
    {
        var before = await node.Snapshot();
        var transfer = await Mint_and_pass_on();
        while (await _harness.Sender.Step()) { }
        var mint = (await _harness.Rows()).Single(r => r.Id != transfer);
        await node.Rpc.SendRequestAsync<bool>("hardhat_dropTransaction", null, mint.Hash!.Value.Value);
        await node.Mine(3);
        _harness.Restart();
        _harness.Wire.StopBefore = ("eth_getTransactionReceipt", async () =>
        {
            await node.Revert(before);
            Assert.Null((await new ChainClient(node.Rpc).Broadcast([mint.Raw!]))[0]);
            await node.Mine();
        }
        );
        while (await _harness.Sender.Step()) { }
        await Ends_well(transfer);
    }

    /// <summary>The head that was looked at stands; the block above it, which the receipt named, does not.</summary>
    [Fact]
    public async Task A_call_waits_when_the_one_it_needs_was_mined_above_the_head_that_was_looked_at_and_was_undone()
    {
        var transfer = await Mint_and_pass_on();
        while (await _harness.Sender.Step()) { }
        var mint = (await _harness.Rows()).Single(r => r.Id != transfer);
        await Drop();
        await node.Mine();
        Assert.Null((await new ChainClient(node.Rpc).Broadcast([mint.Raw!]))[0]);
        var before = await node.Snapshot();
        _harness.Wire.StopBefore = ("eth_getTransactionReceipt", () => node.Mine());
        await _harness.Sender.Step();
        Assert.Equal(TransactionState.Mined, (await _harness.Row(mint.Id)).State);
        await node.Revert(before);
        await Drop();
        await node.Mine(2);
        while (await _harness.Sender.Step()) { }
        Assert.Equal(TransactionState.Broadcast, (await _harness.Row(mint.Id)).State);
        await Ends_well(transfer);

        Task Drop() => node.Rpc.SendRequestAsync<bool>("hardhat_dropTransaction", null, mint.Hash!.Value.Value);
    }

    [Fact]
    public async Task While_the_node_takes_the_bytes_of_one_step_the_next_are_tried_and_signed()
    {
        var ids = await Enqueue_beyond_a_step();
        var asked = new TaskCompletionSource();
        var answers = new TaskCompletionSource();
        _harness.Wire.StopBefore = ("eth_sendRawTransaction", async () =>
        {
            asked.SetResult();
            await answers.Task;
        }
        );
        Assert.True(await _harness.Sender.Step().WaitAsync(TimeSpan.FromSeconds(30)));
        await asked.Task;
        var second = _harness.Sender.Step();
        while ((await _harness.Rows()).Count(r => r.State == TransactionState.Signed) < 2 * AtOnce) await Task.Delay(20);
        Assert.False(second.IsCompleted, "What is signed later is offered later.");
        answers.SetResult();
        Assert.True(await second);
        await All_end_in_their_order(ids);
    }

    /// <summary>The answer is lost, or the request: nobody waits for it at that moment, and still nothing is lost or sent anew.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_node_that_fails_while_more_is_signed_gets_the_same_bytes_again(bool before)
    {
        var ids = await Enqueue_beyond_a_step();
        if (before) _harness.Wire.BreakBefore = "eth_sendRawTransaction";
        else _harness.Wire.BreakAfter = "eth_sendRawTransaction";
        Assert.True(await _harness.Sender.Step());
        await Assert.ThrowsAsync<UnavailableException>(async () =>
        {
            for (var i = 0; i < ids.Count; i++) await _harness.Sender.Step();
        });
        var signed = (await _harness.Rows()).Where(r => r.Raw is not null).ToDictionary(r => r.Id, r => r.Raw);
        Assert.InRange(signed.Count, AtOnce, 2 * AtOnce);
        (_harness.Wire.BreakBefore, _harness.Wire.BreakAfter) = (null, null);
        await All_end_in_their_order(ids);
        Assert.All((await _harness.Rows()).Where(r => signed.ContainsKey(r.Id)), r => Assert.Equal(signed[r.Id], r.Raw));
    }

    [Fact]
    public async Task A_node_that_refuses_while_more_is_signed_is_offered_no_more_before_it_takes_that()
    {
        var ids = await Enqueue_beyond_a_step();
        _harness.Wire.Refusal = "txpool is full";
        for (var i = 0; i < ids.Count; i++) await _harness.Sender.Step();
        Assert.InRange((await _harness.Rows()).Count(r => r.Raw is not null), AtOnce, 2 * AtOnce);
        Assert.Contains("txpool is full", _harness.Status.SenderProblem, StringComparison.Ordinal);
        _harness.Wire.Refusal = null;
        await All_end_in_their_order(ids);
    }

    private const int AtOnce = 3;

    /// <summary>More than one step takes.</summary>
    private async Task<List<TransactionId>> Enqueue_beyond_a_step()
    {
        _harness.Options = _harness.Options with { Limits = _harness.Options.Limits with { MostAtOnce = AtOnce } };
        _harness.Restart();
        var ids = new List<TransactionId>();
        for (var i = 0; i < 4 * AtOnce; i++) ids.Add(await _harness.Mint($"mint {i}", ChainHarness.NewAccount(), 1));
        return ids;
    }

    private async Task All_end_in_their_order(List<TransactionId> ids)
    {
        for (var i = 0; i < 4; i++)
        {
            await _harness.Drain();
            await node.Mine();
        }
        await _harness.Drain();
        var rows = await _harness.Rows();
        Assert.Equal(ids, rows.OrderBy(r => r.Nonce).Select(r => r.Id));
        Assert.All(rows, r => Assert.Equal((TransactionState.Final, null, 1), (r.State, r.Error, r.Attempts)));
    }

    /// <summary>What the first command gives the lane the second gives away.</summary>
    private async Task<TransactionId> Mint_and_pass_on()
    {
        await _harness.Mint("mint", _harness.Options.Operator.Address, 7);
        return await _harness.Transfer("transfer", ChainHarness.NewAccount(), 7);
    }

    private async Task Ends_well(TransactionId transfer)
    {
        Assert.Null((await _harness.Row(transfer)).Error);
        for (var i = 0; i < 3; i++)
        {
            await _harness.Drain();
            await node.Mine();
        }
        await _harness.Drain();
        Assert.Equal(TransactionState.Final, (await _harness.Row(transfer)).State);
    }
}

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

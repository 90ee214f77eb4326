using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Kernel;
using ComputeRwa.Tests.Support;
using Nethereum.Hex.HexTypes;

namespace ComputeRwa.Tests.Chain;

/// <summary>Transactions that do not get on by themselves, on a real node whose base fee and blocks the tests decide.</summary>
[Collection(HardhatCollection.Name)]
[Trait("engine", "both")]
public sealed class StuckTests(HardhatNode node) : IAsyncLifetime
{
    private static readonly BigInteger Gwei = BigInteger.Pow(10, 9);
    private static readonly SendLimits Limits = SendLimits.Standard with { BumpAfterBlocks = 2 };

    private readonly Address _account = ChainHarness.NewAccount();
    private ChainHarness _harness = null!;

    public async Task InitializeAsync()
    {
        _harness = await ChainHarness.Create(node);
        await node.Automine(false);
        UseLimits(Limits);
    }

    public async Task DisposeAsync()
    {
        await BaseFee(1);
        await node.Mine();
        await node.Automine(true);
        await _harness.DisposeAsync();
    }

    [Fact]
    public async Task A_transaction_that_is_priced_out_is_replaced_by_one_that_pays_more_and_mined_once()
    {
        var id = await Priced_out();
        var before = await _harness.Row(id);
        await _harness.Drain();
        var after = await _harness.Row(id);
        Assert.Equal((2, before.Nonce), (after.Attempts, after.Nonce));
        Assert.NotEqual(before.Hash, after.Hash);
        await node.Mine();
        await _harness.Drain();
        Assert.Equal(TransactionState.Final, (await _harness.Row(id)).State);
        Assert.Equal(5, await _harness.BalanceOf(_account));
        Assert.Equal([(before.Hash!.Value.Value, "replaced"), (after.Hash!.Value.Value, "mined")], await Variants());
    }

    [Fact]
    public async Task Whichever_variant_is_mined_counts_even_the_one_that_was_replaced()
    {
        var id = await Priced_out();
        var before = await _harness.Row(id);
        _harness.Wire.BreakBefore = "eth_sendRawTransaction"; // the replacement is committed and never reaches the node
        await Assert.ThrowsAsync<UnavailableException>(_harness.Drain);
        Assert.Equal(2, (await _harness.Row(id)).Attempts);
        await BaseFee(1);
        await node.Mine();
        _harness.Wire.BreakBefore = null;
        _harness.Restart();
        await _harness.Drain();
        var after = await _harness.Row(id);
        Assert.Equal((TransactionState.Final, before.Hash, before.Raw), (after.State, after.Hash, after.Raw));
        Assert.Equal(5, await _harness.BalanceOf(_account));
        Assert.Equal("mined", (await Variants())[0].State);
        Assert.Equal(["mined", "replaced"], (await Variants()).Select(v => v.State));
    }

    [Fact]
    public async Task Above_the_fee_cap_nothing_is_signed_or_replaced_and_below_it_all_goes_on()
    {
        UseLimits(Limits with { MaxFee = 10 * Gwei });
        var stuck = await Priced_out();
        await _harness.Drain();
        Assert.Equal(2, (await _harness.Row(stuck)).Attempts); // up to the cap, once
        var waiting = await _harness.Mint("behind it", _account, 7);
        await node.Mine(3);
        await _harness.Drain();
        Assert.Contains("more than Chain:MaxFeeGwei allows", _harness.Status.SenderProblem, StringComparison.Ordinal);
        Assert.Equal((2, TransactionState.Queued), ((await _harness.Row(stuck)).Attempts, (await _harness.Row(waiting)).State));
        await BaseFee(Gwei);
        await node.Mine();
        await _harness.Drain();
        await node.Mine();
        await _harness.Drain();
        Assert.Equal([TransactionState.Final, TransactionState.Final], (await _harness.Rows()).Select(r => r.State));
        Assert.Null(_harness.Status.SenderProblem);
        Assert.Equal(12, await _harness.BalanceOf(_account));
    }

    [Fact]
    public async Task What_no_node_takes_is_given_up_its_nonce_filled_and_what_comes_after_it_goes_on()
    {
        var bad = await _harness.Mint("bad", _account, 1);
        var good = await _harness.Mint("good", ChainHarness.NewAccount(), 2);
        _harness.Wire.Refusal = "oversized data: transaction size 200000, limit 131072";
        await _harness.Sender.Step();
        _harness.Wire.Refusal = null;
        await _harness.Sql($"UPDATE transactions SET state = 'broadcast' WHERE id = '{good}'"); // only the first was refused
        _harness.Wire.Refusal = "oversized data: transaction size 200000, limit 131072";
        await _harness.Sender.Step();
        _harness.Wire.Refusal = null;
        await node.Mine(2);
        await _harness.Drain();
        await node.Mine();
        await _harness.Drain();
        var (failed, sent) = (await _harness.Row(bad), await _harness.Row(good));
        Assert.Equal((TransactionState.Failed, "no node takes it: oversized data: transaction size 200000, limit 131072", 0), (failed.State, failed.Error, failed.Nonce));
        Assert.Equal((TransactionState.Final, 1), (sent.State, sent.Nonce));
        Assert.Equal(0, await _harness.BalanceOf(_account));
        Assert.Equal(["replaced", "mined"], (await Variants()).Select(v => v.State));
    }

    [Fact]
    public async Task A_nonce_that_a_reorganisation_left_unused_is_filled_so_that_later_ones_go_on()
    {
        await node.Automine(true);
        var snapshot = await node.Snapshot();
        var stranger = await _harness.Options.Operator.Sign(new(31337, 0, new Fees(10 * Gwei, 1), 30_000, _account, "0x"));
        Assert.Null((await _harness.Client.Broadcast([stranger.Raw]))[0]);
        var id = await _harness.Mint("mint", _account, 3);
        await _harness.Drain();
        Assert.Equal((TransactionState.Final, 1), ((await _harness.Row(id)).State, (await _harness.Row(id)).Nonce));
        await node.Revert(snapshot);
        await node.Mine(3);
        await _harness.Watcher.Step();
        await _harness.Drain();
        await node.Mine();
        await _harness.Drain();
        var rows = await _harness.Rows();
        Assert.All(rows, r => Assert.Equal(TransactionState.Final, r.State));
        Assert.Equal([("mint", 1L), (Outbox.Filling, 0)], rows.Select(r => (r.Kind, r.Nonce!.Value)));
        Assert.Equal(3, await _harness.BalanceOf(_account));
    }

    [Fact]
    public async Task The_days_gas_limit_holds_the_queue_and_says_so()
    {
        await node.Automine(true);
        UseLimits(Limits with { DailyGas = 150_000 });
        var first = await _harness.Mint("first", _account, 1);
        var second = await _harness.Mint("second", _account, 2);
        await _harness.Drain();
        Assert.Equal((TransactionState.Final, TransactionState.Queued), ((await _harness.Row(first)).State, (await _harness.Row(second)).State));
        Assert.Contains("the day's limit of 150000 gas is reached", _harness.Status.SenderProblem, StringComparison.Ordinal);
        await _harness.Sql("UPDATE signer_lanes SET day = day - 1"); // midnight
        await _harness.Drain();
        Assert.Equal(TransactionState.Final, (await _harness.Row(second)).State);
    }

    [Fact]
    public async Task A_call_of_something_else_than_the_deployments_contracts_is_never_signed()
    {
        var id = await _harness.Enqueue(new Command("elsewhere", "mint", "s", _account, "0x40c10f19", 100_000));
        await _harness.Drain();
        var row = await _harness.Row(id);
        Assert.Equal((TransactionState.Failed, "it calls no contract of this deployment", null, null), (row.State, row.Error, row.Nonce, row.Raw));
    }

    /// <summary>A mint in the pool whose fee is below the base fee of two blocks so far.</summary>
    private async Task<TransactionId> Priced_out()
    {
        var id = await _harness.Mint("mint", _account, 5);
        await _harness.Drain();
        Assert.Equal(TransactionState.Broadcast, (await _harness.Row(id)).State);
        await BaseFee(100 * Gwei);
        await node.Mine(2);
        return id;
    }

    private void UseLimits(SendLimits limits)
    {
        _harness.Options = _harness.Options with { Limits = limits };
        _harness.Restart();
    }

    private Task BaseFee(BigInteger wei) => node.Rpc.SendRequestAsync<bool>("hardhat_setNextBlockBaseFeePerGas", null, new HexBigInteger(wei).HexValue);

    private async Task<List<(string Hash, string State)>> Variants()
    {
        await using var tx = _harness.Database.Read();
        return await tx.Query<(string, string)>("SELECT hash, state FROM transaction_variants ORDER BY length(max_fee), max_fee");
    }
}

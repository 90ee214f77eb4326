using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Db;
using ComputeRwa.Kernel;
using ComputeRwa.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComputeRwa.Tests.Chain;

[Collection(HardhatCollection.Name)]
[Trait("engine", "both")]
public sealed class ReorganisationTests(HardhatNode node)
{
    [Fact]
    public async Task Undone_blocks_are_taken_back_and_their_transactions_mined_again_with_the_same_bytes()
    {
        await using var harness = await ChainHarness.Create(node);
        var account = ChainHarness.NewAccount();
        var kept = await harness.Mint("kept", account, 1);
        await harness.Drain();
        var snapshot = await node.Snapshot();
        var undone = await harness.Mint("undone", account, 2);
        await harness.Drain();
        var before = await harness.Row(undone);
        Assert.Equal(3, await harness.Recorded(account));

        await node.Revert(snapshot);
        await node.Mine(3); // another branch, and longer
        await harness.Watcher.Step();
        Assert.Equal(1, await harness.Recorded(account));
        Assert.Equal(TransactionState.Broadcast, (await harness.Row(undone)).State);
        Assert.Equal(TransactionState.Final, (await harness.Row(kept)).State);

        await harness.Drain();
        var after = await harness.Row(undone);
        Assert.Equal(TransactionState.Final, after.State);
        Assert.Equal((before.Raw, before.Hash, before.Nonce), (after.Raw, after.Hash, after.Nonce));
        Assert.NotEqual(before.BlockHash, after.BlockHash);
        Assert.Equal(3, await harness.BalanceOf(account));
        Assert.Equal(3, await harness.Recorded(account));
    }

    [Fact]
    public async Task A_chain_that_only_became_shorter_is_noticed()
    {
        await using var harness = await ChainHarness.Create(node);
        var account = ChainHarness.NewAccount();
        await harness.Drain();
        var snapshot = await node.Snapshot();
        await harness.Mint("undone", account, 2);
        await harness.Drain();
        await node.Revert(snapshot);
        await harness.Watcher.Step();
        Assert.Equal(0, await harness.Recorded(account));
        await harness.Drain();
        Assert.Equal(2, await harness.BalanceOf(account));
        Assert.Equal(2, await harness.Recorded(account));
    }

    /// <summary>Where many are mined at once Hardhat's blocks name no parent.</summary>
    [Fact]
    public async Task Many_blocks_mined_at_once_are_read_and_it_is_noticed_when_they_are_undone()
    {
        await using var harness = await ChainHarness.Create(node);
        var account = ChainHarness.NewAccount();
        await harness.Drain();
        var snapshot = await node.Snapshot();
        await harness.Mint("undone", account, 2);
        while (await harness.Sender.Step()) { }
        await node.Mine(40);
        await harness.Drain();
        Assert.Equal(2, await harness.Recorded(account));
        await node.Revert(snapshot);
        await node.Mine(60);
        await harness.Watcher.Step();
        Assert.Equal(0, await harness.Recorded(account));
        await harness.Drain();
        Assert.Equal(2, await harness.BalanceOf(account));
        Assert.Equal(2, await harness.Recorded(account));
    }

    [Fact]
    public async Task A_block_undone_between_the_receipt_and_the_watchers_look_is_noticed_by_the_sender()
    {
        await using var harness = await ChainHarness.Create(node);
        var account = ChainHarness.NewAccount();
        await harness.Drain();
        var snapshot = await node.Snapshot();
        var id = await harness.Mint("mint", account, 2);
        while (await harness.Sender.Step()) { }
        Assert.Equal(TransactionState.Mined, (await harness.Row(id)).State);
        await node.Revert(snapshot);
        await harness.Drain();
        Assert.Equal(TransactionState.Final, (await harness.Row(id)).State);
        Assert.Equal(2, await harness.BalanceOf(account));
        Assert.Equal(2, await harness.Recorded(account));
    }

    [Fact]
    public async Task A_chain_without_any_stored_block_is_refused_as_another()
    {
        await using var harness = await ChainHarness.Create(node);
        await harness.Drain();
        await harness.Sql("UPDATE chain_blocks SET hash = '0x' || substr(hash, 4) || 'f'");
        harness.Restart();
        await node.Mine();
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(harness.Watcher.Step);
        Assert.Contains("another chain", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_of_another_deployment_is_refused_by_name()
    {
        await using var harness = await ChainHarness.Create(node);
        var deployment = harness.Options.Deployment;
        await ChainIdentity.Claim(harness.Database, deployment, TimeProvider.System.Now());
        await ChainIdentity.Claim(harness.Database, deployment, TimeProvider.System.Now());
        var other = deployment with { Salt = Hash32.Zero.Value };
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => ChainIdentity.Claim(harness.Database, other, TimeProvider.System.Now()));
        Assert.Contains(deployment.Salt, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(other.Salt, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_of_another_chain_or_without_the_contracts_is_refused()
    {
        await using var harness = await ChainHarness.Create(node);
        var deployment = harness.Options.Deployment;
        Assert.Contains("serves chain 31337", await Refusal(deployment with { ChainId = 1337 }), StringComparison.Ordinal);
        var nowhere = deployment with { Contracts = deployment.Contracts with { EpochLedger = ChainHarness.NewAccount().Value } };
        Assert.Contains("There is no EpochLedger at", await Refusal(nowhere), StringComparison.Ordinal);

        async Task<string> Refusal(Deployment wrong)
        {
            var identity = new ChainIdentity(harness.Client, harness.Options with { Deployment = wrong }, null!, NullLogger<ChainIdentity>.Instance);
            return (await Assert.ThrowsAsync<InvalidOperationException>(identity.Verify)).Message;
        }
    }
}

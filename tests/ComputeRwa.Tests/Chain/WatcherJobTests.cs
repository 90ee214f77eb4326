using System.Text.Json.Nodes;
using ComputeRwa.Chain;
using ComputeRwa.Kernel;
using ComputeRwa.Tests.Support;

namespace ComputeRwa.Tests.Chain;

/// <summary>The watcher against nodes that refuse, lag and say half.</summary>
[Collection(HardhatCollection.Name)]
[Trait("engine", "both")]
public sealed class WatcherJobTests(HardhatNode node) : IAsyncLifetime
{
    private FaultyNode _faulty = null!;

    public async Task InitializeAsync() => _faulty = await FaultyNode.Before(node.Url);

    public async Task DisposeAsync() => await _faulty.DisposeAsync();

    [Theory]
    [InlineData(-32005, "query returned more than 10000 results")]
    [InlineData(-32600, "block range is too wide")]
    [InlineData(-32000, "query timeout exceeded")]
    public async Task A_node_that_refuses_long_ranges_is_asked_for_shorter_ones(int code, string message)
    {
        await using var harness = await ChainHarness.Create(node, through: _faulty.Url);
        var account = ChainHarness.NewAccount();
        for (var i = 0; i < 3; i++)
        {
            await harness.Mint($"mint {i}", account, 1);
            while (await harness.Sender.Step()) { }
            await node.Mine(5);
        }
        var refused = 0;
        _faulty.Lie = (asked, answer) =>
        {
            if ((string?)asked["method"] != "eth_getLogs" || Blocks(asked) <= 4) return;
            refused++;
            answer.AsObject().Remove("result");
            answer["error"] = new JsonObject { ["code"] = code, ["message"] = message };
        };
        await harness.Drain();
        Assert.True(refused > 0, "No range was refused.");
        Assert.Equal(3, await harness.Recorded(account));
    }

    [Fact]
    public async Task Logs_of_a_node_that_has_not_got_so_far_are_not_taken_for_all()
    {
        await using var harness = await ChainHarness.Create(node, through: _faulty.Url);
        var account = ChainHarness.NewAccount();
        await harness.Drain();
        await harness.Mint("mint", account, 7);
        while (await harness.Sender.Step()) { }
        var head = await node.Head();
        // Behind one address there are two nodes: one knows the head, and the one that is asked for logs does not.
        _faulty.Lie = (asked, answer) =>
        {
            if ((string?)asked["method"] == "eth_getLogs") answer["result"] = new JsonArray();
            else if (TogetherWithLogs && IsBlock(asked, head.Number)) answer["result"] = null;
        };
        await harness.Watcher.Step();
        Assert.Equal(0, await harness.Recorded(account));
        _faulty.Lie = null;
        await harness.Drain();
        Assert.Equal(7, await harness.Recorded(account));
    }

    [Fact]
    public async Task Blocks_full_of_logs_are_read_one_by_one_and_ahead_of_their_turn()
    {
        await using var harness = await ChainHarness.Create(node, through: _faulty.Url);
        var emitter = await Emitter(harness);
        for (var i = 0; i < 4; i++) await Emit(emitter, 1_100);
        var asked = new List<(long From, long To)>();
        _faulty.Lie = (request, _) =>
        {
            if ((string?)request["method"] == "eth_getLogs") asked.Add((Number(request["params"]![0]!["fromBlock"]), Number(request["params"]![0]!["toBlock"])));
        };
        while (await harness.Watcher.Step()) { }
        await Same(harness, emitter, 4_400);
        Assert.Contains(asked, a => a.To - a.From >= 3); // too long to be taken in
        Assert.Equal(asked.Count, asked.Distinct().Count()); // what was read ahead was not asked for again
    }

    [Fact]
    public async Task Two_full_blocks_among_many_empty_ones_are_refused_once()
    {
        await using var harness = await ChainHarness.Create(node, through: _faulty.Url);
        var emitter = await Emitter(harness);
        await node.Mine(40);
        for (var i = 0; i < 2; i++) await Emit(emitter, 1_100);
        var full = (await node.Head()).Number;
        await node.Mine(20);
        var withBoth = 0;
        _faulty.Lie = (request, _) =>
        {
            if ((string?)request["method"] == "eth_getLogs" && Number(request["params"]![0]!["fromBlock"]) < full && Number(request["params"]![0]!["toBlock"]) >= full) withBoth++;
        };
        while (await harness.Watcher.Step()) { }
        await Same(harness, emitter, 2_200);
        Assert.Equal(1, withBoth);
    }

    [Fact]
    public async Task A_log_of_a_block_that_was_not_asked_for_is_not_stored()
    {
        await using var harness = await ChainHarness.Create(node, through: _faulty.Url);
        var emitter = await Emitter(harness);
        await Emit(emitter, 3);
        _faulty.Lie = (asked, answer) =>
        {
            if ((string?)asked["method"] == "eth_getLogs" && answer["result"]!.AsArray() is [.., { } last]) last["blockNumber"] = "0xfffff";
        };
        await harness.Watcher.Step();
        Assert.Equal(0, await harness.Scratch.Read(tx => tx.Single<long>("SELECT COUNT(*) FROM chain_logs")));
        _faulty.Lie = null;
        while (await harness.Watcher.Step()) { }
        await Same(harness, emitter, 3);
    }

    [Fact]
    public async Task What_was_read_ahead_of_a_reorganisation_is_not_stored()
    {
        await using var harness = await ChainHarness.Create(node, through: _faulty.Url);
        var emitter = await Emitter(harness);
        await Emit(emitter, 1_100);
        while (await harness.Watcher.Step()) { }
        await Emit(emitter, 1_200);
        var snapshot = await node.Snapshot();
        for (var i = 0; i < 3; i++) await Emit(emitter, 1_300);
        await harness.Watcher.Step(); // the first of them may be stored now, and the next be on its way
        await harness.Watcher.Step();
        await node.Revert(snapshot);
        await Emit(emitter, 1_001);
        await Emit(emitter, 1_002);
        await Emit(emitter, 1_003);
        await node.Mine(2);
        while (await harness.Watcher.Step()) { }
        await Same(harness, emitter, 1_100 + 1_200 + 1_001 + 1_002 + 1_003);
    }

    [Fact]
    public async Task What_was_being_read_ahead_while_the_chain_changed_is_read_anew_at_once()
    {
        await using var harness = await ChainHarness.Create(node, through: _faulty.Url);
        var emitter = await Emitter(harness);
        await Emit(emitter, 1_200);
        var (snapshot, before) = (await node.Snapshot(), (await node.Head()).Number);
        for (var i = 0; i < 3; i++) await Emit(emitter, 1_300);
        // The logs are the old chain's, and what is asked for after them is the new one's.
        using var changed = new ManualResetEventSlim();
        _faulty.Lie = (asked, _) =>
        {
            if ((string?)asked["method"] == "eth_getLogs" && Number(asked["params"]![0]!["fromBlock"]) == before + 1) changed.Wait();
        };
        while (await harness.Scratch.Read(tx => tx.Single<long?>("SELECT MAX(number) FROM chain_blocks")) != before) await harness.Watcher.Step();
        await node.Revert(snapshot);
        await Emit(emitter, 1_001);
        await node.Mine(2);
        changed.Set();
        while (await harness.Watcher.Step()) { }
        await Same(harness, emitter, 1_200 + 1_001);
    }

    [Fact]
    public async Task A_head_that_lags_undoes_nothing()
    {
        await using var harness = await ChainHarness.Create(node, through: _faulty.Url);
        harness.Options = harness.Options with { LagPatience = TimeSpan.FromHours(1) };
        harness.Restart();
        var account = ChainHarness.NewAccount();
        await harness.Drain();
        var before = await node.Head();
        var id = await harness.Mint("mint", account, 7);
        await harness.Drain();
        _faulty.Knows = before.Number;
        for (var i = 0; i < 3; i++) await harness.Watcher.Step();
        Assert.Equal(7, await harness.Recorded(account));
        Assert.Equal(TransactionState.Final, (await harness.Row(id)).State);
        _faulty.Knows = null;
        await harness.Mint("another", account, 1);
        await harness.Drain();
        Assert.Equal(8, await harness.Recorded(account));
    }

    [Fact]
    public async Task What_is_not_finalized_by_the_node_is_not_final_here()
    {
        await using var harness = await ChainHarness.Create(node, through: _faulty.Url);
        harness.Options = harness.Options with { Finality = Nethereum.RPC.Eth.DTOs.BlockParameter.BlockParameterType.finalized };
        harness.Restart();
        var through = (await node.Head()).Number;
        _faulty.Lie = (asked, answer) =>
        {
            if ((string?)asked["method"] == "eth_getBlockByNumber" && (string?)asked["params"]![0] == "finalized") answer["result"]!["number"] = $"0x{through:x}";
        };
        var id = await harness.Mint("mint", ChainHarness.NewAccount(), 7);
        await harness.Drain();
        Assert.Equal(TransactionState.Mined, (await harness.Row(id)).State);
        through = (await node.Head()).Number;
        await node.Mine();
        await harness.Drain();
        Assert.Equal(TransactionState.Final, (await harness.Row(id)).State);
    }

    /// <summary>The sender may be another replica's, which cannot wake this watcher; and a chain may make no block until there is something to put in it.</summary>
    [Fact]
    public async Task What_a_sender_elsewhere_finds_mined_becomes_final_without_another_block()
    {
        await using var harness = await ChainHarness.Create(node);
        using var elsewhere = harness.MakeSender(harness.Options.Operator, harness.Scratch.OpenAgain());
        await harness.Drain(elsewhere);
        var id = await harness.Mint("mint", ChainHarness.NewAccount(), 7);
        await elsewhere.Step();
        Assert.Equal(TransactionState.Broadcast, (await harness.Row(id)).State);
        while (await harness.Watcher.Step()) { }
        while (await elsewhere.Step()) { }
        Assert.Equal(TransactionState.Mined, (await harness.Row(id)).State);
        await harness.Watcher.Step();
        Assert.Equal(TransactionState.Final, (await harness.Row(id)).State);
    }

    /// <summary>n from the call's data; while it is not 0, logs it as topic and data, and takes 1 from it.</summary>
    private const string LogsOnDemand = "0x6000355b8015601a57806000528060206000a1600190036003565b00";

    /// <summary>A contract that logs as often as its call says, and a watcher that takes in about 1,500 of its logs at once.</summary>
    private async Task<Address> Emitter(ChainHarness harness)
    {
        var emitter = ChainHarness.NewAccount();
        await node.Rpc.SendRequestAsync<bool>("hardhat_setCode", null, emitter.Value, LogsOnDemand);
        var since = harness.Options.Deployment with { DeployedAtBlock = (await node.Head()).Number };
        harness.Options = harness.Options with { Watched = [new([emitter], [])], LongestAnswer = 900_000, Deployment = since };
        harness.Restart();
        return emitter;
    }

    private Task Emit(Address emitter, int logs) => node.Rpc.SendRequestAsync<string>("eth_sendTransaction", null,
        new { from = HardhatNode.DevelopmentKey(0).GetPublicAddress(), to = emitter.Value, gas = "0x7a1200", data = $"0x{logs:x64}" });

    /// <summary>What is stored is what the chain has.</summary>
    private async Task Same(ChainHarness harness, Address emitter, int count)
    {
        var (logs, _) = await new ChainClient(node.Rpc).Logs(harness.Options.Watched, harness.Options.Deployment.DeployedAtBlock, (await node.Head()).Number);
        var stored = await harness.Scratch.Read(tx => tx.Query<(long, long, string, string)>("SELECT block_number, log_index, tx_hash, topics FROM chain_logs ORDER BY position"));
        Assert.Equal(count, stored.Count);
        Assert.Equal(logs.Select(l => ((long)l.BlockNumber.Value, (long)l.LogIndex.Value, l.TransactionHash, $"{l.Topics[0]}")), stored);
        Assert.Equal([ChainLog.PositionOf(stored[^1].Item1, stored[^1].Item2)], await harness.Scratch.Read(tx => tx.Query<long>("SELECT position FROM projector_cursors")));
    }

    private bool TogetherWithLogs => _faulty.Asked.Contains("eth_getLogs");

    private static long Blocks(JsonNode asked) => Number(asked["params"]![0]!["toBlock"]) - Number(asked["params"]![0]!["fromBlock"]) + 1;

    private static bool IsBlock(JsonNode asked, long number) => (string?)asked["method"] == "eth_getBlockByNumber" && (string?)asked["params"]![0] == $"0x{number:x}";

    private static long Number(JsonNode? hex) => Convert.ToInt64((string)hex!, 16);
}

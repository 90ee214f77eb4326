using ComputeRwa.Chain;
using ComputeRwa.Kernel;
using ComputeRwa.Tests.Support;

namespace ComputeRwa.Tests.Chain;

[Collection(HardhatCollection.Name)]
public sealed class EndpointsTests(HardhatNode node) : IAsyncLifetime
{
    private FaultyNode _first = null!;
    private FaultyNode _second = null!;
    private FaultyNode _third = null!;
    private Endpoints _endpoints = null!;

    public async Task InitializeAsync()
    {
        (_first, _second, _third) = (await FaultyNode.Before(node.Url), await FaultyNode.Before(node.Url), await FaultyNode.Before(node.Url));
        _endpoints = Endpoints.At([_first.Url, _second.Url, _third.Url], quorum: 2);
    }

    public async Task DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        await _third.DisposeAsync();
    }

    [Fact]
    public async Task One_node_is_asked_while_it_answers()
    {
        for (var i = 0; i < 3; i++) Assert.Equal(31337, await new ChainClient(_endpoints.Any).ChainId());
        Assert.Equal((3, 0, 0), (_first.Requests, _second.Requests, _third.Requests));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_node_that_says_it_cannot_is_left_for_the_next_which_is_kept(int status)
    {
        _first.Status = status;
        for (var i = 0; i < 3; i++) Assert.Equal(31337, await new ChainClient(_endpoints.Any).ChainId());
        Assert.Equal((1, 3, 0), (_first.Requests, _second.Requests, _third.Requests));
    }

    [Fact]
    public async Task A_node_that_is_gone_is_left_for_the_next()
    {
        await _first.Stop();
        await _second.Stop();
        Assert.Equal(31337, await new ChainClient(_endpoints.Any).ChainId());
        Assert.Equal(1, _third.Requests);
    }

    [Fact]
    public async Task A_node_that_never_answers_is_left_for_the_next_after_a_while()
    {
        _first.Silent = true;
        Assert.Equal(31337, await new ChainClient(_endpoints.Any).ChainId());
        Assert.Equal((1, 1), (_first.Requests, _second.Requests));
    }

    [Fact]
    public async Task When_all_fail_the_answer_is_that_the_chain_is_unavailable()
    {
        foreach (var one in new[] { _first, _second, _third }) one.Status = 503;
        await Assert.ThrowsAsync<UnavailableException>(() => new ChainClient(_endpoints.Any).ChainId());
        Assert.Equal((1, 1, 1), (_first.Requests, _second.Requests, _third.Requests));
        // Nobody rests for good.
        _second.Status = 0;
        Assert.Equal(31337, await new ChainClient(_endpoints.Any).ChainId());
    }

    [Fact]
    public async Task The_head_is_the_highest_block_that_a_quorum_has()
    {
        await node.Mine(3);
        var head = await node.Head();
        Assert.Equal(head, await new HeadQuorum(_endpoints).Latest());
        _first.Knows = head.Number - 1;
        Assert.Equal(head, await new HeadQuorum(_endpoints).Latest());
        _second.Knows = head.Number - 2;
        Assert.Equal(head.Number - 1, (await new HeadQuorum(_endpoints).Latest()).Number);
    }

    [Fact]
    public async Task A_node_on_another_branch_is_outvoted_and_two_against_two_is_no_head()
    {
        await node.Mine();
        var head = await node.Head();
        _first.Lie = Fork;
        Assert.Equal(head, await new HeadQuorum(_endpoints).Latest());
        await _second.Stop();
        await Assert.ThrowsAsync<UnavailableException>(() => new HeadQuorum(_endpoints).Latest());
        await _third.Stop();
        var e = await Assert.ThrowsAsync<UnavailableException>(() => new HeadQuorum(_endpoints).Latest());
        Assert.Contains("1 of 3", e.Message, StringComparison.Ordinal);

        static void Fork(System.Text.Json.Nodes.JsonNode asked, System.Text.Json.Nodes.JsonNode answer)
        {
            if (answer["result"]?["hash"] is not null) answer["result"]!["hash"] = "0x" + new string('a', 64);
        }
    }
}

using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ComputeRwa.Verify;
using ComputeRwa.Verify.Reading;

namespace ComputeRwa.Tests.Verify;

/// <summary>How the auditor's program reads a node that is busy, small or no node at all.</summary>
public sealed class ReadingTests
{
    private const string Contract = "0x00000000000000000000000000000000000000aa";
    private static readonly Uri Url = new("http://node.invalid");

    private static RpcNode Node(HttpMessageHandler handler) => new(new HttpClient(handler), Url);

    private static string Result(JsonNode? id, JsonNode? result) => new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id?.DeepClone(), ["result"] = result }.ToJsonString();

    private static string Refusal(JsonNode? id, string message) =>
        new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id?.DeepClone(), ["error"] = new JsonObject { ["code"] = -32005, ["message"] = message } }.ToJsonString();

    private static long Number(JsonNode? json) => long.Parse(((string)json!)[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    /// <summary>A log in every block, from a node that gives at most so many blocks at once.</summary>
    private static FakeNode WithLogs(long most, string address = Contract) => new(asked =>
    {
        var filter = asked["params"]![0]!;
        var (from, to) = (Number(filter["fromBlock"]), Number(filter["toBlock"]));
        if (to - from + 1 > most) return (HttpStatusCode.OK, Refusal(asked["id"], "query returned more than 10000 results"));
        return (HttpStatusCode.OK, Result(asked["id"], new JsonArray([.. Enumerable.Range((int)from, (int)(to - from + 1)).Select(block => (JsonNode)new JsonObject
        {
            ["address"] = address, ["topics"] = new JsonArray(), ["data"] = "0x", ["blockNumber"] = $"0x{block:x}", ["logIndex"] = "0x0", ["transactionHash"] = "0x01",
        })])));
    });

    [Theory]
    [InlineData(1_000, 1)]
    [InlineData(1, 100)]
    [InlineData(7, 17)]
    public async Task A_range_that_a_node_refuses_is_read_in_parts(long most, int answers)
    {
        var node = WithLogs(most);
        var logs = await LogReader.Read(Node(node), [Contract], [], 5, 104);
        Assert.Equal(Enumerable.Range(5, 100).Select(b => (long)b), logs.Select(l => l.Place.Block));
        Assert.Equal(answers, node.Asked.Count(a => Number(a["params"]![0]!["toBlock"]) - Number(a["params"]![0]!["fromBlock"]) < most));
    }

    [Fact]
    public async Task A_node_that_refuses_a_single_block_is_believed() =>
        await Assert.ThrowsAsync<RefusedException>(() => LogReader.Read(Node(WithLogs(0)), [Contract], [], 5, 6));

    [Fact]
    public async Task Logs_of_a_stranger_are_not_taken() =>
        await Assert.ThrowsAsync<UnreadableException>(() => LogReader.Read(Node(WithLogs(9, "0x00000000000000000000000000000000000000bb")), [Contract], [], 5, 6));

    [Fact]
    public async Task A_node_without_batches_is_asked_one_by_one()
    {
        var node = new FakeNode(asked => (HttpStatusCode.OK, asked is JsonArray ? Refusal(null, "batches are not supported") : Result(asked["id"], asked["params"]![0]!.DeepClone())));
        var answers = await Node(node).AskAll([new("a", "first"), new("a", "second")]);
        Assert.Equal(["first", "second"], answers.Select(a => a.OrThrow().GetString()));
        Assert.Equal(3, node.Asked.Count);
    }

    [Fact]
    public async Task Answers_of_a_batch_are_told_apart_by_their_ids()
    {
        var node = new FakeNode(asked => (HttpStatusCode.OK, new JsonArray([.. asked.AsArray().Reverse().Select(q => JsonNode.Parse(Result(q!["id"], q["params"]![0]!.DeepClone())))]).ToJsonString()));
        Assert.Equal(["first", "second"], (await Node(node).AskAll([new("a", "first"), new("a", "second")])).Select(a => a.OrThrow().GetString()));
    }

    [Fact]
    public async Task A_batch_that_lacks_an_answer_is_unreadable()
    {
        var node = new FakeNode(asked => (HttpStatusCode.OK, new JsonArray(JsonNode.Parse(Result(asked[0]!["id"], "0x1"))).ToJsonString()));
        await Assert.ThrowsAsync<UnreadableException>(() => Node(node).AskAll([new("a"), new("b")]));
    }

    [Fact]
    public async Task A_busy_node_is_asked_again()
    {
        var refusals = 2;
        var node = new FakeNode(asked => refusals-- > 0 ? (HttpStatusCode.TooManyRequests, "slow down") : (HttpStatusCode.OK, Result(asked["id"], "0x7")));
        Assert.Equal("0x7", (await Node(node).Ask("eth_chainId")).GetString());
        Assert.Equal(3, node.Asked.Count);
    }

    [Theory]
    [InlineData(HttpStatusCode.OK, "<html>")]
    [InlineData(HttpStatusCode.OK, "[]")]
    [InlineData(HttpStatusCode.OK, "{}")]
    [InlineData(HttpStatusCode.NotFound, "not here")]
    public async Task What_is_no_node_is_unreadable(HttpStatusCode status, string body) =>
        await Assert.ThrowsAsync<UnreadableException>(() => Node(new FakeNode(_ => (status, body))).Ask("eth_chainId"));

    [Fact]
    public async Task An_error_of_the_node_is_told_in_its_words()
    {
        var refused = await Assert.ThrowsAsync<RefusedException>(() => Node(new FakeNode(asked => (HttpStatusCode.OK, Refusal(asked["id"], "no archive")))).Ask("eth_call"));
        Assert.Contains("no archive", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deployment_of_another_chain_is_not_audited()
    {
        var node = new FakeNode(asked => (HttpStatusCode.OK, Result(asked["id"], "0x1")));
        await Assert.ThrowsAsync<UnreadableException>(() => new ChainReader(Node(node), DeploymentFile.Of(31337, 0, Contract, Contract, Contract)).Read());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"chainId":31337,"deployedAtBlock":1}""")]
    [InlineData("""{"chainId":31337,"deployedAtBlock":1,"contracts":{"leaseBook":"0x12","leaseClaims":"0x12","epochLedger":"0x12"}}""")]
    public void What_is_no_deployment_is_unreadable(string json) =>
        Assert.Throws<UnreadableException>(() => DeploymentFile.Read(System.Text.Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Events_are_read_as_Solidity_writes_them()
    {
        var shape = new EventShape("TransferBatch(address indexed operator,address indexed from,address indexed to,uint256[] ids,uint256[] values)");
        Assert.Equal("0x4a39dc06d4c0dbc64b70af90fd698a233a518aa5d07e595d983b8c0526c8f7fb", shape.Topic);
        byte[] Words(params int[] words) => Hashing.Join([.. words.Select(w => Hashing.Word(w))]);
        var topics = new[] { shape.Topic, Hashing.Hex(Words(1)), Hashing.Hex(Words(2)), Hashing.Hex(Words(3)) };
        var read = shape.Decode(new(Contract, topics, Words(64, 160, 2, 7, 8, 2, 70, 80), new(1, 0, "0x")));
        Assert.Equal([7, 8], read.List("ids"));
        Assert.Equal([70, 80], read.List("values"));
        Assert.Equal("0x0000000000000000000000000000000000000002", read.Account("from"));
        Assert.Throws<UnreadableException>(() => shape.Decode(new(Contract, topics, Words(64, 160, 2), new(1, 0, "0x"))));
    }

    [Fact]
    public void The_topic_of_a_tuple_is_that_of_its_members() => Assert.Contains(Catalog.EpochLedger.Values, s => s.Name == "Revealed"
        && s.Topic == Hashing.Hex(Hashing.Keccak(Hashing.Ascii("Revealed(uint32,uint256,address,(uint256,uint32,uint64,uint64,uint64,uint64,uint16,uint64,uint64,uint64,uint96,uint32,uint96,bytes32,bytes32,uint8))"))));

    [Fact]
    public void Files_are_known_by_what_is_in_them()
    {
        var epoch = new World(2, nodes: 2, leases: 2, epochs: 1).Close()[0];
        var files = new PublishedFiles();
        files.Add("not json"u8.ToArray());
        files.Add(epoch.Evidence);
        files.Add(epoch.File);
        Assert.Equal(epoch.File, files.Find(Hashing.Hex(Hashing.Keccak(epoch.File))));
        Assert.Equal([Hashing.Hex(Hashing.Keccak(epoch.File))], files.HashesOf(epoch.Closed.Epoch));
        Assert.Equal([epoch.Evidence], files.EvidenceOf(epoch.Closed.Epoch));
        Assert.Empty(files.EvidenceOf(epoch.Closed.Epoch + 1));
    }
}

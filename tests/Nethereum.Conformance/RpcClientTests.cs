using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Nethereum.Hex.HexTypes;
using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Eth;
using Nethereum.RPC.Eth.Blocks;
using Nethereum.RPC.Eth.DTOs;
using Nethereum.RPC.Eth.Transactions;

namespace Nethereum.Conformance;

/// <summary>The timeout is one for all clients, so these tests run one after another.</summary>
[Collection("RPC")]
public class RpcClientTests
{
    [Fact]
    public async Task A_request_carries_version_id_method_and_parameters()
    {
        JsonNode? seen = null;
        await using var node = await FakeNode.StartAsync((request, context) =>
        {
            seen = request;
            return FakeNode.Json(context, """{"jsonrpc":"2.0","id":1,"result":"0x2a"}""");
        });
        var result = await node.Client.SendRequestAsync<HexBigInteger>("eth_test", null, "0xab", true, new { one = 1 });

        Assert.Equal(42, result.Value);
        Assert.Equal("2.0", seen!["jsonrpc"]!.GetValue<string>());
        Assert.Equal("eth_test", seen["method"]!.GetValue<string>());
        Assert.NotNull(seen["id"]);
        Assert.Equal("""["0xab",true,{"one":1}]""", seen["params"]!.ToJsonString());
    }

    [Fact]
    public async Task A_request_object_keeps_its_id()
    {
        JsonNode? seen = null;
        await using var node = await FakeNode.StartAsync((request, context) =>
        {
            seen = request;
            return FakeNode.Json(context, """{"jsonrpc":"2.0","id":77,"result":"yes"}""");
        });
        Assert.Equal("yes", await node.Client.SendRequestAsync<string>(new RpcRequest(77, "web3_test")));
        Assert.Equal(77, seen!["id"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_null_result_stays_null()
    {
        await using var node = await FakeNode.Saying("""{"jsonrpc":"2.0","id":1,"result":null}""");
        Assert.Null(await new EthGetTransactionReceipt(node.Client).SendRequestAsync("0xab"));
    }

    [Fact]
    public async Task An_error_object_becomes_an_exception_with_code_message_and_data()
    {
        await using var node = await FakeNode.Saying("""{"jsonrpc":"2.0","id":1,"error":{"code":3,"message":"execution reverted","data":"0x1234"}}""");
        var exception = await Assert.ThrowsAsync<RpcResponseException>(() => node.Client.SendRequestAsync<string>("eth_call"));
        Assert.Equal(3, exception.RpcError.Code);
        Assert.StartsWith("execution reverted", exception.RpcError.Message, StringComparison.Ordinal);
        Assert.Equal("0x1234", exception.RpcError.Data!.ToString());
    }

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests, "")]
    [InlineData(HttpStatusCode.BadGateway, "<html>")]
    [InlineData(HttpStatusCode.BadRequest, """{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"nonce too low"}}""")]
    public async Task Any_status_but_success_is_unknown_with_the_status_inside(HttpStatusCode status, string body)
    {
        await using var node = await FakeNode.Saying(body, (int)status);
        var exception = await Assert.ThrowsAsync<RpcClientUnknownException>(() => node.Client.SendRequestAsync<string>("eth_call"));
        Assert.Equal(status, Assert.IsType<HttpRequestException>(exception.InnerException).StatusCode);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":{"code":"text","message":"x"}}""")]
    public async Task Unreadable_answers_are_unknown(string body)
    {
        await using var node = await FakeNode.Saying(body);
        await Assert.ThrowsAsync<RpcClientUnknownException>(() => node.Client.SendRequestAsync<string>("eth_call"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [Trait("Only", Vectors.StricterThanOfficial)]
    public async Task Empty_answers_are_unknown(string body)
    {
        await using var node = await FakeNode.Saying(body);
        await Assert.ThrowsAsync<RpcClientUnknownException>(() => node.Client.SendRequestAsync<string>("eth_call"));
    }

    [Fact]
    public async Task A_closed_port_is_unknown()
    {
        Uri url;
        await using (var node = await FakeNode.Saying("")) url = node.Url;
        await Assert.ThrowsAsync<RpcClientUnknownException>(() => new RpcClient(url).SendRequestAsync<string>("eth_call"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_slow_node_times_out(bool answersHalf)
    {
        await using var node = await FakeNode.StartAsync(async (_, context) =>
        {
            if (answersHalf)
            {
                await FakeNode.Json(context, "{\"jsonrpc\":");
                await context.Response.Body.FlushAsync();
            }

            await Task.Delay(TimeSpan.FromSeconds(30), context.RequestAborted);
        });
        var before = ClientBase.ConnectionTimeout;
        ClientBase.ConnectionTimeout = TimeSpan.FromMilliseconds(300);
        try
        {
            await Assert.ThrowsAsync<RpcClientTimeoutException>(() => node.Client.SendRequestAsync<string>("eth_call"));
        }
        finally
        {
            ClientBase.ConnectionTimeout = before;
        }
    }

    [Fact]
    public async Task Credentials_travel_in_the_header()
    {
        string? seen = null;
        await using var node = await FakeNode.StartAsync((_, context) =>
        {
            seen = context.Request.Headers.Authorization;
            return FakeNode.Json(context, """{"jsonrpc":"2.0","id":1,"result":"0x1"}""");
        });
        await new RpcClient(node.Url, new AuthenticationHeaderValue("Bearer", "secret")).SendRequestAsync<string>("eth_chainId");
        Assert.Equal("Bearer secret", seen);
    }

    [Fact]
    public async Task A_client_may_bring_its_own_http_client()
    {
        await using var node = await FakeNode.Saying("""{"jsonrpc":"2.0","id":1,"result":"0x7a69"}""");
        using var http = new HttpClient();
        Assert.Equal(31337, (await new EthChainId(new RpcClient(node.Url, http)).SendRequestAsync()).Value);
    }

    [Fact]
    public async Task Answers_of_a_batch_find_their_requests_in_any_order()
    {
        await using var node = await FakeNode.StartAsync((request, context) =>
        {
            var answers = request.AsArray().Reverse().Select(item => (JsonNode)new JsonObject
            {
                ["jsonrpc"] = "2.0",
                ["id"] = item!["id"]!.DeepClone(),
                ["result"] = "0x" + Convert.ToString(item["id"]!.GetValue<int>() * 10, 16),
            });
            return FakeNode.Json(context, new JsonArray([.. answers]).ToJsonString());
        });
        var (batch, items) = Batch(node.Client, 5);
        await node.Client.SendBatchRequestAsync(batch);
        Assert.Equal([0, 10, 20, 30, 40], items.Select(item => (int)item.Response.Value));
    }

    [Fact]
    public async Task A_batch_with_a_failure_throws_after_reading_the_rest()
    {
        await using var node = await Mixed();
        var (batch, items) = Batch(node.Client, 2);
        var exception = await Assert.ThrowsAsync<RpcResponseBatchException>(() => node.Client.SendBatchRequestAsync(batch));
        Assert.Equal(-32000, Assert.Single(exception.RpcErrors).Code);
        Assert.True(items[0].HasError);
        Assert.Equal(5, items[1].Response.Value);
    }

    [Fact]
    public async Task A_batch_may_accept_failures()
    {
        await using var node = await Mixed();
        var (batch, items) = Batch(node.Client, 3);
        batch.AcceptPartiallySuccessful = true;
        await node.Client.SendBatchRequestAsync(batch);
        Assert.Equal(-32000, items[0].RpcError!.Code);
        Assert.Equal(5, items[1].Response.Value);
        Assert.False(items[2].HasError);
        Assert.Null(items[2].Response);
    }

    [Fact]
    public async Task One_error_for_a_whole_batch_is_unknown()
    {
        await using var node = await FakeNode.Saying("""{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"batch too large"}}""");
        var (batch, _) = Batch(node.Client, 2);
        await Assert.ThrowsAsync<RpcClientUnknownException>(() => node.Client.SendBatchRequestAsync(batch));
    }

    [Fact]
    public async Task Logs_are_asked_for_and_read()
    {
        JsonNode? filter = null;
        await using var node = await FakeNode.Knowing((_, parameters) =>
        {
            filter = parameters[0]!.DeepClone();
            return JsonNode.Parse("""
                [{"address":"0xab","topics":["0x01","0x02"],"data":"0x","blockNumber":"0x10","blockHash":"0xbb","transactionHash":"0xcc",
                  "transactionIndex":"0x0","logIndex":"0x3","removed":false}]
                """);
        });
        var logs = await new RPC.Eth.Filters.EthGetLogs(node.Client).SendRequestAsync(new NewFilterInput
        {
            FromBlock = new BlockParameter(16),
            ToBlock = BlockParameter.CreateLatest(),
            Address = ["0xab"],
            Topics = [new object[] { "0x01", "0x05" }, null!, "0x02"],
        });
        Assert.Equal("""{"fromBlock":"0x10","toBlock":"latest","address":["0xab"],"topics":[["0x01","0x05"],null,"0x02"]}""", filter!.ToJsonString());
        var log = Assert.Single(logs);
        Assert.Equal(["0x01", "0x02"], log.Topics.Select(topic => topic.ToString()));
        Assert.Equal(16, log.BlockNumber.Value);
        Assert.Equal(3, log.LogIndex.Value);
    }

    [Fact]
    public async Task Finalised_and_safe_blocks_go_by_name()
    {
        var named = new List<string>();
        await using var node = await FakeNode.Knowing((_, parameters) =>
        {
            named.Add(parameters[0]!.GetValue<string>());
            return JsonNode.Parse("""{"number":"0x5","hash":"0xaa","parentHash":"0xbb","timestamp":"0x64","gasLimit":"0x1","gasUsed":"0x0","baseFeePerGas":"0x7","transactions":["0xcc"]}""");
        });
        var blocks = new EthGetBlockWithTransactionsHashesByNumber(node.Client);
        var finalised = new BlockParameter();
        finalised.SetValue(BlockParameter.BlockParameterType.finalized);
        var block = await blocks.SendRequestAsync(finalised);
        var safe = new BlockParameter();
        safe.SetValue(BlockParameter.BlockParameterType.safe);
        await blocks.SendRequestAsync(safe);
        await blocks.SendRequestAsync(new HexBigInteger(255));

        Assert.Equal(["finalized", "safe", "0xff"], named);
        Assert.Equal(5, block!.Number.Value);
        Assert.Equal("0xaa", block.BlockHash);
        Assert.Equal(7, block.BaseFeePerGas!.Value);
        Assert.Equal(["0xcc"], block.TransactionHashes);
    }

    [Fact]
    public async Task Fee_history_is_asked_for_and_read()
    {
        await using var node = await FakeNode.Knowing((_, parameters) =>
        {
            Assert.Equal("""["0x2","latest",[10,50.5]]""", parameters.ToJsonString());
            return JsonNode.Parse("""{"oldestBlock":"0x1","baseFeePerGas":["0x1","0x2","0x3"],"gasUsedRatio":[0.5,0],"reward":[["0x1","0x2"],["0x3","0x4"]]}""");
        });
        var history = await new EthFeeHistory(node.Client).SendRequestAsync(new HexBigInteger(2), BlockParameter.CreateLatest(), [10m, 50.5m]);
        Assert.Equal(3, history.BaseFeePerGas.Length);
        Assert.Equal(0.5m, history.GasUsedRatio[0]);
        Assert.Equal(4, history.Reward![1][1].Value);
    }

    private static Task<FakeNode> Mixed() => FakeNode.Saying(
        """[{"jsonrpc":"2.0","id":0,"error":{"code":-32000,"message":"nonce too low"}},{"jsonrpc":"2.0","id":1,"result":"0x5"}]""");

    private static (RpcRequestResponseBatch Batch, List<RpcRequestResponseBatchItem<EthGetTransactionCount, HexBigInteger>> Items) Batch(IClient client, int count)
    {
        var handler = new EthGetTransactionCount(client);
        var batch = new RpcRequestResponseBatch();
        var items = Enumerable.Range(0, count)
            .Select(id => new RpcRequestResponseBatchItem<EthGetTransactionCount, HexBigInteger>(handler, handler.BuildRequest("0xab", BlockParameter.CreateLatest(), id)))
            .ToList();
        batch.BatchItems.AddRange(items);
        return (batch, items);
    }
}

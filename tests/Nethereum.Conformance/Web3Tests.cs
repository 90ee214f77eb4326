using System.Numerics;
using System.Text.Json.Nodes;
using Nethereum.ABI;
using Nethereum.ABI.FunctionEncoding;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Model;
using Nethereum.Signer;
using Nethereum.Util;
using Account = Nethereum.Web3.Accounts.Account;

namespace Nethereum.Conformance;

[Function("balanceOf", "uint256")]
public class BalanceOf : FunctionMessage
{
    [Parameter("address", "owner", 1)]
    public string Owner { get; set; } = "";
}

[Function("describe", typeof(Pair))]
public class Describe : FunctionMessage
{
}

[Collection("RPC")]
public class Web3Tests
{
    private const string Contract = "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB";
    private const string Hash = "0x1111111111111111111111111111111111111111111111111111111111111111";

    private static readonly Account Sender = new("0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318", 31337);

    [Fact]
    public async Task A_query_asks_and_reads_one_value()
    {
        JsonNode? call = null;
        await using var node = await FakeNode.Knowing((_, parameters) =>
        {
            call = parameters[0]!.DeepClone();
            return "0x" + new string('0', 62) + "2a";
        });
        var web3 = new Web3.Web3(node.Client);
        var balance = await web3.Eth.GetContractHandler(Contract).QueryAsync<BalanceOf, BigInteger>(new BalanceOf { Owner = Contract });
        Assert.Equal(42, balance);
        Assert.True(call!["to"]!.GetValue<string>().IsTheSameAddress(Contract));
        Assert.StartsWith("0x70a08231", call["data"]!.GetValue<string>(), StringComparison.Ordinal);

        Assert.Equal(42, await web3.Eth.GetContractQueryHandler<BalanceOf>().QueryAsync<BigInteger>(Contract, new BalanceOf { Owner = Contract }));
    }

    [Fact]
    public async Task A_query_reads_several_values_into_a_class()
    {
        var data = new ABIEncode().GetABIEncoded(new ABIValue("uint256", 7), new ABIValue("string", "seven")).ToHex(true);
        await using var node = await FakeNode.Knowing((_, _) => data);
        var pair = await new Web3.Web3(node.Client).Eth.GetContractHandler(Contract).QueryDeserializingToObjectAsync<Describe, Pair>();
        Assert.Equal((7, "seven"), (pair.First, pair.Second));
    }

    [Fact]
    public async Task A_revert_with_a_message_is_told_by_its_message()
    {
        var data = "0x08c379a0" + new ABIEncode().GetABIEncoded(new ABIValue("string", "too late")).ToHex();
        await using var node = await Reverting(data);
        var exception = await Assert.ThrowsAsync<SmartContractRevertException>(
            () => new Web3.Web3(node.Client).Eth.GetContractHandler(Contract).QueryAsync<BalanceOf, BigInteger>(new BalanceOf { Owner = Contract }));
        Assert.Equal("too late", exception.RevertMessage);
    }

    [Fact]
    public async Task A_revert_with_a_custom_error_can_be_decoded()
    {
        var data = "0x" + Sha3Keccack.Current.CalculateHash("Closed()")[..8];
        await using var node = await Reverting(data);
        var handler = new Web3.Web3(Sender, node.Client).Eth.GetContractTransactionHandler<Transfer>();
        var exception = await Assert.ThrowsAsync<SmartContractCustomErrorRevertException>(
            () => handler.EstimateGasAsync(Contract, new Transfer { To = Contract, Value = 1 }));
        Assert.True(exception.IsCustomErrorFor<Closed>());
    }

    [Fact]
    public async Task A_transaction_is_signed_here_with_what_the_node_knows()
    {
        string? raw = null;
        await using var node = await FakeNode.Knowing((method, parameters) => Answer(method, parameters, ref raw));
        var web3 = new Web3.Web3(Sender, node.Client);
        var receipt = await web3.Eth.GetContractTransactionHandler<Transfer>()
            .SendRequestAndWaitForReceiptAsync(Contract, new Transfer { To = Contract, Value = 1 });

        Assert.Equal(1, receipt.Status!.Value);
        var sent = (Transaction1559)TransactionFactory.CreateTransaction(raw!);
        Assert.Equal(Sender.Address, sent.GetSenderAddress());
        Assert.Equal((BigInteger)31337, (BigInteger)sent.ChainId);
        Assert.True(sent.ReceiverAddress!.IsTheSameAddress(Contract));
        Assert.True((BigInteger)sent.GasLimit!.Value >= 21000);
        Assert.True((BigInteger)sent.MaxFeePerGas!.Value > 0);
        Assert.StartsWith("a9059cbb", sent.Data!.RemoveHexPrefix(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_says_everything_is_only_sent()
    {
        var asked = new List<string>();
        string? raw = null;
        await using var node = await FakeNode.Knowing((method, parameters) => Answer(method, parameters, ref raw), asked);
        var account = new Account("0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318", 31337);
        var hash = await new Web3.Web3(account, node.Client).Eth.GetContractHandler(Contract).SendRequestAsync(
            new Transfer { To = Contract, Value = 1, Gas = 60_000, Nonce = 12, MaxFeePerGas = 100, MaxPriorityFeePerGas = 3 });

        Assert.Equal(Hash, hash);
        Assert.Equal(["eth_sendRawTransaction"], asked);
        var sent = (Transaction1559)TransactionFactory.CreateTransaction(raw!);
        Assert.Equal((BigInteger)12, (BigInteger)sent.Nonce!.Value);
        Assert.Equal((BigInteger)60_000, (BigInteger)sent.GasLimit!.Value);
        Assert.Equal((BigInteger)100, (BigInteger)sent.MaxFeePerGas!.Value);
        Assert.Equal((BigInteger)3, (BigInteger)sent.MaxPriorityFeePerGas!.Value);
    }

    [Fact]
    [Trait("Only", Vectors.StricterThanOfficial)]
    public async Task A_plain_gas_price_stands_for_both_fees()
    {
        string? raw = null;
        await using var node = await FakeNode.Knowing((method, parameters) => Answer(method, parameters, ref raw));
        await new Web3.Web3(Sender, node.Client).Eth.GetContractHandler(Contract).SendRequestAsync(new Transfer { To = Contract, Value = 1, GasPrice = 55 });
        var sent = (Transaction1559)TransactionFactory.CreateTransaction(raw!);
        Assert.Equal((BigInteger)55, (BigInteger)sent.MaxFeePerGas!.Value);
        Assert.Equal((BigInteger)55, (BigInteger)sent.MaxPriorityFeePerGas!.Value);
    }

    [Fact]
    public async Task Nonces_go_on_within_one_account()
    {
        string? raw = null;
        await using var node = await FakeNode.Knowing((method, parameters) => Answer(method, parameters, ref raw));
        var handler = new Web3.Web3(new Account(EthECKey.GenerateKey(), 31337), node.Client).Eth.GetContractHandler(Contract);
        var nonces = new List<int>();
        for (var i = 0; i < 3; i++)
        {
            await handler.SendRequestAsync(new Transfer { To = Contract, Value = 1 });
            nonces.Add((int)(BigInteger)((Transaction1559)TransactionFactory.CreateTransaction(raw!)).Nonce!.Value);
        }

        Assert.Equal([5, 6, 7], nonces);
    }

    [Fact]
    public async Task A_deployment_gives_the_contract_s_address()
    {
        string? raw = null;
        await using var node = await FakeNode.Knowing((method, parameters) => Answer(method, parameters, ref raw));
        var receipt = await new Web3.Web3(Sender, node.Client).Eth.GetContractDeploymentHandler<Token>()
            .SendRequestAndWaitForReceiptAsync(new Token { Supply = 42 });
        Assert.True(receipt.ContractAddress!.IsTheSameAddress(Contract));
        var sent = (Transaction1559)TransactionFactory.CreateTransaction(raw!);
        Assert.True(string.IsNullOrEmpty(sent.ReceiverAddress));
        Assert.Equal(new Token { Supply = 42 }.GetDeploymentData().ToHex(), sent.Data!.RemoveHexPrefix());
    }

    [Fact]
    public async Task Events_are_filtered_by_their_indexed_values()
    {
        JsonNode? filter = null;
        await using var node = await FakeNode.Knowing((_, parameters) =>
        {
            filter = parameters[0]!.DeepClone();
            return new JsonArray();
        });
        var transfers = new Web3.Web3(node.Client).Eth.GetEvent<Transferred>(Contract);
        Assert.Empty(await transfers.GetAllChangesAsync(transfers.CreateFilterInput<string?, string>(null, Contract)));

        Assert.True(filter!["address"]![0]!.GetValue<string>().IsTheSameAddress(Contract));
        Assert.Equal("0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef", filter["topics"]![0]!.ToString());
        Assert.Null(filter["topics"]![1]);
        Assert.Equal("0x000000000000000000000000bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", filter["topics"]![2]![0]!.ToString());
    }

    private static Task<FakeNode> Reverting(string data) => FakeNode.Saying(
        $$"""{"jsonrpc":"2.0","id":1,"error":{"code":3,"message":"execution reverted","data":"{{data}}"} }""");

    private static JsonNode? Answer(string method, JsonArray parameters, ref string? raw)
    {
        switch (method)
        {
            case "eth_sendRawTransaction":
                raw = parameters[0]!.GetValue<string>();
                return Hash;
            case "eth_getTransactionReceipt":
                return JsonNode.Parse($$"""
                    {"transactionHash":"{{Hash}}","status":"0x1","blockNumber":"0x1","gasUsed":"0x5208","logs":[],"contractAddress":"{{Contract}}"}
                    """);
            case "eth_getTransactionCount":
                return "0x5";
            case "eth_estimateGas":
                return "0x10000";
            case "eth_chainId":
                return "0x7a69";
            case "eth_gasPrice" or "eth_maxPriorityFeePerGas":
                return "0x3b9aca00";
            case "eth_getCode":
                return "0x60";
            case "eth_feeHistory":
                return JsonNode.Parse("""{"oldestBlock":"0x1","baseFeePerGas":["0x7","0x7"],"gasUsedRatio":[0.5],"reward":[["0x1"]]}""");
            case "eth_getBlockByNumber":
                return JsonNode.Parse("""{"number":"0x1","hash":"0xaa","baseFeePerGas":"0x7","timestamp":"0x1","gasLimit":"0x1","gasUsed":"0x0","transactions":[]}""");
            default:
                return null;
        }
    }
}

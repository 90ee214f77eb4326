using System.Numerics;
using Nethereum.ABI;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.RPC.Eth.DTOs;

namespace Nethereum.Conformance;

[Function("transfer", "bool")]
public class Transfer : FunctionMessage
{
    [Parameter("address", "to", 1)]
    public string To { get; set; } = "";

    [Parameter("uint256", "value", 2)]
    public BigInteger Value { get; set; }
}

[Event("Transfer")]
public class Transferred : IEventDTO
{
    [Parameter("address", "from", 1, true)]
    public string From { get; set; } = "";

    [Parameter("address", "to", 2, true)]
    public string To { get; set; } = "";

    [Parameter("uint256", "value", 3, false)]
    public BigInteger Value { get; set; }
}

[Event("Approval")]
public class Approved : IEventDTO
{
    [Parameter("address", "owner", 1, true)]
    public string Owner { get; set; } = "";

    [Parameter("address", "spender", 2, true)]
    public string Spender { get; set; } = "";

    [Parameter("uint256", "value", 3, false)]
    public BigInteger Value { get; set; }
}

[Error("ERC20InsufficientBalance")]
public class InsufficientBalance : IErrorDTO
{
    [Parameter("address", "sender", 1)]
    public string Sender { get; set; } = "";

    [Parameter("uint256", "balance", 2)]
    public BigInteger Balance { get; set; }

    [Parameter("uint256", "needed", 3)]
    public BigInteger Needed { get; set; }
}

[Error("Closed")]
public class Closed : IErrorDTO
{
}

public class Token : ContractDeploymentMessage
{
    public Token() : base("0x60016002")
    {
    }

    [Parameter("uint256", "supply", 1)]
    public BigInteger Supply { get; set; }
}

public class ContractTests
{
    private const string Alice = "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB";
    private const string Bob = "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826";
    private const string TransferTopic = "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";

    [Fact]
    public void A_call_starts_with_its_selector() =>
        Assert.StartsWith("a9059cbb", new Transfer { To = Alice, Value = 1 }.GetCallData().ToHex(), StringComparison.Ordinal);

    [Fact]
    public void A_transaction_input_carries_what_the_message_says()
    {
        var input = new Transfer
        {
            To = Alice,
            Value = 1,
            AmountToSend = 3,
            Gas = 50_000,
            Nonce = 9,
            MaxFeePerGas = 20,
            MaxPriorityFeePerGas = 2,
            FromAddress = Bob,
        }.CreateTransactionInput(Alice);
        Assert.Equal(Alice, input.To);
        Assert.Equal(Bob, input.From);
        Assert.Equal(3, input.Value!.Value);
        Assert.Equal(50_000, input.Gas!.Value);
        Assert.Equal(9, input.Nonce!.Value);
        Assert.Equal(20, input.MaxFeePerGas!.Value);
        Assert.Equal(2, input.MaxPriorityFeePerGas!.Value);
        Assert.StartsWith("0xa9059cbb", input.Data, StringComparison.Ordinal);
    }

    [Fact]
    public void A_deployment_is_the_code_and_its_arguments() =>
        Assert.Equal("60016002" + new string('0', 62) + "2a", new Token { Supply = 42 }.GetDeploymentData().ToHex());

    [Fact]
    public void The_first_topic_is_the_signature_s_hash() => Assert.Equal(TransferTopic, Event<Transferred>.GetEventABI().Sha3Signature);

    [Fact]
    public void A_log_becomes_its_event()
    {
        var log = Log(Alice, Bob, 77);
        Assert.True(log.IsLogForEvent<Transferred>());
        var read = log.DecodeEvent<Transferred>()!;
        Assert.Equal(Alice, read.Event.From);
        Assert.Equal(Bob, read.Event.To);
        Assert.Equal(77, read.Event.Value);
        Assert.Same(log, read.Log);
    }

    [Fact]
    public void A_log_of_another_event_is_left_alone()
    {
        var log = Log(Alice, Bob, 77);
        Assert.False(log.IsLogForEvent<Approved>());
        Assert.Null(log.DecodeEvent<Approved>());
        Assert.Empty(new[] { log }.DecodeAllEvents<Approved>());
    }

    [Fact]
    public void All_logs_of_an_event_are_found_in_a_receipt()
    {
        var receipt = new TransactionReceipt { Logs = [Log(Alice, Bob, 1), Log(Bob, Alice, 2)] };
        Assert.Equal([1, 2], receipt.DecodeAllEvents<Transferred>().Select(log => (int)log.Event.Value));
        Assert.Equal(2, receipt.Logs.DecodeAllEvents<Transferred>().Count);
    }

    [Fact]
    public void Revert_data_becomes_its_error()
    {
        var arguments = new ABIEncode().GetABIEncoded(new ABIValue("address", Alice), new ABIValue("uint256", 5), new ABIValue("uint256", 6)).ToHex();
        var error = ("0xe450d38c" + arguments).DecodeExceptionEncodedData<InsufficientBalance>()!;
        Assert.Equal(Alice, error.Sender);
        Assert.Equal(5, error.Balance);
        Assert.Equal(6, error.Needed);
    }

    [Fact]
    public void An_error_without_parameters_is_its_selector()
    {
        var selector = "0x" + Nethereum.Util.Sha3Keccack.Current.CalculateHash("Closed()")[..8];
        Assert.NotNull(selector.DecodeExceptionEncodedData<Closed>());
        Assert.Null(selector.DecodeExceptionEncodedData<InsufficientBalance>());
        Assert.True(new SmartContractCustomErrorRevertException(selector).IsCustomErrorFor<Closed>());
    }

    private static FilterLog Log(string from, string to, BigInteger value) => new()
    {
        Address = Bob,
        Topics = ["0x" + TransferTopic, Topic(from), Topic(to)],
        Data = new ABIEncode().GetABIEncoded(new ABIValue("uint256", value)).ToHex(true),
    };

    private static string Topic(string address) => "0x" + new string('0', 24) + address[2..].ToLowerInvariant();
}

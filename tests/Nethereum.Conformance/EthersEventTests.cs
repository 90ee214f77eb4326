using Nethereum.ABI;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.RPC.Eth.DTOs;

namespace Nethereum.Conformance;

public class EthersEventTests
{
    /// <summary>992 of them are anonymous.</summary>
    [Fact]
    public void All_2016_logs_of_contract_events_decode() => EthersCases.Check("contract-events", 2016, test =>
    {
        var abi = EthersCases.Named(test.Nested("interface"), "testEvent");
        var parameters = AbiParameter.ListFrom(abi.GetProperty("inputs"));
        var type = AbiClasses.Event("testEvent", abi.GetProperty("anonymous").GetBoolean(), parameters);
        var topics = test.GetProperty("topics").EnumerateArray().Select(topic => (object)topic.GetString()!).ToArray();
        var decoded = AbiEvents.Of(type).Decode(new FilterLog { Topics = topics, Data = test.Text("data") });
        Assert.Equal(AbiValues.Text(AbiValues.Fill(type, parameters, test.GetProperty("normalizedValues"))), AbiValues.Text(decoded));
    });

    [Fact]
    public void All_2016_logs_of_contract_events_have_the_topics_and_data_that_their_values_encode_to() => EthersCases.Check("contract-events", 2016, test =>
    {
        var abi = EthersCases.Named(test.Nested("interface"), "testEvent");
        var parameters = AbiParameter.ListFrom(abi.GetProperty("inputs"));
        var values = parameters.Zip(test.GetProperty("values").EnumerateArray(), (parameter, value) =>
            (parameter.Indexed, Value: new ABIValue(parameter.Type, AbiValues.Loose(parameter, value)))).ToList();

        Assert.Equal(test.Text("data"), new ABIEncode().GetABIEncoded([.. values.Where(pair => !pair.Indexed).Select(pair => pair.Value)]).ToHex(true));
        var topics = values.Where(pair => pair.Indexed).Select(pair => Topic(pair.Value));
        if (!abi.GetProperty("anonymous").GetBoolean())
            topics = topics.Prepend("0x" + AbiEvents.Of(AbiClasses.Event("testEvent", false, parameters)).Signature);
        Assert.Equal(test.GetProperty("topics").EnumerateArray().Select(topic => topic.GetString()), topics);
    });

    private static string Topic(ABIValue value)
    {
        var isWord = !value.ABIType.Name.EndsWith(']') && value.ABIType.Name is not "bytes" and not "string";
        return (isWord ? new ABIEncode().GetABIEncoded(value) : new ABIEncode().GetSha3ABIEncodedPacked(value)).ToHex(true);
    }
}

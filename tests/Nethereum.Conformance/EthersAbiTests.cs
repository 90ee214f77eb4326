using System.Text.Json;
using Nethereum.ABI;
using Nethereum.Hex.HexConvertors.Extensions;

namespace Nethereum.Conformance;

public class EthersAbiTests
{
    [Fact]
    public void All_2045_returns_of_contract_interface_encode_and_decode() => EthersCases.Check("contract-interface", 2045, test =>
    {
        var outputs = AbiParameter.ListFrom(Outputs(test));
        AssertCoded(outputs, test.Nested("normalizedValues"), test.Text("result"));
        Assert.Equal(test.Text("result"), new ABIEncode().GetABIEncoded(Loose(outputs, test.Nested("normalizedValues"))).ToHex(true));
    });

    [Fact]
    public void All_1880_returns_with_tuples_of_contract_interface_abi2_encode_and_decode() => EthersCases.Check("contract-interface-abi2", 1880, test =>
        AssertCoded(AbiParameter.ListFrom(Outputs(test)), test.Nested("values"), test.Text("result")));

    [Fact]
    public void The_202_returns_whose_contract_wrapped_a_number_into_its_type_are_refused_with_the_number_as_it_was()
    {
        var wrapped = EthersCases.Load("contract-interface").Where(test => test.Text("values") != test.Text("normalizedValues")).ToList();
        Assert.All(wrapped, test => Assert.ThrowsAny<Exception>(() =>
            new ABIEncode().GetABIEncoded(Loose(AbiParameter.ListFrom(Outputs(test)), test.Nested("values")))));
        Assert.Equal(202, wrapped.Count);
    }

    [Fact]
    public void All_1880_calls_of_contract_signatures_with_the_values_of_contract_interface_abi2_encode_and_decode()
    {
        var cases = EthersCases.Load("contract-interface-abi2").ToDictionary(test => test.Text("name"));
        EthersCases.Check("contract-signatures", 1880, test =>
        {
            var inputs = AbiParameter.ListFrom(EthersCases.Named(test.Nested("abi"), "testSig").GetProperty("inputs"));
            var values = cases[test.Text("name")];
            var type = AbiClasses.Function("testSig", inputs);
            var message = AbiValues.Fill(type, inputs, values.Nested("values"));
            var data = AbiMessages.OfFunction(type).Encode(message);
            Assert.Equal(test.Text("sigHash") + values.Text("result")[2..], data.ToHex(true));
            Assert.Equal(AbiValues.Text(message), AbiValues.Text(AbiMessages.OfFunction(type).Decode(data)));
        });
    }

    private static void AssertCoded(AbiParameter[] parameters, JsonElement values, string encoded)
    {
        var type = AbiClasses.Output(parameters);
        var expected = AbiValues.Fill(type, parameters, values);
        var messages = AbiMessages.OfOutput(type);
        Assert.Equal(encoded, messages.Encode(expected).ToHex(true));
        Assert.Equal(AbiValues.Text(expected), AbiValues.Text(messages.Decode(encoded.HexToByteArray())));
    }

    private static ABIValue[] Loose(AbiParameter[] parameters, JsonElement values) =>
        [.. parameters.Zip(values.EnumerateArray(), (parameter, value) => new ABIValue(parameter.Type, AbiValues.Loose(parameter, value)))];

    private static JsonElement Outputs(JsonElement test) => EthersCases.Named(test.Nested("interface"), "test").GetProperty("outputs");
}

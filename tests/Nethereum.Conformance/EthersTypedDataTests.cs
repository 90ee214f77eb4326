using System.Text.Json;
using System.Text.Json.Nodes;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Signer.EIP712;
using Nethereum.Util;

namespace Nethereum.Conformance;

public class EthersTypedDataTests
{
    private const string DomainType = "EIP712Domain";

    [Fact]
    public void All_1025_messages_of_eip712_encode_from_a_wallet_s_JSON() => EthersCases.Check("eip712", 1025, test =>
        AssertEncoded(test, Eip712TypedDataSigner.Current.EncodeTypedData(TypedDataVectorTests.WalletForm(JsonNode.Parse(test.GetRawText())!))));

    [Fact]
    public void All_1025_messages_of_eip712_encode_from_classes() => EthersCases.Check("eip712", 1025, test =>
    {
        var structs = new Dictionary<string, Type>();
        var types = test.GetProperty("types");
        var primaryType = test.Text("primaryType");
        var message = StructOf(types, primaryType, structs);

        var domainFields = TypedDataVectorTests.DomainFields.Where(field => test.GetProperty("domain").TryGetProperty(field.Name, out _))
            .Select(field => new AbiParameter(field.Name, field.Type, [])).ToList();
        var domain = AbiClasses.Struct(DomainType, domainFields);
        AssertEncoded(test, TypedMessages.Of(message, domain).Encode(
            AbiValues.Fill(message, Members(types, primaryType), test.GetProperty("data")),
            AbiValues.Fill(domain, domainFields, test.GetProperty("domain")),
            primaryType, [.. structs.Values]));
    });

    private static void AssertEncoded(JsonElement test, byte[] encoded)
    {
        Assert.Equal(Sha3Keccack.Current.CalculateHash(test.Text("encoded").HexToByteArray()).ToHex(), encoded[34..].ToHex());
        Assert.Equal(test.Text("digest"), Sha3Keccack.Current.CalculateHash(encoded).ToHex(true));
    }

    private static Type StructOf(JsonElement types, string name, Dictionary<string, Type> made)
    {
        if (!made.TryGetValue(name, out var type))
            made[name] = type = AbiClasses.Struct(name, Members(types, name), member => StructOf(types, ElementName(member.Struct!), made));
        return type;
    }

    private static AbiParameter[] Members(JsonElement types, string name) => [.. types.GetProperty(name).EnumerateArray().Select(member => Member(types, member))];

    // A struct is a tuple to the ABI, and in an array too.
    private static AbiParameter Member(JsonElement types, JsonElement member)
    {
        var (name, type) = (member.Text("name"), member.Text("type"));
        var element = ElementName(type);
        return types.TryGetProperty(element, out _)
            ? new AbiParameter(name, "tuple" + type[element.Length..], Members(types, element), Struct: type)
            : new AbiParameter(name, type, []);
    }

    private static string ElementName(string type) => type.Split('[')[0];
}

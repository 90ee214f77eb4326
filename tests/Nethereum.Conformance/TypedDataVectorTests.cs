using System.Text.Json.Nodes;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Signer;
using Nethereum.Signer.EIP712;
using Nethereum.Util;

namespace Nethereum.Conformance;

public class TypedDataVectorTests
{
    internal static readonly (string Name, string Type)[] DomainFields =
        [("name", "string"), ("version", "string"), ("chainId", "uint256"), ("verifyingContract", "address"), ("salt", "bytes32")];

    [Fact]
    public void All_130_ethers_vectors_encode_to_their_digest()
    {
        var cases = Cases();
        foreach (var test in cases)
        {
            var encoded = Eip712TypedDataSigner.Current.EncodeTypedData(WalletForm(test!));
            var name = test!["name"]!.GetValue<string>();
            Assert.True(Text(test, "digest") == Sha3Keccack.Current.CalculateHash(encoded).ToHex(true), name);
            var message = Sha3Keccack.Current.CalculateHash(Text(test, "encoded").HexToByteArray());
            Assert.True(encoded.AsSpan(34).SequenceEqual(message), name);
        }

        Assert.Equal(130, cases.Count);
    }

    [Fact]
    public void The_vector_with_a_key_is_signed_and_recovered()
    {
        var test = Cases().Single(test => test!["privateKey"] is not null)!;
        var key = new EthECKey(Text(test, "privateKey"));
        var signature = Eip712TypedDataSigner.Current.SignTypedDataV4(WalletForm(test), key);
        Assert.Equal(Text(test, "signature"), signature);
        Assert.Equal(key.GetPublicAddress(), Eip712TypedDataSigner.Current.RecoverFromSignatureV4(WalletForm(test), signature));
    }

    private static JsonArray Cases() => JsonNode.Parse(Vectors.Load("ethers_typed-data.json.gz").GetRawText())!.AsArray();

    // The vectors leave the domain's type to be read off the domain; wallets want it spelled out.
    internal static string WalletForm(JsonNode test)
    {
        var domain = test["domain"]!.AsObject();
        var types = test["types"]!.DeepClone().AsObject();
        types["EIP712Domain"] = new JsonArray(
            [.. DomainFields.Where(field => domain.ContainsKey(field.Name))
                .Select(field => (JsonNode)new JsonObject { ["name"] = field.Name, ["type"] = field.Type })]);
        return new JsonObject
        {
            ["types"] = types,
            ["primaryType"] = Text(test, "primaryType"),
            ["domain"] = domain.DeepClone(),
            ["message"] = test["data"]!.DeepClone(),
        }.ToJsonString();
    }

    private static string Text(JsonNode test, string name) => test[name]!.GetValue<string>();
}

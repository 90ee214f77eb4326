using System.Numerics;
using System.Text;
using System.Text.Json;
using Nethereum.ABI;
using Nethereum.Hex.HexConvertors.Extensions;

namespace Nethereum.Conformance;

public class AbiVectorTests
{
    [Fact]
    public void All_3_ethereum_vectors_encode()
    {
        var cases = Vectors.Load("basic_abi_tests.json").EnumerateObject().ToList();
        foreach (var test in cases)
        {
            var types = test.Value.GetProperty("types").EnumerateArray().Select(type => type.GetString()!);
            var values = test.Value.GetProperty("args").EnumerateArray().Zip(types, (value, type) => new ABIValue(type, Value(value, type)));
            Assert.Equal(test.Value.GetProperty("result").GetString(), new ABIEncode().GetABIEncoded([.. values]).ToHex());
        }

        Assert.Equal(3, cases.Count);
    }

    private static object Value(JsonElement json, string type) => json.ValueKind switch
    {
        JsonValueKind.Number => (BigInteger)json.GetInt64(),
        JsonValueKind.Array => json.EnumerateArray().Select(item => (BigInteger)item.GetInt64()).ToList(),
        _ => type.StartsWith("bytes", StringComparison.Ordinal) ? Encoding.UTF8.GetBytes(json.GetString()!) : json.GetString()!,
    };
}

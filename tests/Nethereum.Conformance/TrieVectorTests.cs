using System.Text;
using System.Text.Json;
using Nethereum.Hex.HexConvertors.Extensions;

namespace Nethereum.Conformance;

public class TrieVectorTests
{
    [Fact]
    public void All_5_tries_have_their_roots()
    {
        var cases = Vectors.Load("trietest.json").EnumerateObject().ToList();
        foreach (var test in cases)
        {
            var changes = test.Value.GetProperty("in").EnumerateArray().Select(pair => (Bytes(pair[0])!, Bytes(pair[1])));
            Assert.Equal(test.Value.GetProperty("root").GetString(), MerklePatriciaTrie.Root(changes).ToHex(true));
        }

        Assert.Equal(5, cases.Count);
    }

    private static byte[]? Bytes(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Null) return null;
        var text = json.GetString()!;
        return text.HasHexPrefix() ? text.HexToByteArray() : Encoding.UTF8.GetBytes(text);
    }
}

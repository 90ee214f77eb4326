using System.Numerics;
using System.Text.Json;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.RLP;

namespace Nethereum.Conformance;

public class RlpVectorTests
{
    [Fact]
    public void All_28_ethereum_vectors_encode_and_decode()
    {
        var cases = Vectors.Load("rlptest.json").EnumerateObject().ToList();
        foreach (var test in cases)
        {
            var expected = test.Value.GetProperty("out").GetString()!;
            var input = test.Value.GetProperty("in");
            Assert.Equal(expected, Rlp.Encode(input, Rlp.PlainText).ToHex(true));
            Rlp.AssertDecodes(input, expected, Rlp.PlainText);
        }

        Assert.Equal(28, cases.Count);
    }

    [Fact]
    public void All_61_ethers_vectors_encode_and_decode() => EthersCases.Check("rlp-coder", 61, test =>
    {
        var input = test.GetProperty("decoded");
        Assert.Equal(test.Text("encoded"), Rlp.Encode(input, Rlp.HexText).ToHex(true));
        Rlp.AssertDecodes(input, test.Text("encoded"), Rlp.HexText);
    });

    [Fact]
    [Trait("Only", Vectors.StricterThanOfficial)]
    public void All_26_invalid_vectors_are_refused()
    {
        var cases = Vectors.Load("invalidRLPTest.json").EnumerateObject().ToList();
        foreach (var test in cases)
            Assert.ThrowsAny<Exception>(() => RLP.RLP.Decode(test.Value.GetProperty("out").GetString()!.HexToByteArray()));
        Assert.Equal(26, cases.Count);
    }
}

/// <summary>JSON into RLP: arrays are lists, everything else is bytes.</summary>
internal static class Rlp
{
    /// <summary>Text is itself, after # it is a decimal number; numbers are numbers.</summary>
    public static byte[] PlainText(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Number) return json.GetInt64().ToBytesForRLPEncoding();
        var text = json.GetString()!;
        return text.StartsWith('#') ? BigInteger.Parse(text.AsSpan(1)).ToBytesForRLPEncoding() : text.ToBytesForRLPEncoding();
    }

    public static byte[] HexText(JsonElement json) => json.GetString()!.HexToByteArray();

    public static byte[] Encode(JsonElement json, Func<JsonElement, byte[]> toBytes) =>
        json.ValueKind == JsonValueKind.Array
            ? RLP.RLP.EncodeList([.. json.EnumerateArray().Select(item => Encode(item, toBytes))])
            : RLP.RLP.EncodeElement(toBytes(json));

    public static void AssertDecodes(JsonElement expected, string encoded, Func<JsonElement, byte[]> toBytes) =>
        AssertSame(expected, RLP.RLP.Decode(encoded.HexToByteArray()), toBytes);

    private static void AssertSame(JsonElement expected, IRLPElement decoded, Func<JsonElement, byte[]> toBytes)
    {
        if (expected.ValueKind != JsonValueKind.Array)
        {
            Assert.IsNotType<RLPCollection>(decoded);
            Assert.Equal(toBytes(expected), decoded.RLPData ?? []);
            return;
        }

        var list = Assert.IsType<RLPCollection>(decoded);
        Assert.Equal(expected.GetArrayLength(), list.Count);
        foreach (var (item, element) in expected.EnumerateArray().Zip(list)) AssertSame(item, element, toBytes);
    }
}

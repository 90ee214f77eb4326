using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Nethereum.Hex.HexConvertors.Extensions;

namespace Nethereum.Hex.HexTypes;

/// <summary>A JSON-RPC quantity: hexadecimal without leading zeros.</summary>
[JsonConverter(typeof(HexBigIntegerJsonConverter))]
public class HexBigInteger : HexRPCType<BigInteger>
{
    public HexBigInteger(string hex) : base(hex, hex.HexToBigInteger(false))
    {
    }

    public HexBigInteger(BigInteger value) : base(value.ToHex(false), value)
    {
    }

    public override string ToString() => Value.ToString();
}

internal sealed class HexBigIntegerJsonConverter : JsonConverter<HexBigInteger>
{
    // Some nodes send quantities as plain numbers or decimal text.
    public override HexBigInteger? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.Number:
                return new HexBigInteger(JsonNumbers.ReadInteger(ref reader));
            case JsonTokenType.String:
                var text = reader.GetString()!;
                if (text.HasHexPrefix() && text.IsHex()) return new HexBigInteger(text);
                if (BigInteger.TryParse(text, out var value)) return new HexBigInteger(value);
                throw new JsonException($"'{text}' is not a quantity");
            default:
                throw new JsonException($"A quantity is expected, not {reader.TokenType}");
        }
    }

    public override void Write(Utf8JsonWriter writer, HexBigInteger value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.HexValue);
}

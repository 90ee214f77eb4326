using System.Globalization;
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

    public HexBigInteger(BigInteger value) : base(null, value.Sign >= 0 ? value : throw new ArgumentException("Hex encoding of a negative number is not supported", nameof(value)))
    {
    }

    private protected override string ToHex() => Value.ToHex(false);

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
                if (!reader.HasValueSequence && IsSmall(reader.ValueSpan) && ulong.TryParse(reader.ValueSpan[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var small))
                    return new HexBigInteger(small);
                var text = reader.GetString()!;
                if (text.HasHexPrefix() && text.IsHex()) return new HexBigInteger(text);
                if (BigInteger.TryParse(text, out var value)) return new HexBigInteger(value);
                throw new JsonException($"'{text}' is not a quantity");
            default:
                throw new JsonException($"A quantity is expected, not {reader.TokenType}");
        }
    }

    // Without leading zeros and capitals, so that its text is the one made of the number.
    private static bool IsSmall(ReadOnlySpan<byte> text) =>
        text.Length is > 2 and <= 18 && text.StartsWith("0x"u8) && (text[2] != '0' || text.Length == 3) && text[2..].IndexOfAnyExcept("0123456789abcdef"u8) < 0;

    public override void Write(Utf8JsonWriter writer, HexBigInteger value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.HexValue);
}

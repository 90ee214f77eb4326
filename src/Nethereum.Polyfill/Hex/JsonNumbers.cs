using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nethereum.Hex.HexTypes;

internal static class JsonNumbers
{
    /// <summary>The integer at the reader, of any size.</summary>
    public static BigInteger ReadInteger(ref Utf8JsonReader reader)
    {
        var digits = reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan;
        return Parse(Encoding.ASCII.GetString(digits));
    }

    public static BigInteger Parse(string digits) =>
        BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new JsonException($"{digits} is not an integer");
}

internal sealed class BigIntegerJsonConverter : JsonConverter<BigInteger>
{
    public override BigInteger Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.Number => JsonNumbers.ReadInteger(ref reader),
            JsonTokenType.String => JsonNumbers.Parse(reader.GetString()!),
            _ => throw new JsonException($"An integer is expected, not {reader.TokenType}"),
        };

    public override void Write(Utf8JsonWriter writer, BigInteger value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.ToString(CultureInfo.InvariantCulture));
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nethereum.RPC.Eth.DTOs;

/// <summary>Text that is often the same as the one before, as a block's hash is in log after log: then it is one string.</summary>
internal sealed class RepeatedText
{
    private string _last = "";

    public string? Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null) return null;
        var last = _last; // others may read at the same time
        if (reader is { TokenType: JsonTokenType.String, HasValueSequence: false, ValueIsEscaped: false } && Ascii.Equals(reader.ValueSpan, last)) return last;
        return _last = reader.GetString()!;
    }
}

internal sealed class RepeatedTextJsonConverter : JsonConverter<string>
{
    private readonly RepeatedText _text = new();

    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => _text.Read(ref reader);

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}

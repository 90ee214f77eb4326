using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Nethereum.Hex.HexTypes;
using Nethereum.JsonRpc.Client.RpcMessages;

namespace Nethereum.JsonRpc.Client;

internal static class RpcJson
{
    /// <summary>Forgiving in reading as nodes differ; absent rather than null in writing.</summary>
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNameCaseInsensitive = true,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new BigIntegerJsonConverter() },
    };

    public static T? Read<T>(RpcResponseMessage message)
    {
        if (message.Raw.IsEmpty || typeof(T) == typeof(string)) return Read<T>(message.ResultSystemTextJson);
        return message.Raw.Span.SequenceEqual("null"u8) ? default : JsonSerializer.Deserialize<T>(message.Raw.Span, Options);
    }

    private static T? Read<T>(JsonElement element)
    {
        if (element.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) return default;
        if (typeof(T) == typeof(string)) return (T)(object)element.ToString();
        return element.Deserialize<T>(Options);
    }

    /// <summary>Plain text where it is text, so that callers see no JSON in the ordinary case.</summary>
    public static object? Plain(object? value) =>
        value is JsonElement { ValueKind: JsonValueKind.String } text ? text.GetString() : value;
}

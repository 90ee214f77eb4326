using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json.Nodes;

namespace ComputeRwa.Chain;

/// <summary>Decoded messages as people read them. Integers of more than 32 bits are decimal strings, bytes are 0x hex.</summary>
internal static class AbiView
{
    public static JsonObject Json(object message)
    {
        var json = new JsonObject();
        foreach (var member in AbiSignature.Members(message.GetType())) json[member.Name] = Value(member.Property.GetValue(message));
        return json;
    }

    /// <summary>E.g. <c>NonceUsed(account: 0x…, nonce: 5)</c>.</summary>
    public static string Text(object message)
    {
        var arguments = AbiSignature.Members(message.GetType()).Select(m => $"{m.Name}: {Text(m.Property.GetValue(message), m.Type)}");
        return $"{AbiSignature.NameOf(message.GetType())}({string.Join(", ", arguments)})";
    }

    private static JsonNode? Value(object? value) => value switch
    {
        null => null,
        string text => JsonValue.Create(text),
        bool flag => JsonValue.Create(flag),
        byte[] bytes => JsonValue.Create("0x" + Convert.ToHexStringLower(bytes)),
        byte or ushort or uint => JsonValue.Create(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
        ulong or BigInteger => JsonValue.Create(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture)),
        IEnumerable list => new JsonArray([.. list.Cast<object>().Select(Value)]),
        _ => Json(value),
    };

    // Field names and the like travel as text in a bytes32.
    private static string Text(object? value, string type) =>
        type == "bytes32" && value is byte[] word && Ascii(word) is { } text ? $"\"{text}\""
            : value is string plain ? plain : Value(value)?.ToJsonString().Trim('"') ?? "null";

    private static string? Ascii(byte[] word)
    {
        var text = word.AsSpan().TrimEnd((byte)0);
        return text.Length > 0 && text.IndexOfAnyExceptInRange((byte)0x20, (byte)0x7e) < 0 ? Encoding.ASCII.GetString(text) : null;
    }
}

using System.Text.Json;
using Nethereum.Hex.HexConvertors.Extensions;

namespace Nethereum.ABI.EIP712;

/// <summary>Typed data as wallets exchange it: types, primaryType, domain and message.</summary>
public static class TypedDataRawJsonConversion
{
    private const string DomainType = "EIP712Domain";

    public static TypedDataRaw DeserialiseJsonToRawTypedData(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return Read(root, Types(root), "message");
    }

    /// <summary>Takes the domain's type from the class when the text leaves it out, and a sole struct as the primary type.</summary>
    public static TypedDataRaw DeserialiseJsonToRawTypedData<TDomain>(string json, string messageKeySelector = "message")
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var types = Types(root);
        if (!types.ContainsKey(DomainType)) types[DomainType] = MemberDescriptionFactory.GetTypesMemberDescription(typeof(TDomain)).Values.Single();
        return Read(root, types, messageKeySelector);
    }

    private static TypedDataRaw Read(JsonElement root, Dictionary<string, MemberDescription[]> types, string messageKey)
    {
        var primaryType = root.TryGetProperty("primaryType", out var named) ? named.GetString()! : types.Keys.Single(name => name != DomainType);
        return new TypedDataRaw
        {
            Types = types,
            PrimaryType = primaryType,
            DomainRawValues = Struct(types, DomainType, root.GetProperty("domain")),
            Message = Struct(types, primaryType, root.GetProperty(messageKey)),
        };
    }

    private static Dictionary<string, MemberDescription[]> Types(JsonElement root) =>
        root.GetProperty("types").EnumerateObject().ToDictionary(
            type => type.Name,
            type => type.Value.EnumerateArray().Select(member => new MemberDescription
            {
                Name = member.GetProperty("name").GetString()!,
                Type = member.GetProperty("type").GetString()!,
            }).ToArray());

    private static MemberValue[] Struct(Dictionary<string, MemberDescription[]> types, string name, JsonElement json) =>
    [
        .. types[name].Select(member => new MemberValue
        {
            TypeName = member.Type,
            Value = json.TryGetProperty(member.Name, out var value) ? Value(types, member.Type, value) : null,
        }),
    ];

    private static object? Value(Dictionary<string, MemberDescription[]> types, string type, JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Null) return null;
        if (type.EndsWith(']')) return json.EnumerateArray().Select(item => Value(types, type[..type.LastIndexOf('[')], item)).ToList();
        if (types.ContainsKey(type)) return Struct(types, type, json);
        if (type.StartsWith("bytes", StringComparison.Ordinal)) return Bytes(json);
        if (type is "string" or "address") return json.GetString();
        if (type == "bool") return json.GetBoolean();
        return Integer(json);
    }

    private static byte[] Bytes(JsonElement json)
    {
        var text = json.GetString()!;
        return text.HasHexPrefix() ? text.HexToByteArray() : throw new FormatException($"'{text}' is not hexadecimal with 0x");
    }

    // Decimal text goes on as it is; JSON numbers may exceed every number type.
    private static object Integer(JsonElement json)
    {
        var digits = json.ValueKind == JsonValueKind.String ? json.GetString()! : json.GetRawText();
        return digits.HasHexPrefix() ? digits.HexToBigInteger(false) : digits;
    }
}

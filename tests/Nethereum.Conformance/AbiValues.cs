using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Util;

namespace Nethereum.Conformance;

/// <summary>The package's JSON into values of the classes that <see cref="AbiClasses"/> makes, and such values into text that can be compared.</summary>
internal static class AbiValues
{
    public static string Property(int index) => "P" + index.ToString(CultureInfo.InvariantCulture);

    /// <summary>An object of the class; its values come by position from a list, or by name from an object.</summary>
    public static object Fill(Type type, IReadOnlyList<AbiParameter> parameters, JsonElement values)
    {
        var target = Activator.CreateInstance(type)!;
        for (var i = 0; i < parameters.Count; i++)
        {
            var property = type.GetProperty(Property(i))!;
            var value = values.ValueKind == JsonValueKind.Array ? values[i] : values.GetProperty(parameters[i].Name);
            property.SetValue(target, Read(parameters[i], property.PropertyType, value));
        }

        return target;
    }

    /// <summary>Without a class: lists of objects, and every number a BigInteger.</summary>
    public static object Loose(AbiParameter parameter, JsonElement json) => Read(parameter, parameter.IsArray ? typeof(List<object>) : typeof(object), json);

    public static string Text(object? value) => value switch
    {
        null => "null",
        string text => JsonSerializer.Serialize(text),
        byte[] bytes => bytes.ToHex(true),
        bool truth => truth ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        IEnumerable list => $"[{string.Join(',', list.Cast<object?>().Select(Text))}]",
        _ => $"({string.Join(',', Enumerable.Range(0, int.MaxValue).Select(i => value.GetType().GetProperty(Property(i)))
            .TakeWhile(property => property is not null).Select(property => Text(property!.GetValue(value))))})",
    };

    private static object Read(AbiParameter parameter, Type target, JsonElement json)
    {
        var value = Plain(json);
        if (target == typeof(byte[])) return value.GetString()!.HexToByteArray();
        if (parameter.IsArray)
        {
            var list = (IList)Activator.CreateInstance(target)!;
            var inner = target.GetGenericArguments()[0];
            if (inner == typeof(object) && parameter.Element.IsArray) inner = typeof(List<object>);
            foreach (var item in value.EnumerateArray()) list.Add(Read(parameter.Element, inner, item));
            return list;
        }

        if (parameter.Type == "tuple") return Fill(target, parameter.Components, value);
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        var text = value.ValueKind == JsonValueKind.Number ? value.GetRawText() : value.GetString()!;
        return parameter.Type switch
        {
            "string" => text,
            "address" => text.ConvertToEthereumChecksumAddress(),
            var name when name.StartsWith("bytes", StringComparison.Ordinal) => text.HexToByteArray(),
            _ => Sized(Number(text), target),
        };
    }

    // Some files wrap each value with the kind it has in JavaScript.
    private static JsonElement Plain(JsonElement json) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty("value", out var value) && json.TryGetProperty("type", out _) ? value : json;

    private static BigInteger Number(string text)
    {
        var negative = text.StartsWith('-');
        var digits = negative ? text[1..] : text;
        var number = digits.HasHexPrefix() ? digits.HexToBigInteger(false) : BigInteger.Parse(digits, CultureInfo.InvariantCulture);
        return negative ? -number : number;
    }

    private static object Sized(BigInteger number, Type target) => Type.GetTypeCode(target) switch
    {
        TypeCode.Byte => (object)(byte)number,
        TypeCode.SByte => (sbyte)number,
        TypeCode.UInt16 => (ushort)number,
        TypeCode.Int16 => (short)number,
        TypeCode.UInt32 => (uint)number,
        TypeCode.Int32 => (int)number,
        TypeCode.UInt64 => (ulong)number,
        TypeCode.Int64 => (long)number,
        _ => number,
    };
}

using System.Globalization;
using Nethereum.ABI.FunctionEncoding;

namespace Nethereum.ABI;

internal static class AbiTypeParser
{
    /// <summary>clrType is the property's type; only tuples need it.</summary>
    public static ABIType Parse(string name, Type? clrType)
    {
        if (name.EndsWith(']')) return ParseArray(name, clrType);
        return name switch
        {
            "address" => new AddressType(),
            "bool" => new BoolType(),
            "bytes" => new BytesType(),
            "string" => new StringType(),
            "uint" => new IntType(false, 256),
            "int" => new IntType(true, 256),
            "tuple" => TupleType.Of(clrType ?? throw Unknown(name)),
            _ when TrySize(name, "uint", out var bits) && IsIntegerSize(bits) => new IntType(false, bits),
            _ when TrySize(name, "int", out var bits) && IsIntegerSize(bits) => new IntType(true, bits),
            _ when TrySize(name, "bytes", out var size) && size is >= 1 and <= 32 => new FixedBytesType(size),
            _ => throw Unknown(name),
        };
    }

    private static ArrayType ParseArray(string name, Type? clrType)
    {
        var open = name.LastIndexOf('[');
        if (open <= 0) throw Unknown(name);
        var element = Parse(name[..open], clrType is null ? null : ArrayType.ElementClrType(clrType));
        var digits = name.AsSpan(open + 1, name.Length - open - 2);
        if (digits.IsEmpty) return new ArrayType(element, null);
        return TryParse(digits, out var length) ? new ArrayType(element, length) : throw Unknown(name);
    }

    private static bool TrySize(string name, string prefix, out int size)
    {
        size = 0;
        return name.StartsWith(prefix, StringComparison.Ordinal) && TryParse(name.AsSpan(prefix.Length), out size);
    }

    private static bool TryParse(ReadOnlySpan<char> digits, out int value)
    {
        value = 0;
        return digits is not ['0', _, ..] && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    private static bool IsIntegerSize(int bits) => bits % 8 == 0 && bits is >= 8 and <= 256;

    private static AbiEncodingException Unknown(string name) => new($"'{name}' is not an ABI type");
}

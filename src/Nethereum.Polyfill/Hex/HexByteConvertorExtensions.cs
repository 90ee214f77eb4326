namespace Nethereum.Hex.HexConvertors.Extensions;

/// <summary>Bytes to hexadecimal text and back; the 0x prefix is optional on input.</summary>
public static class HexByteConvertorExtensions
{
    private const string Prefix = "0x";

    public static string ToHex(this byte[] value, bool prefix = false) =>
        prefix ? Prefix + Convert.ToHexStringLower(value) : Convert.ToHexStringLower(value);

    public static bool HasHexPrefix(this string value) =>
        value.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);

    public static bool IsHex(this string value)
    {
        foreach (var digit in Digits(value))
            if (!char.IsAsciiHexDigit(digit))
                return false;
        return true;
    }

    public static string RemoveHexPrefix(this string value) => value.HasHexPrefix() ? value[2..] : value;

    public static string EnsureHexPrefix(this string value) => value.HasHexPrefix() ? value : Prefix + value;

    public static string[] EnsureHexPrefix(this string[] values)
    {
        for (var i = 0; i < values.Length; i++) values[i] = values[i].EnsureHexPrefix();
        return values;
    }

    public static bool IsTheSameHex(this string first, string second) =>
        Digits(first).Equals(Digits(second), StringComparison.OrdinalIgnoreCase);

    /// <summary>Hexadecimal without leading zeros; zero is "0".</summary>
    public static string ToHexCompact(this byte[] value) => value.ToHex().ToHexCompact();

    public static string ToHexCompact(this string value)
    {
        var digits = Digits(value).TrimStart('0');
        return digits.IsEmpty ? "0" : digits.ToString();
    }

    /// <summary>An odd number of digits reads as if a zero stood in front; anything else but digits throws.</summary>
    public static byte[] HexToByteArray(this string value)
    {
        if (string.IsNullOrEmpty(value)) return [];
        var digits = Digits(value);
        if (digits.Length % 2 == 0) return Convert.FromHexString(digits);
        return Convert.FromHexString(string.Concat("0", digits));
    }

    private static ReadOnlySpan<char> Digits(string value) =>
        value.HasHexPrefix() ? value.AsSpan(2) : value.AsSpan();
}

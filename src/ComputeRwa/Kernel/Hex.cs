using System.Buffers;
using System.Numerics;
using Nethereum.Util;

namespace ComputeRwa.Kernel;

/// <summary>A 20-byte account or contract address, held in EIP-55 checksum form.</summary>
internal readonly record struct Address
{
    public string Value { get; }

    private Address(string value) => Value = value;

    public static readonly Address Zero = new("0x0000000000000000000000000000000000000000");

    /// <summary>Accepts 0x and 40 hex digits; mixed case must carry the right EIP-55 checksum.</summary>
    public static bool TryParse(string? text, out Address address, out string reason)
    {
        address = default;
        reason = "must be 0x and 40 hex digits";
        if (!Hex.IsHex(text, 20)) return false;
        var checksummed = AddressUtil.Current.ConvertToChecksumAddress(text!);
        var digits = text!.AsSpan(2);
        var mixedCase = digits.IndexOfAnyInRange('a', 'f') >= 0 && digits.IndexOfAnyInRange('A', 'F') >= 0;
        reason = "has a wrong EIP-55 checksum";
        if (mixedCase && !string.Equals(text, checksummed, StringComparison.Ordinal)) return false;
        address = new(checksummed);
        return true;
    }

    /// <exception cref="FormatException">The text is no address. For values that were checked before, such as our own rows.</exception>
    public static Address Parse(string text) =>
        TryParse(text, out var address, out var reason) ? address : throw new FormatException($"'{text}' {reason}");

    public byte[] ToBytes() => Convert.FromHexString(Value.AsSpan(2));
    public override string ToString() => Value;
}

/// <summary>A 32-byte word as 0x and 64 lower-case hex digits: hashes, lease ids, roots.</summary>
internal readonly record struct Hash32
{
    public string Value { get; }

    private Hash32(string value) => Value = value;

    public static readonly Hash32 Zero = new("0x" + new string('0', 64));

    public static bool TryParse(string? text, out Hash32 hash)
    {
        hash = default;
        if (!Hex.IsHex(text, 32)) return false;
        hash = new(Hex.Lower(text!));
        return true;
    }

    /// <exception cref="FormatException">The text is not 32 bytes of hex.</exception>
    public static Hash32 Parse(string text) =>
        TryParse(text, out var hash) ? hash : throw new FormatException($"'{text}' must be 0x and 64 hex digits");

    public static Hash32 Of(ReadOnlySpan<byte> bytes) =>
        bytes.Length == 32 ? new("0x" + Convert.ToHexStringLower(bytes)) : throw new ArgumentException("A hash has 32 bytes.", nameof(bytes));

    public static Hash32 Of(BigInteger value) => Of(Hex.Word(value));

    public byte[] ToBytes() => Convert.FromHexString(Value.AsSpan(2));
    public BigInteger ToInteger() => new(ToBytes(), isUnsigned: true, isBigEndian: true);
    public override string ToString() => Value;
}

internal static class Hex
{
    public static bool IsHex(string? text, int bytes) =>
        text is not null && text.Length == 2 + 2 * bytes && text.StartsWith("0x", StringComparison.Ordinal)
        && text.AsSpan(2).IndexOfAnyExcept(Digits) < 0;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>The same text where it has no capitals, which nodes and our own rows have none of.</summary>
    public static string Lower(string text) => text.AsSpan().ContainsAnyInRange('A', 'Z') ? text.ToLowerInvariant() : text;

    /// <summary>Big-endian 32 bytes of a non-negative integer.</summary>
    public static byte[] Word(BigInteger value)
    {
        var word = new byte[32];
        var bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        bytes.CopyTo(word, 32 - bytes.Length);
        return word;
    }
}

using System.Buffers;
using System.Buffers.Binary;
using Nethereum.Hex.HexConvertors.Extensions;

namespace Nethereum.Util;

/// <summary>Checks and conversions of addresses (EIP-55).</summary>
public class AddressUtil
{
    public const string AddressEmptyAsHex = "0x0";
    public const string ZERO_ADDRESS = "0x0000000000000000000000000000000000000000";

    private const int Digits = 40;

    // The hash is what a checksum costs, and an address that was met is often met again at once.
    private static readonly Known?[] Met = new Known?[4096];

    private sealed record Known(byte[] Address, string Text);

    public static AddressUtil Current { get; } = new();

    public string ConvertToChecksumAddress(byte[] address) => ConvertToChecksumAddress(address.AsSpan());

    public string ConvertToChecksumAddress(string address)
    {
        Span<byte> bytes = stackalloc byte[Digits / 2];
        var digits = address.HasHexPrefix() ? address.AsSpan(2) : address;
        if (digits.Length == Digits && Convert.FromHexString(digits, bytes, out _, out _) == OperationStatus.Done) return ConvertToChecksumAddress(bytes);
        return ConvertToChecksumAddress(address.RemoveHexPrefix().PadLeft(Digits, '0').HexToByteArray());
    }

    /// <summary>Takes the last 20 bytes, zero-filled in front.</summary>
    public string ConvertToValid20ByteAddress(string? address)
    {
        var digits = (address ?? "").RemoveHexPrefix().PadLeft(Digits, '0');
        return "0x" + digits[^Digits..];
    }

    public bool IsAnEmptyAddress(string? address) => string.IsNullOrWhiteSpace(address) || address == AddressEmptyAsHex;

    public bool IsNotAnEmptyAddress(string? address) => !IsAnEmptyAddress(address);

    public bool IsZeroAddress(string? address) => address is not null && address.IsTheSameHex(ZERO_ADDRESS);

    public string AddressValueOrEmpty(string? address) => IsAnEmptyAddress(address) ? AddressEmptyAsHex : address!;

    public bool IsEmptyOrEqualsAddress(string? address1, string? candidate) =>
        IsAnEmptyAddress(address1) || AreAddressesTheSame(address1, candidate);

    public bool AreAddressesTheSame(string? address1, string? address2)
    {
        if (IsAnEmptyAddress(address1) || IsAnEmptyAddress(address2))
            return IsAnEmptyAddress(address1) && IsAnEmptyAddress(address2);
        return address1!.IsTheSameHex(address2!);
    }

    public bool IsValidAddressLength(string? address) => address is not null && address.RemoveHexPrefix().Length == Digits;

    /// <summary>0x and forty hexadecimal digits.</summary>
    public bool IsValidEthereumAddressHexFormat(string? address) =>
        address is not null && address.HasHexPrefix() && IsValidAddressLength(address) && address.IsHex();

    /// <summary>True when the letters' case carries the EIP-55 checksum of this address.</summary>
    public bool IsChecksumAddress(string? address) =>
        IsValidAddressLength(address) && address!.IsHex()
        && ConvertToChecksumAddress(address!).AsSpan(2).SequenceEqual(address!.RemoveHexPrefix());

    internal static string ConvertToChecksumAddress(ReadOnlySpan<byte> address)
    {
        if (address.Length != Digits / 2) throw new ArgumentException($"An address has 20 bytes, not {address.Length}", nameof(address));
        ref var met = ref Met[BinaryPrimitives.ReadUInt32BigEndian(address[^4..]) % Met.Length];
        if (met is { } one && address.SequenceEqual(one.Address)) return one.Text;
        var text = Checksum(address);
        met = new(address.ToArray(), text);
        return text;
    }

    private static string Checksum(ReadOnlySpan<byte> address)
    {
        Span<char> text = stackalloc char[Digits + 2];
        text[0] = '0';
        text[1] = 'x';
        var digits = text[2..];
        Convert.TryToHexStringLower(address, digits, out _);

        Span<byte> ascii = stackalloc byte[Digits];
        for (var i = 0; i < Digits; i++) ascii[i] = (byte)digits[i];
        Span<byte> hash = stackalloc byte[Keccak256.DigestSize];
        Keccak256.Hash(ascii, hash);

        for (var i = 0; i < Digits; i++)
        {
            var nibble = i % 2 == 0 ? hash[i / 2] >> 4 : hash[i / 2] & 0xF;
            if (nibble >= 8) digits[i] = char.ToUpperInvariant(digits[i]);
        }

        return new string(text);
    }
}

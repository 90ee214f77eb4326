using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using Nethereum.Signer;
using Nethereum.Util;

namespace ComputeRwa.Verify;

/// <summary>Bytes, 32-byte words, Keccak-256 and signatures: the few things everything here is made of.</summary>
internal static class Hashing
{
    public static byte[] Keccak(params byte[][] parts) => Sha3Keccack.Current.CalculateHash(Join(parts));

    /// <summary>The first four bytes of a call's data.</summary>
    public static byte[] Selector(string function) => Keccak(Ascii(function))[..4];

    public static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(p => p)];

    public static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);

    public static byte[] U32(long value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, checked((uint)value));
        return bytes;
    }

    public static byte[] U64(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, checked((ulong)value));
        return bytes;
    }

    /// <summary>A non-negative integer as the EVM's 32 bytes.</summary>
    public static byte[] Word(BigInteger value)
    {
        var bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[32 - bytes.Length], .. bytes];
    }

    /// <summary>The so-manieth 32 bytes of ABI-encoded data.</summary>
    /// <exception cref="ArgumentException">The data ends before.</exception>
    public static BigInteger WordAt(byte[] data, int index) => Number(data[checked(32 * index)..checked(32 * index + 32)]);

    public static BigInteger Number(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    public static string Hex(byte[] bytes) => "0x" + Convert.ToHexStringLower(bytes);

    /// <exception cref="FormatException">The text is not 0x and so many bytes of hex.</exception>
    public static byte[] Unhex(string text, int length)
    {
        if (!text.StartsWith("0x", StringComparison.Ordinal) || text.Length != 2 + 2 * length)
            throw new FormatException($"'{text}' is not 0x and {2 * length} hex digits");
        return Convert.FromHexString(text.AsSpan(2));
    }

    /// <exception cref="FormatException">The text is not 0x and whole bytes of hex.</exception>
    public static byte[] Bytes(string text) =>
        text.StartsWith("0x", StringComparison.Ordinal) ? Convert.FromHexString(text.AsSpan(2)) : throw new FormatException($"'{text}' is not 0x and hex digits");

    /// <summary>As JSON-RPC writes numbers: hex without leading zeros.</summary>
    public static string Quantity(long value) => "0x" + value.ToString("x", CultureInfo.InvariantCulture);

    /// <summary>A word as an address: 0x and 40 digits, in lower case.</summary>
    public static string Account(BigInteger word) => Hex(Word(word)[12..]);

    /// <summary>Who made an EIP-191 (personal_sign) signature over 32 bytes; null when nobody could have.</summary>
    public static byte[]? PersonalSigner(byte[] message, string signature)
    {
        if (signature.Length != 132 || !signature.StartsWith("0x", StringComparison.Ordinal)) return null;
        if (signature.AsSpan(2).IndexOfAnyExcept("0123456789abcdefABCDEF") >= 0) return null;
        return Signer(Keccak(Ascii("\x19" + "Ethereum Signed Message:\n32"), message), Bytes(signature));
    }

    /// <summary>Who made a signature (r, s, v of 27 or 28) over a digest; null when nobody could have.</summary>
    public static byte[]? Signer(byte[] digest, byte[] signature)
    {
        if (signature.Length != 65 || signature[64] is not (27 or 28)) return null;
        try
        {
            return Unhex(new MessageSigner().EcRecover(digest, Hex(signature)), 20);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return null; // no key makes this signature, which the caller reports; libraries differ in how they say so
        }
    }
}

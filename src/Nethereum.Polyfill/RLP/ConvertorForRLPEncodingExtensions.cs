using System.Numerics;
using System.Text;

namespace Nethereum.RLP;

/// <summary>Numbers are big endian without leading zeros; zero is empty.</summary>
public static class ConvertorForRLPEncodingExtensions
{
    public static BigInteger ToBigIntegerFromRLPDecoded(this byte[]? bytes) =>
        bytes is null ? BigInteger.Zero : new BigInteger(bytes, isUnsigned: true, isBigEndian: true);

    public static byte[] ToBytesForRLPEncoding(this BigInteger bigInteger) =>
        bigInteger.IsZero ? [] : bigInteger.ToByteArray(isUnsigned: true, isBigEndian: true);

    public static byte[] ToBytesForRLPEncoding(this int number) => new BigInteger(number).ToBytesForRLPEncoding();

    public static byte[] ToBytesForRLPEncoding(this long number) => new BigInteger(number).ToBytesForRLPEncoding();

    public static byte[] ToBytesForRLPEncoding(this string str) => Encoding.UTF8.GetBytes(str);

    public static byte[][] ToBytesForRLPEncoding(this string[] strings) => [.. strings.Select(ToBytesForRLPEncoding)];

    public static int ToIntFromRLPDecoded(this byte[]? bytes) => (int)bytes.ToBigIntegerFromRLPDecoded();

    public static long ToLongFromRLPDecoded(this byte[]? bytes) => (long)bytes.ToBigIntegerFromRLPDecoded();

    public static string ToStringFromRLPDecoded(this byte[]? bytes) => bytes is null ? "" : Encoding.UTF8.GetString(bytes);

    public static byte[] TrimZeroBytes(this byte[] bytes) => bytes.AsSpan().TrimStart((byte)0).ToArray();
}

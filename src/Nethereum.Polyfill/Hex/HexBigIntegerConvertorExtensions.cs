using System.Numerics;
using Nethereum.Hex.HexTypes;

namespace Nethereum.Hex.HexConvertors.Extensions;

public static class HexBigIntegerConvertorExtensions
{
    public static BigInteger? GetValue(this HexBigInteger? hexBigInteger) => hexBigInteger?.Value;

    public static byte[] ToByteArray(this BigInteger value, bool littleEndian) =>
        value.Sign < 0
            ? value.ToByteArray(isBigEndian: !littleEndian)
            : value.ToByteArray(isUnsigned: true, isBigEndian: !littleEndian);

    /// <summary>0x-prefixed; compact leaves out leading zeros.</summary>
    public static string ToHex(this BigInteger value, bool littleEndian, bool compact = true)
    {
        if (value.Sign < 0) throw new ArgumentException("Hex encoding of a negative number is not supported", nameof(value));
        var bytes = ToByteArray(value, littleEndian);
        return "0x" + (compact ? bytes.ToHexCompact() : bytes.ToHex());
    }

    public static BigInteger HexToBigInteger(this string hex, bool isHexLittleEndian) =>
        new(hex.HexToByteArray(), isUnsigned: true, isBigEndian: !isHexLittleEndian);
}

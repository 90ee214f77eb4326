using System.Text;

namespace Nethereum.Hex.HexConvertors.Extensions;

public static class HexStringUTF8ConvertorExtensions
{
    public static string ToHexUTF8(this string value) => Encoding.UTF8.GetBytes(value).ToHex(true);

    public static string HexToUTF8String(this string hex) => Encoding.UTF8.GetString(hex.HexToByteArray());
}

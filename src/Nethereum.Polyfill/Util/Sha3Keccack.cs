using System.Text;
using Nethereum.Hex.HexConvertors.Extensions;

namespace Nethereum.Util;

/// <summary>Keccak-256; text goes in as UTF-8, and hexadecimal results carry no prefix.</summary>
public class Sha3Keccack
{
    public static Sha3Keccack Current { get; } = new();

    public byte[] CalculateHash(byte[] value) => Keccak256.Hash(value);

    public string CalculateHash(string value) => CalculateHashAsBytes(value).ToHex();

    public byte[] CalculateHashAsBytes(string value) => Keccak256.Hash(Encoding.UTF8.GetBytes(value));

    /// <summary>Hash of the concatenated bytes.</summary>
    public string CalculateHashFromHex(params string[] hexValues) =>
        Keccak256.Hash(string.Concat(hexValues.Select(value => value.RemoveHexPrefix())).HexToByteArray()).ToHex();
}

using System.Numerics;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Hex.HexTypes;

namespace Nethereum.Conformance;

public class HexTests
{
    [Fact]
    public void Bytes_become_lower_case_hex_with_a_prefix_on_demand()
    {
        byte[] bytes = [0x00, 0xab, 0xFF];
        Assert.Equal("00abff", bytes.ToHex());
        Assert.Equal("0x00abff", bytes.ToHex(true));
    }

    [Theory]
    [InlineData("0x00abff", new byte[] { 0, 0xab, 0xff })]
    [InlineData("00ABFF", new byte[] { 0, 0xab, 0xff })]
    [InlineData("0xabc", new byte[] { 0x0a, 0xbc })]
    [InlineData("0x", new byte[0])]
    [InlineData("", new byte[0])]
    public void Hex_becomes_bytes(string hex, byte[] expected) => Assert.Equal(expected, hex.HexToByteArray());

    [Fact]
    public void Text_that_is_not_hex_is_refused() => Assert.ThrowsAny<Exception>(() => "0xzz".HexToByteArray());

    [Fact]
    public void The_prefix_can_be_added_and_removed_once()
    {
        Assert.Equal("0xab", "ab".EnsureHexPrefix());
        Assert.Equal("0xab", "0xab".EnsureHexPrefix());
        Assert.Equal("ab", "0xab".RemoveHexPrefix());
        Assert.Equal("ab", "ab".RemoveHexPrefix());
        Assert.True("0xab".HasHexPrefix());
        Assert.False("ab".HasHexPrefix());
    }

    [Theory]
    [InlineData("0xab", true)]
    [InlineData("AB", true)]
    [InlineData("0xgg", false)]
    public void Hex_is_recognised(string text, bool expected) => Assert.Equal(expected, text.IsHex());

    [Fact]
    public void Equal_hex_is_equal_whatever_its_case_and_prefix() => Assert.True("0xAB".IsTheSameHex("ab"));

    [Fact]
    public void Big_integers_carry_their_hex()
    {
        Assert.Equal("0x0", new HexBigInteger(0).HexValue);
        Assert.Equal("0x100", new HexBigInteger(256).HexValue);
        Assert.Equal(BigInteger.Pow(2, 255), new HexBigInteger("0x8" + new string('0', 63)).Value);
        Assert.Equal(new HexBigInteger(10), new HexBigInteger("0x0a"));
    }

    [Fact]
    public void Big_integers_convert_to_numbers_by_themselves()
    {
        BigInteger number = new HexBigInteger("0xff");
        Assert.Equal(255, number);
    }

    [Fact]
    public void Numbers_become_compact_big_endian_hex()
    {
        Assert.Equal("0x1f4", new BigInteger(500).ToHex(false));
        Assert.Equal(500, "0x01f4".HexToBigInteger(false));
    }

    [Fact]
    public void Text_travels_as_hex_of_its_utf8() => Assert.Equal("héllo", "héllo".ToHexUTF8().HexToUTF8String());
}

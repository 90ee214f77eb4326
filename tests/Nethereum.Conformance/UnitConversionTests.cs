using System.Numerics;
using Nethereum.Util;

namespace Nethereum.Conformance;

public class UnitConversionTests
{
    [Fact]
    public void Ether_is_ten_to_the_eighteenth_wei()
    {
        Assert.Equal(BigInteger.Pow(10, 18), UnitConversion.Convert.ToWei(1));
        Assert.Equal(1500000000000000000, UnitConversion.Convert.ToWei(1.5m));
        Assert.Equal(2000000000, UnitConversion.Convert.ToWei(2, UnitConversion.EthUnit.Gwei));
    }

    [Fact]
    public void Tokens_of_other_decimals_convert_too()
    {
        Assert.Equal(1234567, UnitConversion.Convert.ToWei(1.234567m, 6));
        Assert.Equal(1.234567m, UnitConversion.Convert.FromWei(1234567, 6));
    }

    [Fact]
    public void The_smallest_wei_survives_the_way_to_ether_and_back()
    {
        var amount = BigInteger.Parse("123456789012345678901234567");
        Assert.Equal(123456789.012345678901234567m, UnitConversion.Convert.FromWei(amount));
        Assert.Equal(amount, UnitConversion.Convert.ToWei(123456789.012345678901234567m));
    }
}

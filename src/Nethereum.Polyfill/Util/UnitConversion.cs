using System.Globalization;
using System.Numerics;

namespace Nethereum.Util;

/// <summary>Between wei and larger units. Fractions below one wei are cut off.</summary>
public class UnitConversion
{
    public enum EthUnit
    {
        Wei,
        Kwei,
        Ada,
        Babbage,
        Femtoether,
        Mwei,
        Lovelace,
        Picoether,
        Gwei,
        Shannon,
        Nanoether,
        Nano,
        Szabo,
        Microether,
        Micro,
        Finney,
        Milliether,
        Milli,
        Ether,
        Kether,
        Grand,
        Einstein,
        Mether,
        Gether,
        Tether,
    }

    public static UnitConversion Convert { get; } = new();

    public decimal FromWei(BigInteger value, BigInteger toUnit) => FromWei(value, DecimalPlaces(toUnit));

    public decimal FromWei(BigInteger value, EthUnit toUnit = EthUnit.Ether) => FromWei(value, DecimalPlaces(toUnit));

    /// <summary>Exact where a decimal can hold it; digits past its 28 places are cut off.</summary>
    public decimal FromWei(BigInteger value, int decimalPlacesToUnit)
    {
        var whole = BigInteger.DivRem(value, BigInteger.Pow(10, decimalPlacesToUnit), out var rest);
        var places = decimalPlacesToUnit;
        while (places > 28)
        {
            rest /= 10;
            places--;
        }

        return (decimal)whole + (decimal)rest / (decimal)BigInteger.Pow(10, places);
    }

    public BigInteger GetEthUnitValue(EthUnit ethUnit) => BigInteger.Pow(10, DecimalPlaces(ethUnit));

    public BigInteger ToWeiFromUnit(decimal amount, BigInteger fromUnit) => ToWei(amount, DecimalPlaces(fromUnit));

    public BigInteger ToWei(decimal amount, int decimalPlacesFromUnit)
    {
        var scale = (int)((decimal.GetBits(amount)[3] >> 16) & 0xFF);
        var digits = UnscaledValue(amount) * BigInteger.Pow(10, decimalPlacesFromUnit);
        return digits / BigInteger.Pow(10, scale);
    }

    public BigInteger ToWei(decimal amount, EthUnit fromUnit = EthUnit.Ether) => ToWei(amount, DecimalPlaces(fromUnit));

    public BigInteger ToWei(BigInteger value, EthUnit fromUnit = EthUnit.Ether) => value * GetEthUnitValue(fromUnit);

    public BigInteger ToWei(int value, EthUnit fromUnit = EthUnit.Ether) => ToWei(new BigInteger(value), fromUnit);

    public BigInteger ToWei(long value, EthUnit fromUnit = EthUnit.Ether) => ToWei(new BigInteger(value), fromUnit);

    public BigInteger ToWei(double value, EthUnit fromUnit = EthUnit.Ether) => ToWei((decimal)value, fromUnit);

    public BigInteger ToWei(float value, EthUnit fromUnit = EthUnit.Ether) => ToWei((decimal)value, fromUnit);

    public BigInteger ToWei(string value, EthUnit fromUnit = EthUnit.Ether) =>
        ToWei(decimal.Parse(value, CultureInfo.InvariantCulture), fromUnit);

    private static BigInteger UnscaledValue(decimal amount)
    {
        var bits = decimal.GetBits(amount);
        var magnitude = ((BigInteger)(uint)bits[2] << 64) | ((BigInteger)(uint)bits[1] << 32) | (uint)bits[0];
        return amount < 0 ? -magnitude : magnitude;
    }

    private static int DecimalPlaces(BigInteger unit)
    {
        var places = 0;
        for (var rest = unit; rest > 1; rest /= 10, places++)
            if (!(rest % 10).IsZero)
                throw new ArgumentException($"{unit} is not a power of ten", nameof(unit));
        return places;
    }

    private static int DecimalPlaces(EthUnit unit) => unit switch
    {
        EthUnit.Wei => 0,
        EthUnit.Kwei or EthUnit.Ada or EthUnit.Babbage or EthUnit.Femtoether => 3,
        EthUnit.Mwei or EthUnit.Lovelace or EthUnit.Picoether => 6,
        EthUnit.Gwei or EthUnit.Shannon or EthUnit.Nanoether or EthUnit.Nano => 9,
        EthUnit.Szabo or EthUnit.Microether or EthUnit.Micro => 12,
        EthUnit.Finney or EthUnit.Milliether or EthUnit.Milli => 15,
        EthUnit.Ether => 18,
        EthUnit.Kether or EthUnit.Grand or EthUnit.Einstein => 21,
        EthUnit.Mether => 24,
        EthUnit.Gether => 27,
        EthUnit.Tether => 30,
        _ => throw new ArgumentOutOfRangeException(nameof(unit)),
    };
}

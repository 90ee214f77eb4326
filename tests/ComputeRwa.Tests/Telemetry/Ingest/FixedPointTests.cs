using System.Globalization;
using System.Numerics;
using System.Text;
using ComputeRwa.Telemetry.Ingest;

namespace ComputeRwa.Tests.Telemetry.Ingest;

public class FixedPointTests
{
    [Theory]
    [InlineData(0.0, 10_000, 0)]
    [InlineData(1.0, 10_000, 10_000)]
    [InlineData(0.5, 10_000, 5_000)]
    [InlineData(0.00005, 10_000, 1)]
    [InlineData(0.00004999, 10_000, 0)]
    [InlineData(8.969, 1_000, 8_969)]
    [InlineData(631.95, 1_000, 631_950)]
    [InlineData(19818.0, 1, 19_818)]
    [InlineData(5e-324, 10_000, 0)]
    [InlineData(2147483631.0, 1, 2147483631)]
    [InlineData(2147483631.0, 1_000, int.MaxValue)]
    [InlineData(-0.0, 1, 0)]
    public void A_reading_is_scaled_and_rounded_half_up(double reading, int scale, int expected)
    {
        Assert.Equal(Reading.Good, FixedPoint.OfBits(BitConverter.DoubleToUInt64Bits(reading), scale, out var value));
        Assert.Equal(expected, value);
        Assert.Equal(Reading.Good, OfText(reading.ToString("R", CultureInfo.InvariantCulture), scale, out value));
        Assert.Equal(expected, value);
    }

    // NaN, Prometheus' stale marker, infinities, and DCGM's blanks for int32, int64 and float64 with their neighbours "not found", "not supported", "no permission".
    [Theory]
    [InlineData(0x7ff8000000000001)]
    [InlineData(0x7ff0000000000002)]
    [InlineData(0x7ff0000000000000)]
    [InlineData(0xfff0000000000000)]
    [InlineData(2147483632.0)]
    [InlineData(2147483635.0)]
    [InlineData(140737488355328.0)]
    [InlineData(140737488355331.0)]
    [InlineData(9223372036854775792.0)]
    [InlineData(1e300)]
    public void What_stands_for_no_reading_is_missing(object reading)
    {
        var bits = reading is double number ? BitConverter.DoubleToUInt64Bits(number) : Convert.ToUInt64(reading, CultureInfo.InvariantCulture);
        foreach (var scale in new[] { 1, 1_000, 10_000 }) Assert.Equal(Reading.Missing, FixedPoint.OfBits(bits, scale, out _));
        Assert.Equal(Reading.Missing, OfText(BitConverter.UInt64BitsToDouble(bits).ToString("R", CultureInfo.InvariantCulture).Replace("∞", "Inf", StringComparison.Ordinal), 1, out _));
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("+Inf")]
    [InlineData("-Inf")]
    [InlineData("9223372036854775794")]
    [InlineData("140737488355328.000000")]
    [InlineData("1e99999999999")]
    public void A_word_for_no_reading_is_missing(string text) => Assert.Equal(Reading.Missing, OfText(text, 1, out _));

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData(".")]
    [InlineData("1.2.3")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("0x10")]
    [InlineData("12 W")]
    [InlineData("--1")]
    public void What_is_no_number_is_said_to_be_none(string text) => Assert.Null(OfText(text, 1, out _));

    [Theory]
    [InlineData(-1.0)]
    [InlineData(-1e-300)]
    [InlineData(-5e18)]
    public void Below_zero_is_impossible(double reading)
    {
        Assert.Equal(Reading.Impossible, FixedPoint.OfBits(BitConverter.DoubleToUInt64Bits(reading), 1, out _));
        Assert.Equal(Reading.Impossible, OfText(reading.ToString("R", CultureInfo.InvariantCulture), 1, out _));
    }

    [Fact]
    public void Every_float64_gives_what_exact_arithmetic_gives()
    {
        var random = new Random(11);
        var good = 0;
        for (var i = 0; i < Captures.Cases(20_000, 500_000); i++)
        {
            // Half of all are any bits, half are readings as they come.
            var bits = i % 2 == 0 ? (ulong)random.NextInt64(long.MaxValue) : BitConverter.DoubleToUInt64Bits(random.NextDouble() * Math.Pow(10, random.Next(-6, 10)));
            foreach (var scale in new[] { 1, 1_000, 10_000 })
            {
                var reading = FixedPoint.OfBits(bits, scale, out var value);
                var number = BitConverter.UInt64BitsToDouble(bits);
                if (!double.IsFinite(number) || number >= FixedPoint.Blank)
                {
                    Assert.Equal(Reading.Missing, reading);
                    continue;
                }
                var exponent = (int)(bits >> 52 & 0x7ff);
                BigInteger mantissa = (bits & 0xfffffffffffff) | (exponent == 0 ? 0 : 1UL << 52);
                var divisor = BigInteger.One << (1_075 - Math.Max(exponent, 1));
                var exact = (2 * mantissa * scale + divisor) / (2 * divisor);
                Assert.Equal((Reading.Good, (int)BigInteger.Min(exact, int.MaxValue)), (reading, value));
                good++;
            }
        }
        Assert.True(good > 10_000);
    }

    [Fact]
    public void Every_decimal_gives_what_exact_arithmetic_gives()
    {
        var random = new Random(12);
        for (var i = 0; i < 20_000; i++)
        {
            var (digits, places) = (random.NextInt64(1_000_000_000_000), random.Next(0, 15));
            var text = digits.ToString(CultureInfo.InvariantCulture).PadLeft(places + 1, '0');
            text = places == 0 ? text : $"{text[..^places]}.{text[^places..]}";
            var divisor = BigInteger.Pow(10, places);
            foreach (var scale in new[] { 1, 1_000, 10_000 })
            {
                var reading = OfText(text, scale, out var value);
                if ((2 * new BigInteger(digits) + divisor) / (2 * divisor) >= FixedPoint.Blank) Assert.Equal(Reading.Missing, reading);
                else Assert.Equal((Reading.Good, (int)BigInteger.Min((2 * new BigInteger(digits) * scale + divisor) / (2 * divisor), int.MaxValue)), (reading!.Value, value));
            }
        }
    }

    private static Reading? OfText(string text, int scale, out int value) => FixedPoint.OfText(Encoding.UTF8.GetBytes(text), scale, out value);
}

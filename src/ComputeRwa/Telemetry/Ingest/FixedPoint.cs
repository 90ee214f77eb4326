namespace ComputeRwa.Telemetry.Ingest;

/// <summary>What became of one reading of an exporter.</summary>
internal enum Reading
{
    Good,
    /// <summary>Not measured: NaN (Prometheus' stale marker among them), infinities, DCGM's blanks.</summary>
    Missing,
    /// <summary>Below zero: no metric in use can be.</summary>
    Impossible,
}

/// <summary>
/// Readings as whole numbers: a float64 or a decimal times a whole scale, rounded half up, by integers alone, so that the same bytes give the
/// same figure on every machine.
/// </summary>
internal static class FixedPoint
{
    /// <summary>
    /// DCGM's least blank, 0x7ffffff0. The others (0x7ffffffffffffff0 for int64, 140737488355328 for float64) are larger, and no reading in use
    /// comes near: from here on a value means that there is none.
    /// </summary>
    public const long Blank = 0x7ffffff0;

    private const int MantissaBits = 52;
    private const int Bias = 1_023 + MantissaBits;
    private const ulong MantissaMask = (1UL << MantissaBits) - 1;

    /// <summary>A float64 by its bits, as protobuf carries it.</summary>
    /// <param name="scale">1 to 10,000</param>
    public static Reading OfBits(ulong bits, int scale, out int value)
    {
        value = 0;
        var exponent = (int)(bits >> MantissaBits) & 0x7ff;
        if (exponent == 0x7ff) return Reading.Missing;
        var mantissa = bits & MantissaMask;
        if (exponent == 0) exponent = 1;
        else mantissa |= 1UL << MantissaBits;
        if (mantissa == 0) return Reading.Good;
        if (bits >> 63 != 0) return Reading.Impossible;
        var shift = Bias - exponent; // the number is mantissa / 2^shift
        if (shift <= 0 || (shift < 64 && mantissa >> shift >= Blank)) return Reading.Missing;
        // Most products fit 64 bits; for the others the arithmetic is twice as wide.
        if (shift < 64 && Math.BigMul(mantissa, (ulong)scale, out var low) == 0 && low <= ulong.MaxValue - (1UL << (shift - 1)))
        {
            value = (int)Math.Min((low + (1UL << (shift - 1))) >> shift, int.MaxValue);
            return Reading.Good;
        }
        var product = (UInt128)mantissa * (uint)scale;
        var scaled = shift >= 127 ? 0 : (product + (UInt128.One << (shift - 1))) >> shift;
        value = scaled > int.MaxValue ? int.MaxValue : (int)scaled;
        return Reading.Good;
    }

    /// <summary>A decimal number in ASCII, such as <c>8.969000</c>, <c>1e-05</c>, <c>+Inf</c> or <c>NaN</c>.</summary>
    /// <param name="scale">1 to 10,000</param>
    /// <returns>null when it is no number.</returns>
    public static Reading? OfText(ReadOnlySpan<byte> text, int scale, out int value)
    {
        value = 0;
        var negative = text.Length > 0 && text[0] == '-';
        if (text.Length > 0 && text[0] is (byte)'-' or (byte)'+') text = text[1..];
        if (IsWord(text, "nan"u8) || IsWord(text, "inf"u8) || IsWord(text, "infinity"u8)) return Reading.Missing;
        if (!ReadDecimal(text, out var digits, out var exponent)) return null;
        if (digits == 0) return Reading.Good;
        if (negative) return Reading.Impossible;
        if (Scaled(digits, exponent, 1) >= Blank) return Reading.Missing;
        value = (int)UInt128.Min(Scaled(digits, exponent, scale), int.MaxValue);
        return Reading.Good;
    }

    private static bool IsWord(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) => text.Length == word.Length && System.Text.Ascii.EqualsIgnoreCase(text, word);

    /// <summary>digits × 10^exponent; digits after the eighteenth that counts do not change any figure of ours.</summary>
    private static bool ReadDecimal(ReadOnlySpan<byte> text, out ulong digits, out int exponent)
    {
        const ulong Full = 100_000_000_000_000_000;
        (digits, exponent) = (0, 0);
        var (at, seen, point) = (0, false, false);
        for (; at < text.Length; at++)
        {
            if (text[at] == '.' && !point) point = true;
            else if (text[at] is >= (byte)'0' and <= (byte)'9')
            {
                seen = true;
                if (digits < Full) (digits, exponent) = (digits * 10 + (uint)(text[at] - '0'), point ? exponent - 1 : exponent);
                else if (!point) exponent++;
            }
            else break;
        }
        if (!seen) return false;
        if (at == text.Length) return true;
        if (text[at] is not ((byte)'e' or (byte)'E')) return false;
        if (!ReadExponent(text[(at + 1)..], out var power)) return false;
        exponent += power;
        return true;
    }

    private static bool ReadExponent(ReadOnlySpan<byte> text, out int power)
    {
        power = 0;
        var negative = text.Length > 0 && text[0] == '-';
        if (text.Length > 0 && text[0] is (byte)'-' or (byte)'+') text = text[1..];
        if (text.Length == 0) return false;
        foreach (var c in text)
        {
            if (c is < (byte)'0' or > (byte)'9') return false;
            power = Math.Min(power * 10 + (c - '0'), 100_000);
        }
        if (negative) power = -power;
        return true;
    }

    private static UInt128 Scaled(ulong digits, int exponent, int scale)
    {
        var product = (UInt128)digits * (uint)scale;
        if (exponent >= 0) return exponent > 12 ? (UInt128)long.MaxValue : product * PowerOfTen(exponent);
        if (exponent < -30) return 0;
        var divisor = PowerOfTen(-exponent);
        return (product + divisor / 2) / divisor;
    }

    private static UInt128 PowerOfTen(int exponent)
    {
        UInt128 power = 1;
        for (; exponent > 0; exponent--) power *= 10;
        return power;
    }
}

using System.Globalization;
using System.Numerics;

namespace ComputeRwa.Kernel;

/// <summary>An ERC-20 the leases are paid in. <c>Decimals</c>: base units of one whole token are 10^Decimals.</summary>
internal sealed record PayToken(Address Address, string Symbol, int Decimals);

/// <summary>An amount in base units of a pay token. Integers only; JSON shows it as a decimal string with its currency.</summary>
internal readonly record struct Money(BigInteger BaseUnits, PayToken Token)
{
    /// <summary>Exact decimal form, e.g. 1234567 base units at 6 decimals is "1.234567".</summary>
    public string ToDecimal()
    {
        var digits = BigInteger.Abs(BaseUnits).ToString(CultureInfo.InvariantCulture).PadLeft(Token.Decimals + 1, '0');
        var sign = BaseUnits.Sign < 0 ? "-" : "";
        return Token.Decimals == 0 ? sign + digits : $"{sign}{digits[..^Token.Decimals]}.{digits[^Token.Decimals..]}";
    }

    /// <summary>Reads what <see cref="ToDecimal"/> writes, with up to <c>Decimals</c> fraction digits; never rounds.</summary>
    public static bool TryParse(string? text, PayToken token, out Money money)
    {
        money = default;
        if (string.IsNullOrEmpty(text) || text.Length > 40) return false;
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? text : text[..point];
        var fraction = point < 0 ? "" : text[(point + 1)..];
        if (whole.Length == 0 || (point >= 0 && fraction.Length == 0) || fraction.Length > token.Decimals) return false;
        if (whole.AsSpan().IndexOfAnyExceptInRange('0', '9') >= 0 || fraction.AsSpan().IndexOfAnyExceptInRange('0', '9') >= 0) return false;
        money = new(BigInteger.Parse(whole + fraction.PadRight(token.Decimals, '0'), CultureInfo.InvariantCulture), token);
        return true;
    }

    public MoneyJson ToJson() => new(ToDecimal(), Token.Symbol);
    public override string ToString() => $"{ToDecimal()} {Token.Symbol}";
}

/// <summary>Money on the wire: an exact decimal string and the currency's symbol.</summary>
internal sealed record MoneyJson(string Amount, string Currency);

using System.Globalization;
using System.Numerics;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Kernel;

namespace ComputeRwa.Parties;

/// <summary>A registrar's admission of an account, to be signed. <c>Deadline</c>, until when it may be presented, is unix seconds.</summary>
/// <param name="Jurisdiction">ISO 3166-1 numeric</param>
/// <param name="InvestorClass">0 none, 1 retail, 2 professional, 3 institution</param>
internal sealed record Admission(Address Account, DateTimeOffset ValidUntil, int Jurisdiction, int InvestorClass, BigInteger Nonce, long Deadline)
{
    private const int Institution = 3;
    private const int LastCountry = 999;

    public static Result<Admission> Draft(
        string? account, DateTimeOffset validUntil, int jurisdiction, int investorClass, string? nonce, long deadline, DateTimeOffset now)
    {
        var fields = new Fields();
        var address = fields.Address(account, "account");
        fields.Require(validUntil > now, "validUntil", "must be in the future");
        fields.Require(validUntil.Ticks % TimeSpan.TicksPerSecond == 0, "validUntil", "must be in whole seconds");
        fields.Require(jurisdiction is > 0 and <= LastCountry, "jurisdiction", "must be an ISO 3166-1 number");
        fields.Require(investorClass is >= 0 and <= Institution, "investorClass", "must be 0 (none), 1 (retail), 2 (professional) or 3 (institution)");
        fields.Require(TryParseUint256(nonce, out var number), "nonce", "must be a decimal string below 2^256");
        fields.Require(deadline > now.ToUnixTimeSeconds(), "deadline", "must be unix seconds in the future");
        return fields.Error is { } error ? error : new Admission(address, validUntil, jurisdiction, investorClass, number, deadline);
    }

    public AdmissionDto ToDto() => new()
    {
        Account = Account.Value,
        ValidUntil = (ulong)ValidUntil.ToUnixTimeSeconds(),
        Jurisdiction = (ushort)Jurisdiction,
        InvestorClass = (byte)InvestorClass,
        Nonce = Nonce,
        Deadline = Deadline,
    };

    private static bool TryParseUint256(string? text, out BigInteger value)
    {
        value = default;
        return text is { Length: > 0 and <= 78 } && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0
            && BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value.GetBitLength() <= 256;
    }
}

/// <summary>An account's standing after one event of the chain.</summary>
internal sealed record Membership(
    long Position, long BlockNumber, Address Account, DateTimeOffset ValidUntil, long Jurisdiction, long InvestorClass, long Blocked);

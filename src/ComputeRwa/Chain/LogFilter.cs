using System.Numerics;
using ComputeRwa.Kernel;

namespace ComputeRwa.Chain;

/// <summary>Logs to read: of any of the addresses, with these topics; null at a place is any topic.</summary>
internal sealed record LogFilter(IReadOnlyList<Address> Addresses, IReadOnlyList<string?> Topics)
{
    private const string Transfer = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";

    /// <summary>
    /// Every log of our contracts, and of the tokens they hold only what goes in and out of them: a pay token may serve the whole world.
    /// </summary>
    public static IReadOnlyList<LogFilter> Of(Deployment deployment)
    {
        var named = deployment.Contracts;
        Address[] ours = [.. new[] { named.LeaseBook, named.LeaseClaims, named.EpochLedger, named.Eligibility, named.UseRights }.Select(Address.Parse)];
        Address[] tokens = [.. new[] { named.TestDollar, named.BondToken }.Select(Address.Parse).Distinct()];
        return [
            new(ours, []),
            .. new[] { named.LeaseClaims, named.EpochLedger }.Select(Word).SelectMany(holder => new LogFilter[] { new(tokens, [Transfer, holder]), new(tokens, [Transfer, null, holder]) }),
        ];
    }

    private static string Word(string address) => "0x" + Convert.ToHexStringLower(Hex.Word(new BigInteger(Convert.FromHexString(address.AsSpan(2)), isUnsigned: true, isBigEndian: true)));
}

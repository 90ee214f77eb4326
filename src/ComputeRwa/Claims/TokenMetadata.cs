using System.Numerics;
using System.Text.Json.Serialization;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;

namespace ComputeRwa.Claims;

/// <summary>ERC-1155 metadata of a lease's units, with the attributes that wallets and marketplaces show. The names are theirs.</summary>
internal sealed record TokenMetadata(
    string Name, string Description, string Image, int Decimals, [property: JsonPropertyName("external_url")] string ExternalUrl, IReadOnlyList<TokenAttribute> Attributes, TokenProperties Properties);

/// <param name="Value">a string or a number</param>
internal sealed record TokenAttribute([property: JsonPropertyName("trait_type")] string TraitType, object Value);

/// <summary>The same for machines: the terms as signed, and the account as of the events seen.</summary>
internal sealed record TokenProperties(string LeaseId, string Status, LeaseTermsJson Terms, MoneyJson Applied, MoneyJson HoldersShare, MoneyJson HoldersPaid, MoneyJson Arrears);

/// <summary>ERC-7572: the collection.</summary>
internal sealed record ContractMetadata(string Name, string Symbol, string Description, string Image, [property: JsonPropertyName("external_link")] string ExternalLink);

/// <summary>A lease as its token shows it.</summary>
/// <param name="HoldersPaid">cash paid to holders so far, base units</param>
internal sealed record TokenFacts(Lease Lease, string Status, LeaseCash Cash, BigInteger HoldersPaid, PayToken PayToken, IReadOnlyList<LeasedGpu> Gpus)
{
    public LeaseTerms Terms => Lease.Terms;

    /// <summary>Epochs applied so far.</summary>
    public long EpochsSettled => Math.Clamp(Cash.SyncedThrough - Terms.StartEpoch + 1, 0, Terms.Epochs);

    /// <summary>The first bytes of the lease id, enough to tell tokens apart by eye.</summary>
    public string ShortId => Lease.Id.Value[2..10];

    public string Title => $"{Terms.GpuCount}× {Terms.GpuModel} · {Terms.Region} · lease {ShortId}";

    /// <summary>Exact, without zeros beyond cents: 2.35 tUSD.</summary>
    public string Show(BigInteger baseUnits)
    {
        var exact = new Money(baseUnits, PayToken).ToDecimal();
        var point = exact.IndexOf('.', StringComparison.Ordinal);
        return point < 0 ? $"{exact} {PayToken.Symbol}" : $"{exact[..(point + 1)]}{exact[(point + 1)..].TrimEnd('0').PadRight(2, '0')} {PayToken.Symbol}";
    }
}

internal static class Tokens
{
    /// <param name="site">scheme and host under which this API is reached, without a slash at the end</param>
    public static TokenMetadata Describe(TokenFacts facts, string site) => new(
        facts.Title, Description(facts), $"{site}/v1/tokens/{facts.Lease.Id.Value[2..]}.svg", 0, $"{site}/leases/{facts.Lease.Id}", Attributes(facts),
        new(facts.Lease.Id.Value, facts.Status, LeaseTermsJson.Of(facts.Terms), Json(facts, facts.Cash.Applied), Json(facts, facts.Cash.Earned.Pool),
            Json(facts, facts.HoldersPaid), Json(facts, facts.Cash.Arrears)));

    public static ContractMetadata DescribeContract(string site) => new(
        "ComputeRwa Lease Claims", "CRWA",
        "Units of GPU leases. Each series is one lease whose terms lessee and provider signed; its holders share the rent that attested metering proves.",
        $"{site}/v1/tokens/contract.svg", site);

    private static string Description(TokenFacts facts)
    {
        var t = facts.Terms;
        return $"{Percent(t.PoolBps)} of the rent of {t.GpuCount} {t.GpuModel} in {t.Region} over {Count(t.Epochs, "epoch")}, divided among {Count(t.Units, "unit")}. Rent is {PricingText.Describe(t, facts.Show)}. "
            + $"The token id is the EIP-712 digest of the terms that lessee and provider signed.";
    }

    private static string Count(ulong number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";

    private static List<TokenAttribute> Attributes(TokenFacts facts)
    {
        var t = facts.Terms;
        return
        [
            new("Status", facts.Status), new("GPU model", t.GpuModel.Text), new("GPUs", t.GpuCount), new("Region", t.Region.Text),
            new("First epoch", t.StartEpoch), new("Epochs", t.Epochs), new("Epochs settled", facts.EpochsSettled),
            new("Pricing", PricingText.TitleOf(t.Method)), .. PriceAttributes(facts, t), new("Availability promised", Percent(t.SlaBps)),
            new("Interruptible", t.CurtailLimitBps == 0 ? "No" : $"Up to {Percent(t.CurtailLimitBps)}"), new("Holders' share", Percent(t.PoolBps)),
            new("Units", (long)t.Units), new("Rent applied", facts.Show(facts.Cash.Applied)), new("Earned by holders", facts.Show(facts.Cash.Earned.Pool)),
            new("Paid to holders", facts.Show(facts.HoldersPaid)), new("Arrears", facts.Show(facts.Cash.Arrears)),
        ];
    }

    private static IEnumerable<TokenAttribute> PriceAttributes(TokenFacts facts, LeaseTerms t) => t.Method switch
    {
        PricingMethod.Fixed => [new("Price per GPU-hour", facts.Show(t.Price)), new("Take or pay", Percent(10_000))],
        PricingMethod.Metered => [new("Price per GPU-hour", facts.Show(t.Price)), new("Take or pay", Percent(t.TakeOrPayBps))],
        _ =>
        [
            new(t.Method == PricingMethod.Indexed ? "Part of the index" : "Share of revenue", Percent(t.RateBps)),
            new("Floor per GPU-hour", facts.Show(t.FloorPrice)), new("Ceiling per GPU-hour", facts.Show(t.CeilingPrice)),
        ],
    };

    private static string Percent(long bps) => PricingText.Percent(bps);

    private static MoneyJson Json(TokenFacts facts, BigInteger baseUnits) => new Money(baseUnits, facts.PayToken).ToJson();
}

using ComputeRwa.Kernel;

namespace ComputeRwa.Fleet;

/// <summary>What turns IT energy into facility energy, heat and cost at a site. bps are ten-thousandths.</summary>
/// <param name="PueBps">facility energy / IT energy: 10,000 is 1.0</param>
/// <param name="PowerPriceUsdPerMwh">may be negative, as spot prices are; a reading that nothing settles on</param>
/// <param name="RenewableBps">share of renewable power</param>
/// <param name="HeatReuseBps">share of facility energy that is recovered as heat</param>
internal sealed record SiteFactors(long PueBps, double PowerPriceUsdPerMwh, long RenewableBps, long HeatReuseBps)
{
    public const long LeastPueBps = 10_000;
    public const long MostPueBps = 40_000;

    // Beyond any price cap a market has had (ERCOT's was 9,000 USD) and any negative price it has cleared at.
    public const double LeastPowerPrice = -1_000;
    public const double MostPowerPrice = 25_000;

    public void Check(Fields fields)
    {
        fields.Require(PueBps is >= LeastPueBps and <= MostPueBps, "pueBps", $"must be {LeastPueBps} to {MostPueBps}");
        fields.Require(PowerPriceUsdPerMwh is >= LeastPowerPrice and <= MostPowerPrice, "powerPriceUsdPerMwh", $"must be {LeastPowerPrice} to {MostPowerPrice}");
        fields.Require(RenewableBps is >= 0 and <= 10_000, "renewableBps", "must be 0 to 10000");
        fields.Require(HeatReuseBps is >= 0 and <= 10_000, "heatReuseBps", "must be 0 to 10000");
    }
}

/// <summary>Factors and the time from which they hold; version 1 also holds for all time before it.</summary>
internal sealed record SiteFactorsVersion(long Version, DateTimeOffset ValidFrom, SiteFactors Factors);

internal sealed record Place(string Name, string Region, double Latitude, double Longitude)
{
    public static Place Checked(string? name, string? region, double latitude, double longitude, Fields fields)
    {
        fields.Require(latitude is >= -90 and <= 90, "latitude", "must be -90 to 90");
        fields.Require(longitude is >= -180 and <= 180, "longitude", "must be -180 to 180");
        fields.Require(IsRegion(region), "region", "must have 2 to 32 letters, digits or hyphens, such as US-TX");
        return new(fields.Text(name, "name", 100), region ?? "", latitude, longitude);
    }

    /// <summary>Lease terms carry a region as ASCII in 32 bytes.</summary>
    public static bool IsRegion(string? text) => text is { Length: >= 2 and <= 32 } && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}

/// <summary>A place with machines of one provider, and its present factors.</summary>
internal sealed record Site(SiteId Id, ProviderId ProviderId, Place Place, SiteFactorsVersion Current, DateTimeOffset CreatedAt)
{
    public static Result<Site> Register(
        ProviderId provider, string? name, string? region, double latitude, double longitude, SiteFactors factors, DateTimeOffset now)
    {
        var fields = new Fields();
        var place = Place.Checked(name, region, latitude, longitude, fields);
        factors.Check(fields);
        return fields.Error is { } error ? error : new Site(SiteId.New(now), provider, place, new(1, now, factors), now);
    }

    /// <summary>The next version of the factors; <paramref name="expected"/> is the version the caller has seen, null for any.</summary>
    public Result<Site> Change(SiteFactors factors, long? expected, DateTimeOffset now)
    {
        if (expected is not null && expected != Current.Version)
            return new Error("precondition-failed", $"The site is at version {Current.Version}, not {expected}; read it again.", [new("If-Match", $"is not \"{Current.Version}\"")]);
        var fields = new Fields();
        factors.Check(fields);
        return fields.Error is { } error ? error : this with { Current = new(Current.Version + 1, now, factors) };
    }
}

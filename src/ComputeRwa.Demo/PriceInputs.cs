namespace ComputeRwa.Demo;

/// <summary>What two of the pricing methods need beside telemetry, before an epoch is closed: the day's index, the day's revenue.</summary>
internal static class PriceInputs
{
    public static async Task Post(Stage stage, IReadOnlyList<Leased> leases, int day)
    {
        var running = leases.Where(l => day <= l.LastDay).ToList();
        if (day != World.DayWithoutIndex)
            foreach (var lessor in running.Where(l => l.Let.Pricing.Method == Pricing.IndexMethod).Select(l => l.Let.Lessor).Distinct()) await PostIndex(stage, lessor, day);
        foreach (var lease in running.Where(l => l.Let.Pricing.Method == Pricing.ShareMethod)) await ReportRevenue(stage, lease, day);
    }

    private static async Task PostIndex(Stage stage, int index, int day)
    {
        var (lessor, date) = (World.Lessors[index], World.FirstDay.AddDays(day));
        var (price, offers) = Prices.Median(lessor.PriceSlug, DateOnly.FromDateTime(date.UtcDateTime));
        await stage.Api.Post<WithId>($"index-{index}-{day}", "/v1/index-values", new
        {
            lessor.GpuModel,
            lessor.Region,
            epoch = stage.Epoch(day),
            pricePerGpuHour = Fleet.Dollars(price),
            source = $"gpurentalprices.com {date:yyyy-MM-dd}, median of {offers} firm offers of {lessor.PriceSlug}",
        });
    }

    /// <summary>The provider reports, with its own API key, what its lessee's invoices say.</summary>
    private static async Task ReportRevenue(Stage stage, Leased lease, int day)
    {
        var cents = stage.Seed.Random($"revenue {lease.Let.Name} {day}").Between(World.RevenueCents.Least, World.RevenueCents.Most);
        await stage.Api.Post<Revenue>($"revenue-{day}-{lease.Let.Name}", $"/v1/leases/{lease.Id}/revenue", new
        {
            epoch = stage.Epoch(day),
            amount = Fleet.Dollars(cents * 10_000L),
            source = $"{lease.Let.Lessee}, invoices of {World.FirstDay.AddDays(day):yyyy-MM-dd}",
        }, lease.Site.ApiKey);
    }
}

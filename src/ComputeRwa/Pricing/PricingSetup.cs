namespace ComputeRwa.Pricing;

internal static class PricingSetup
{
    public static void AddPricing(this IServiceCollection services)
    {
        services.AddSingleton<PayTokens>();
        services.AddHostedService<PayTokenJob>();
    }

    public static void MapPricing(this IEndpointRouteBuilder app)
    {
        app.MapQuotes();
        app.MapIndexValues();
    }
}

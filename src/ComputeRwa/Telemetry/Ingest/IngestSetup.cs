namespace ComputeRwa.Telemetry.Ingest;

internal static class IngestSetup
{
    /// <exception cref="InvalidOperationException">A setting is not acceptable; the message names it.</exception>
    public static void AddIngest(this IServiceCollection services, IConfiguration config)
    {
        services.AddSingleton(IngestSettings.Read(config));
        services.AddSingleton<GpuDirectory>();
        services.AddSingleton<InboxWriter>();
        services.AddHostedService(s => s.GetRequiredService<InboxWriter>());
        services.AddSingleton<Receiver>();
        services.AddSingleton<Compactor>();
        services.AddSingleton<IngestJob>();
        services.AddHostedService(s => s.GetRequiredService<IngestJob>());
        services.AddSingleton(ScrapeNetworks.Read(config));
        services.AddSingleton<ScrapeClient>();
        services.AddHostedService<ScrapeJob>();
    }
}

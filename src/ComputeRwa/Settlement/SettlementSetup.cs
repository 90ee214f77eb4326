using ComputeRwa.Chain;

namespace ComputeRwa.Settlement;

internal static class SettlementSetup
{
    public static void AddSettlement(this IServiceCollection services, IConfiguration config)
    {
        services.AddSingleton<EpochCloser>();
        services.AddSingleton<EpochDesk>();
        services.AddSingleton<EpochTrees>();
        services.AddSingleton<AttestationDesk>();
        services.AddSingleton<ObjectionDesk>();
        services.AddSingleton<Reconciler>();
        services.AddSingleton(ReconciliationSchedule.Read(config));
        services.AddSingleton<ReconciliationJob>();
        services.AddHostedService(s => s.GetRequiredService<ReconciliationJob>());
        services.AddSingleton(SampleRetention.Read(config));
        services.AddSingleton<SampleRetentionJob>();
        services.AddHostedService(s => s.GetRequiredService<SampleRetentionJob>());
        services.AddProjector<RootProjector>();
    }

    public static void MapSettlement(this IEndpointRouteBuilder app)
    {
        app.MapEpochs();
        app.MapObjections();
        app.MapReconciliation();
        app.MapTrust();
    }
}

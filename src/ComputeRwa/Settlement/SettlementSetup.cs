using ComputeRwa.Chain;

namespace ComputeRwa.Settlement;

internal static class SettlementSetup
{
    public static void AddSettlement(this IServiceCollection services)
    {
        services.AddSingleton<EpochCloser>();
        services.AddSingleton<EpochDesk>();
        services.AddSingleton<EpochTrees>();
        services.AddSingleton<AttestationDesk>();
        services.AddSingleton<ObjectionDesk>();
        services.AddSingleton<Reconciler>();
        services.AddProjector<RootProjector>();
    }

    public static void MapSettlement(this IEndpointRouteBuilder app)
    {
        app.MapEpochs();
        app.MapObjections();
        app.MapReconciliation();
    }
}

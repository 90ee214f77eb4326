using ComputeRwa.Chain;

namespace ComputeRwa.Leases;

internal static class LeasesSetup
{
    public static void AddLeases(this IServiceCollection services)
    {
        services.AddSingleton<PermitDesk>();
        services.AddSingleton<LeaseBoard>();
        services.AddSingleton<LeaseDesk>();
        services.AddSingleton(s => LeaseContracts.OriginationPacks(s.GetRequiredService<Deployment>()));
        services.AddProjector<LeaseProjector>();
    }
}

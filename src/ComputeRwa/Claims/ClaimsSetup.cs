using ComputeRwa.Chain;

namespace ComputeRwa.Claims;

internal static class ClaimsSetup
{
    public static void AddClaims(this IServiceCollection services) => services.AddProjector<ClaimProjector>();
}

namespace ComputeRwa.Fleet;

internal static class FleetApi
{
    public static void MapFleet(this IEndpointRouteBuilder app)
    {
        app.MapSites();
        app.MapNodes();
    }
}

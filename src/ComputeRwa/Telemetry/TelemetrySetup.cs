using ComputeRwa.Fleet;

namespace ComputeRwa.Telemetry;

internal static class TelemetrySetup
{
    public static void AddTelemetry(this IServiceCollection services)
    {
        services.AddReadings();
        services.AddSingleton<TelemetryWriter>();
        services.AddHostedService(s => s.GetRequiredService<TelemetryWriter>());
        services.AddSingleton<TelemetryDesk>();
        services.AddSingleton<INextSequences, NextSequences>();
        services.AddSingleton<WaitingJob>();
        services.AddHostedService(s => s.GetRequiredService<WaitingJob>());
    }
}

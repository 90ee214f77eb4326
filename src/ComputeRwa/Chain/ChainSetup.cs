using ComputeRwa.Chain.Contracts;
using ComputeRwa.Db;
using ComputeRwa.Kernel;
using Nethereum.JsonRpc.Client;
using Nethereum.Signer;

namespace ComputeRwa.Chain;

internal static class ChainSetup
{
    /// <summary>Everything that speaks to the chain, and the clock of the whole program.</summary>
    /// <exception cref="InvalidOperationException">A setting is missing or not acceptable; the message names it.</exception>
    public static void AddChain(this WebApplicationBuilder builder)
    {
        EthECKey.SignRecoverable = true; // Nethereum signs about 100 a second without it
        var options = ChainOptions.Read(builder.Configuration);
        var services = builder.Services;
        services.AddSingleton(options);
        services.AddSingleton(options.Deployment);
        var endpoints = Endpoints.At(options.RpcUrls, options.HeadQuorum);
        services.AddSingleton(endpoints.Any);
        services.AddSingleton(new HeadQuorum(endpoints));
        services.AddSingleton<ChainClient>();
        services.AddSingleton<ChainStatus>();
        services.AddSingleton<ChainSignals>();
        services.AddSingleton<ChainIdentity>();
        services.AddSingleton<SignatureCheck>();
        services.AddSingleton(new AbiCatalog(KnownContracts.Types));
        services.AddSingleton<ProjectorRunner>();
        if (options.ClockFromChain) services.AddSingleton<TimeProvider, ChainClock>();
        else services.AddSingleton(TimeProvider.System);
        foreach (var signer in options.Signers) services.AddSingleton<IHostedService>(s => ActivatorUtilities.CreateInstance<SenderJob>(s, MakeLane(s, signer)));
        services.AddHostedService(s => ActivatorUtilities.CreateInstance<WatcherJob>(s, WatcherDuty(s.GetRequiredService<Database>(), s.GetRequiredService<TimeProvider>())));
    }

    private static Lane MakeLane(IServiceProvider s, ISigner signer)
    {
        var (database, time) = (s.GetRequiredService<Database>(), s.GetRequiredService<TimeProvider>());
        return new(database, s.GetRequiredService<ChainClient>(), s.GetRequiredService<ChainOptions>() with { Packs = [.. s.GetServices<PackKind>()] }, signer, Lane.DutyOf(database, signer, time), time);
    }

    /// <summary>Reading the chain: storing blocks and logs, projecting them, making transactions final.</summary>
    public static Duty WatcherDuty(Database database, TimeProvider time) => new(database, "watcher", Duty.Term, time);

    public static IServiceCollection AddProjector<T>(this IServiceCollection services) where T : class, IProjector => services.AddSingleton<IProjector, T>();

    /// <summary>Claims the database for the deployment and looks at the node. A node that does not answer yet is waited for by the jobs.</summary>
    /// <exception cref="InvalidOperationException">The database or the node belongs to another chain.</exception>
    public static async Task StartChain(this WebApplication app, DateTimeOffset now)
    {
        var services = app.Services;
        await ChainIdentity.Claim(services.GetRequiredService<Database>(), services.GetRequiredService<Deployment>(), now);
        try
        {
            await services.GetRequiredService<ChainIdentity>().Verify();
            services.GetRequiredService<ChainStatus>().Saw(await services.GetRequiredService<ChainClient>().LatestBlock());
        }
        catch (UnavailableException e)
        {
            app.Logger.LogWarning("{Reason} Starting without it; nothing is sent or read until it does ({Cause})", e.Message, e.InnerException?.InnerException?.Message);
        }
    }

    public static void UseChain(this WebApplication app)
    {
        app.UseMiddleware<Pacing>();
        if (app.Services.GetRequiredService<ChainOptions>().ClockFromChain) app.UseMiddleware<ChainClockRefresh>();
    }

    public static void MapChain(this IEndpointRouteBuilder app)
    {
        app.MapTransactions();
        app.MapChainView();
        app.MapHealth();
    }
}

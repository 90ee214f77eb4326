using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Db;
using ComputeRwa.Kernel;
using ComputeRwa.Parties;
using ComputeRwa.Tests.Support;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Nethereum.JsonRpc.Client;

namespace ComputeRwa.Tests.Chain;

/// <summary>The time of a simulation, for clocks and for time stamps.</summary>
internal sealed class SimulatedTime : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 8, 1, 0, 0, 0, TimeSpan.Zero);

    private TimeSpan _passed = TimeSpan.FromDays(1);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _passed.Ticks;

    public override DateTimeOffset GetUtcNow() => Start + _passed;

    public void Pass(TimeSpan time) => _passed += time;
}

/// <summary>What a seed is about, besides what happens in it.</summary>
/// <param name="Confirmations">above the deepest reorganisation, or so few that what is final can be undone</param>
/// <param name="HasStrangers">whether something else uses the first lane's key</param>
/// <param name="PackGas">up to which originations share a transaction; 0 for never</param>
/// <param name="PacksRunShort">whether packs get too little gas, and fail as a whole</param>
/// <param name="MostAtOnce">what a step takes; as much as that leaves more to be handed over during the next</param>
internal sealed record Regime(
    int Lanes, int Nodes, int Confirmations, bool HasStrangers, TimeSpan LagPatience, int BumpAfterBlocks, long PackGas, bool PacksRunShort, int MostAtOnce)
{
    /// <summary>Whether final is final.</summary>
    public bool IsDeep => Confirmations > SimulatedChain.Deepest;

    public static Regime Of(Random random)
    {
        var (lanes, nodes, isDeep) = (random.Next(10) < 7 ? 1 : 2, random.Next(10) < 7 ? 1 : 3, random.Next(10) < 7);
        return new(lanes, nodes, isDeep ? SimulatedChain.Deepest + 1 : random.Next(1, 4), isDeep && lanes == 1 && random.Next(10) < 3,
            random.Next(2) == 0 ? TimeSpan.Zero : TimeSpan.FromMinutes(10), random.Next(2, 6),
            random.Next(3) == 0 ? 0 : random.Next(1_000_000, 3_000_000), random.Next(6) == 0, random.Next(2) == 0 ? random.Next(1, 5) : Sender.BatchSize);
    }
}

/// <summary>One of several programs over one database: its connections, its way to the chain, and its jobs.</summary>
internal sealed class SimulatedReplica : IHostApplicationLifetime, IDisposable
{
    /// <summary>So long that it ends only when the simulation lets time pass.</summary>
    public static readonly TimeSpan Term = TimeSpan.FromHours(1);

    private readonly ChainSignals _signals;

    public SimulatedReplica(string name, Database database, SimulatedWire wire, ChainOptions options, Regime regime, TimeProvider time)
    {
        (Name, Database, Wire, _signals) = (name, database, wire, new(database));
        var endpoints = MakeEndpoints(wire, regime, time);
        var (client, status) = (new ChainClient(endpoints.Any), new ChainStatus());
        var identity = new ChainIdentity(client, options, this, NullLogger<ChainIdentity>.Instance);
        var catalog = new AbiCatalog(KnownContracts.Types);
        foreach (var signer in options.Signers)
        {
            var duty = new Duty(database, Lane.DutyOf(database, signer, time).Name, Term, time);
            Jobs.Add((duty.Name, new SenderJob(new(database, client, options, signer, duty, time), identity, status, _signals, catalog, NullLogger<SenderJob>.Instance)));
        }
        var reading = new Duty(database, ChainSetup.WatcherDuty(database, time).Name, Term, time);
        Jobs.Add((reading.Name, new WatcherJob(database, client, new(endpoints), options, identity, status, _signals,
            new(database, [new TransferRecorder(), new MembershipProjector(options.Deployment)]), reading, time, NullLogger<WatcherJob>.Instance)));
    }

    public string Name { get; }
    public Database Database { get; }
    public SimulatedWire Wire { get; }

    /// <summary>The senders in the order of lanes, and the watcher last, each with the name of its duty.</summary>
    public List<(string Duty, ChainJob Job)> Jobs { get; } = [];

    /// <summary>A step that stands still in the middle.</summary>
    public (string Duty, Task Step)? Frozen { get; set; }

    /// <summary>It found another chain, and asked to be stopped.</summary>
    public bool HasGivenUp { get; private set; }

    public CancellationToken ApplicationStarted => default;
    public CancellationToken ApplicationStopping => default;
    public CancellationToken ApplicationStopped => default;
    public void StopApplication() => HasGivenUp = true;

    public void Dispose()
    {
        foreach (var (_, job) in Jobs) job.Dispose();
        _signals.Dispose();
        Wire.Dispose();
    }

    private static Endpoints MakeEndpoints(SimulatedWire wire, Regime regime, TimeProvider time)
    {
        Uri[] urls = [.. Enumerable.Range(0, regime.Nodes).Select(SimulatedWire.NodeUrl)];
        if (urls.Length == 1) return Endpoints.Of(Client(urls[0], wire));
        return new(Client(urls[0], new FailoverHandler(urls, time, wire)), [.. urls.Select(url => Client(url, wire))], urls.Length / 2 + 1);
    }

    private static RpcClient Client(Uri url, HttpMessageHandler wire) => new(url, new HttpClient(wire, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan });
}

using System.Data.Common;
using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Tests.Support;
using Nethereum.JsonRpc.Client;

namespace ComputeRwa.Tests.Chain;

/// <summary>A chain, a database and replicas, and all that can be done to them. What may never happen is looked for while it is done.</summary>
internal sealed class SimulationWorld : IAsyncDisposable
{
    private const string Fingerprint =
        """
        SELECT 'tx', id, state, COALESCE(hash, ''), attempts, COALESCE(block_number, 0) FROM transactions UNION ALL
        SELECT 'lane', address, spent, '', next_nonce, 0 FROM signer_lanes UNION ALL SELECT 'variant', hash, state, '', 0, 0 FROM transaction_variants UNION ALL
        SELECT 'block', hash, '', '', number, 0 FROM chain_blocks UNION ALL
        SELECT 'transfer', recipient, amount, '', position, block_number FROM recorded_transfers UNION ALL
        SELECT 'cursor', projector, '', '', position, 0 FROM projector_cursors UNION ALL SELECT 'feed', '', '', '', COUNT(*), 0 FROM feed
        """;

    private readonly List<string> _violations = [];
    private readonly Dictionary<string, (string State, string? Hash)> _ends = [];
    private int _replicas;

    private SimulationWorld(SimulatedChain chain, ScratchDatabase scratch, ChainOptions options, Regime regime, SimulatedTime time) =>
        (Chain, Scratch, Options, Regime, Time) = (chain, scratch, options, regime, time);

    public SimulatedChain Chain { get; }
    public ScratchDatabase Scratch { get; }
    public ChainOptions Options { get; }
    public Regime Regime { get; }
    public SimulatedTime Time { get; }
    public List<SimulatedReplica> Replicas { get; } = [];

    /// <summary>Hashes of transactions that something else sent with the first lane's key.</summary>
    public HashSet<string> Strangers { get; } = [];

    public static async Task<SimulationWorld> Create(SimulatedChain chain, Deployment deployment, Regime regime, IReadOnlyList<ISigner> signers)
    {
        var scratch = await ScratchDatabase.Make();
        await TransferRecorder.MakeTable(scratch);
        var packs = LeaseContracts.OriginationPacks(deployment);
        var since = deployment with { DeployedAtBlock = chain.Base };
        var options = new ChainOptions(SimulatedWire.NodeUrl(0), since, signers, regime.Confirmations, ClockFromChain: false, TimeSpan.FromSeconds(1))
        {
            Watched = [.. LogFilter.Of(deployment), new([Address.Parse(deployment.Contracts.TestDollar)], [])],
            LagPatience = regime.LagPatience,
            Limits = SendLimits.Standard with { BumpAfterBlocks = regime.BumpAfterBlocks, PackGas = regime.PackGas, MostAtOnce = regime.MostAtOnce },
            Packs = [regime.PacksRunShort ? packs with { ItemGas = 100_000, SpareGas = 600_000 } : packs],
        };
        var world = new SimulationWorld(chain, scratch, options, regime, new());
        world.Start(wrongChain: false);
        return world;
    }

    public SimulatedReplica Start(bool wrongChain)
    {
        var database = Scratch.OpenAgain();
        var name = $"r{++_replicas}";
        var replica = new SimulatedReplica(name, database, new(Chain, raws => LookAt(name, database, raws)) { WrongChain = wrongChain }, Options, Regime, Time);
        Replicas.Add(replica);
        return replica;
    }

    // ── steps ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    /// <summary>One step of one job, which may stop in the middle.</summary>
    /// <returns>whether it is worth going on, or what it failed with</returns>
    public async Task<(bool More, Exception? Failure)> Step(SimulatedReplica replica, int job, Fault? fault = null, int after = 0)
    {
        if (fault is { } planned) replica.Wire.Plan(planned, after);
        var (duty, it) = replica.Jobs[job];
        var step = Whole(it);
        await Task.WhenAny(step, replica.Wire.Stopped);
        replica.Wire.Clear();
        if (!step.IsCompleted)
        {
            replica.Frozen = (duty, step);
            return (false, null);
        }
        return await End(replica, step);
    }

    /// <summary>A step, and what it has left on its way to the node: the same seed is the same story.</summary>
    private static async Task<bool> Whole(ChainJob job)
    {
        var more = await job.Step();
        if (job is SenderJob sender) await sender.EndHandOver();
        return more;
    }

    /// <summary>Lets a replica go on that stood still. If another has its duty by then, it must change nothing.</summary>
    public async Task<Exception?> Wake(SimulatedReplica replica)
    {
        var (duty, step) = replica.Frozen!.Value;
        replica.Frozen = null;
        var before = await Holder(duty) != replica.Database.Replica ? await Contents() : null;
        replica.Wire.GoOn();
        var (_, failure) = await End(replica, step);
        // It may have stood still before it took the duty, and have taken it properly since.
        if (before is null || await Holder(duty) == replica.Database.Replica) return failure;
        var changed = (await Contents()).Except(before).ToList();
        if (changed.Count > 0) _violations.Add($"{replica.Name} woke without {duty} and wrote {string.Join("; ", changed)}");
        return failure;
    }

    private async Task<(bool More, Exception? Failure)> End(SimulatedReplica replica, Task step)
    {
        var failure = await Record.ExceptionAsync(() => step);
        if (replica.HasGivenUp) Remove(replica);
        if (failure is not null && !IsExpected(failure)) _violations.Add($"{replica.Name} failed with {failure}");
        return (failure is null && ((Task<bool>)step).Result, failure);
    }

    /// <summary>As when a process ends: whatever it was doing is never done.</summary>
    public void Remove(SimulatedReplica replica) => Replicas.Remove(replica);

    private static bool IsExpected(Exception e) => e switch
    {
        UnavailableException or DutyLostException or RpcResponseException => true,
        DbException broken => broken.Message.Contains("broken", StringComparison.Ordinal),
        AggregateException many => many.InnerExceptions.All(one => IsExpected(one.InnerException ?? one)),
        InvalidOperationException said => said.Message.StartsWith("The node ", StringComparison.Ordinal),
        _ => false,
    };

    // ── time ──────────────────────────────────────────────────────────────────────────────────────────────────────────

    /// <summary>For this machine's clocks and for the database's.</summary>
    public Task Pass(TimeSpan time)
    {
        Time.Pass(time);
        return Scratch.Write(tx => tx.Execute("UPDATE duties SET until = until - @ms", new { ms = (long)time.TotalMilliseconds }));
    }

    // ── what may never happen ─────────────────────────────────────────────────────────────────────────────────────────

    public void Check()
    {
        if (_violations.Count > 0) throw new InvalidOperationException(string.Join(Environment.NewLine, _violations));
    }

    /// <summary>What has ended stays as it ended, where no reorganisation reaches as deep as what counts as final.</summary>
    public async Task CheckEnds()
    {
        if (!Regime.IsDeep) return;
        var rows = await Scratch.Read(tx => tx.Query<(string Id, string State, string? Hash)>(
            "SELECT id, state, hash FROM transactions WHERE state IN ('final', 'failed', 'replaced')"));
        var ended = rows.ToDictionary(r => r.Id, r => (r.State, r.Hash));
        foreach (var (id, end) in _ends)
            if (!ended.TryGetValue(id, out var now) || now != end) _violations.Add($"{id} had ended as {end}, and now is {now}");
        foreach (var (id, end) in ended) _ends[id] = end;
        Check();
    }

    /// <summary>Bytes leave a replica only when they are stored, and while nobody else can have the lane.</summary>
    private async Task LookAt(string name, Database database, IReadOnlyList<string> raws)
    {
        var stored = await Scratch.Read(tx => tx.Query<string>(
            "SELECT raw FROM transactions WHERE raw IN @raws UNION SELECT raw FROM transaction_variants WHERE raw IN @raws", new { raws = raws.ToArray() }));
        if (stored.Count < raws.Distinct().Count()) _violations.Add($"{name} sends bytes that are not stored");
        if (!ScratchDatabase.IsPostgres) return; // SQLite belongs to one process, where no lane needs to expire
        var lanes = await Scratch.Read(tx => tx.Query<string>("SELECT DISTINCT signer FROM transactions WHERE raw IN @raws", new { raws = raws.ToArray() }));
        foreach (var lane in lanes)
            if (await Holder($"lane:{lane}") != database.Replica) _violations.Add($"{name} broadcasts for {lane}, which another has");
    }

    private Task<string?> Holder(string duty) => Scratch.Read(tx => tx.First<string>("SELECT holder FROM duties WHERE name = @duty", new { duty }));

    private async Task<List<string>> Contents()
    {
        var rows = await Scratch.Read(tx => tx.Query<(string, string, string, string, long, long)>(Fingerprint));
        return [.. rows.Select(r => $"{r}").Order(StringComparer.Ordinal)];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in Replicas) replica.Dispose();
        await Scratch.DisposeAsync();
    }
}

using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Tests.Support;

namespace ComputeRwa.Tests.Chain;

/// <summary>How often what happened.</summary>
internal sealed class Happenings
{
    public int Commands { get; set; }
    public int Steps { get; set; }
    public int Kills { get; set; }
    public int Pauses { get; set; }
    public int Takeovers { get; set; }
    public int Faults { get; set; }
    public int BrokenWrites { get; set; }
    public int FeeSpikes { get; set; }
    public int Strangers { get; set; }
    public SortedDictionary<int, int> Reorganisations { get; } = [];

    public int Packs { get; set; }
    public int Packed { get; set; }

    public override string ToString() =>
        $"{Commands} commands ({Packed} in {Packs} packs), {Steps} steps, {Kills} kills, {Pauses} pauses ({Takeovers} with a takeover), {Faults} faults of the wire, {BrokenWrites} broken writes, "
        + $"{FeeSpikes} fee spikes, {Strangers} strangers' transactions, reorganisations by depth {string.Join(" ", Reorganisations.Select(r => $"{r.Key}:{r.Value}"))}";
}

/// <summary>What happens in a seed, one action after the other, all of it drawn from one random sequence.</summary>
internal sealed class SimulationScript(SimulationWorld world, SimulatedClient client, Random random, Happenings happenings)
{
    private const int Actions = 90;
    private const int MostReplicas = 3;

    private static readonly Fault[] WireFaults = [.. Enum.GetValues<Fault>().Where(f => f is not (Fault.StopsBefore or Fault.StopsAfter))];

    private static readonly (string Moment, string When)[] Moments =
    [
        ("UPDATE ON transactions", "NEW.state = 'signed'"), ("UPDATE ON transactions", "NEW.state = 'broadcast'"), ("UPDATE ON transactions", "NEW.state = 'mined'"),
        ("UPDATE ON transactions", "NEW.state IN ('final', 'failed')"), ("UPDATE ON transactions", "NEW.seq > 3"), ("INSERT ON transaction_variants", "NEW.is_empty = 0"),
        ("UPDATE ON signer_lanes", "NEW.next_nonce > 0"), ("INSERT ON chain_blocks", "NEW.number > 0"), ("INSERT ON chain_logs", "NEW.log_index >= 0"),
        ("INSERT ON recorded_transfers", "NEW.position > 0"), ("INSERT ON memberships", "NEW.position > 0"), ("INSERT ON projector_cursors", "NEW.position > 0"),
        ("UPDATE ON projector_cursors", "NEW.position > 0"), ("INSERT ON feed", "NEW.seq > 0"), ("DELETE ON chain_blocks", "OLD.number > 0"),
    ];

    private readonly List<string> _log = [];

    public IEnumerable<string> Last => _log.TakeLast(40);

    public async Task Run()
    {
        for (var i = 0; i < Actions; i++)
        {
            if (world.Replicas.Count == 0) world.Start(wrongChain: false);
            await Act();
            world.Check();
            if (i % 10 == 9) await world.CheckEnds();
        }
        await Heal();
        await world.CheckEnds();
        var (packs, packed) = await world.Scratch.Read(async tx => (
            await tx.Single<long>("SELECT COUNT(*) FROM transactions WHERE kind = 'pack'"), await tx.Single<long>("SELECT COUNT(*) FROM transactions WHERE pack_id IS NOT NULL")));
        (happenings.Packs, happenings.Packed) = (happenings.Packs + (int)packs, happenings.Packed + (int)packed);
    }

    private void Note(string what) => _log.Add($"{_log.Count}: {what} (head {world.Chain.Head})");

    private async Task Act()
    {
        var dice = random.Next(100);
        if (dice < 17) await Enqueue();
        else if (dice < 44) await Step(Awake());
        else if (dice < 56) await Mine();
        else if (dice < 68) await Step(Awake(), WireFaults[random.Next(WireFaults.Length)]);
        else if (dice < 73) await Pause();
        else if (dice < 77) await Kill();
        else if (dice < 82) await BreakWrites();
        else if (dice < 86) await Reorganise();
        else if (dice < 89) await Spike();
        else if (dice < 92) await Wake();
        else if (dice < 94) await Pass();
        else if (dice < 96) Lag();
        else if (dice < 98) await Drop();
        else if (world.Regime.HasStrangers) await Stranger();
        else await StartAnother();
    }

    private SimulatedReplica? Awake()
    {
        var awake = world.Replicas.FindAll(r => r.Frozen is null);
        return awake.Count == 0 ? null : awake[random.Next(awake.Count)];
    }

    // ── clients and replicas ──────────────────────────────────────────────────────────────────────────────────────────

    private async Task Enqueue()
    {
        var before = client.Acknowledged.Count;
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var through = world.Replicas[random.Next(world.Replicas.Count)].Database;
            Note($"enqueues {await client.Enqueue(through, mayDepend: world.Regime is { IsDeep: true, Lanes: 1, HasStrangers: false })}");
        }
        happenings.Commands += client.Acknowledged.Count - before;
    }

    private async Task<Exception?> Step(SimulatedReplica? replica, Fault? fault = null, int after = -1, int job = -1)
    {
        if (replica is null) return null;
        if (job < 0) job = random.Next(3) == 0 ? replica.Jobs.Count - 1 : random.Next(replica.Jobs.Count - 1);
        if (after < 0) after = random.Next(4);
        var happened = replica.Wire.Happened;
        var (more, failure) = await world.Step(replica, job, fault, after);
        happenings.Steps++;
        if (fault is not null && replica.Frozen is null) happenings.Faults += replica.Wire.Happened - happened;
        var (how, end) = (fault is null ? "" : $" with {fault} after {after}", replica.Frozen is null ? failure?.Message ?? $"{more}" : "stands still");
        Note($"{replica.Name} steps {replica.Jobs[job].Duty[..7]}{how}: {end}");
        return failure;
    }

    /// <summary>A replica stands still, perhaps for so long that another takes its work over; then it wakes.</summary>
    private async Task Pause()
    {
        if (Awake() is not { } replica) return;
        await Step(replica, random.Next(2) == 0 ? Fault.StopsBefore : Fault.StopsAfter);
        if (replica.Frozen is null) return;
        happenings.Pauses++;
        if (random.Next(3) == 0) return; // it wakes sometime later
        if (random.Next(3) > 0)
        {
            happenings.Takeovers++;
            await world.Pass(SimulatedReplica.Term * 1.5);
            if (Awake() is null && world.Replicas.Count < MostReplicas) world.Start(wrongChain: false);
            for (var i = 0; i < 4; i++) await Step(Awake());
        }
        if (random.Next(3) > 0) await Mine();
        if (random.Next(4) == 0) await Reorganise();
        await Wake(replica);
    }

    private async Task Wake()
    {
        if (world.Replicas.Find(r => r.Frozen is not null) is { } frozen) await Wake(frozen);
    }

    private async Task Wake(SimulatedReplica replica)
    {
        var duty = replica.Frozen!.Value.Duty[..7];
        var failure = await world.Wake(replica);
        Note($"{replica.Name} wakes in {duty}: {failure?.Message ?? "goes on"}");
    }

    /// <summary>In the middle of a step or between two; its lanes are free when their term is over.</summary>
    private async Task Kill()
    {
        if (Awake() is not { } replica) return;
        if (random.Next(4) > 0) await Step(replica, random.Next(2) == 0 ? Fault.StopsBefore : Fault.StopsAfter);
        happenings.Kills++;
        world.Remove(replica);
        Note($"{replica.Name} is killed");
        if (random.Next(2) == 0) await world.Pass(SimulatedReplica.Term * 1.5);
        if (random.Next(3) > 0 || world.Replicas.Count == 0) world.Start(wrongChain: false);
    }

    private async Task StartAnother()
    {
        if (world.Replicas.Count >= MostReplicas) return;
        var replica = world.Start(wrongChain: random.Next(3) == 0);
        Note($"{replica.Name} starts{(replica.Wire.WrongChain ? " before a node of another chain" : "")}");
        if (!replica.Wire.WrongChain) return;
        await Step(replica);
        happenings.Faults++;
        if (world.Replicas.Remove(replica)) throw new InvalidOperationException($"{replica.Name} did not give up before a node of another chain.");
    }

    private async Task BreakWrites()
    {
        if (Awake() is not { } replica) return;
        var (moment, when) = Moments[random.Next(Moments.Length)];
        await world.Scratch.Break(moment, when);
        Note($"every {moment} where {when} fails");
        var failure = await Step(replica);
        await world.Scratch.Mend();
        if (failure is null) return;
        happenings.BrokenWrites++;
        if (random.Next(2) > 0) return;
        happenings.Kills++;
        world.Remove(replica);
        await world.Pass(SimulatedReplica.Term * 1.5);
        Note($"{replica.Name} is killed");
    }

    private async Task Pass()
    {
        var time = random.Next(2) == 0 ? TimeSpan.FromMinutes(random.Next(1, 15)) : SimulatedReplica.Term * 1.5;
        await world.Pass(time);
        Note($"{time} passes");
    }

    // ── the chain ─────────────────────────────────────────────────────────────────────────────────────────────────────

    private async Task Mine()
    {
        if (random.Next(8) == 0) await world.Chain.BlockGas(random.Next(2) == 0 ? 250_000 : 60_000_000);
        await world.Chain.Mine(random.Next(10) == 0 ? random.Next(4, 10) : random.Next(1, 3));
        Note("blocks are mined");
    }

    /// <summary>Undone transactions come back all, or some, in another order, or not by themselves.</summary>
    private async Task Reorganise()
    {
        var depth = Math.Min(world.Chain.Depth, random.Next(3) == 0 ? random.Next(1, SimulatedChain.Deepest + 1) : random.Next(1, 4));
        if (depth == 0) return;
        await world.Chain.Undo(depth);
        var hashes = world.Chain.Sent.ToArray();
        random.Shuffle(hashes);
        var (keep, blocks, apart) = (random.Next(4), Math.Max(0, depth + random.Next(-2, 3)), random.Next(4) == 0 ? 2 : 3);
        if (keep == 0)
            foreach (var hash in hashes) await world.Chain.Drop(hash);
        if (keep > 1)
            foreach (var hash in hashes.Where(_ => keep == 3 || random.Next(2) == 0)) await world.Chain.SendAgain(hash);
        await world.Chain.Mine(blocks, apart);
        happenings.Reorganisations[depth] = happenings.Reorganisations.GetValueOrDefault(depth) + 1;
        var back = keep switch { 0 => "nothing", 1 => "what waited then", 2 => "some", _ => "all" };
        Note($"{depth} blocks are undone and {blocks} others follow; {back} comes back");
    }

    private async Task Spike()
    {
        var gwei = new[] { 1, 5, 40, 120, 300, 900 }[random.Next(6)];
        await world.Chain.BaseFee(gwei);
        happenings.FeeSpikes++;
        Note($"the base fee is {gwei} gwei");
    }

    private void Lag()
    {
        var replica = world.Replicas[random.Next(world.Replicas.Count)];
        var node = random.Next(world.Regime.Nodes);
        replica.Wire.Lags[node] = replica.Wire.Lags[node] > 0 ? 0 : random.Next(1, 6);
        happenings.Faults++;
        Note($"node {node} of {replica.Name} lags by {replica.Wire.Lags[node]}");
    }

    private async Task Drop()
    {
        foreach (var hash in world.Chain.Sent.Where(_ => random.Next(2) == 0)) await world.Chain.Drop(hash);
        happenings.Faults++;
        Note("the node's pool loses some");
    }

    private async Task Stranger()
    {
        var signer = world.Options.Operator;
        var nonce = SimulatedChain.Number(await world.Chain.Ask("eth_getTransactionCount", signer.Address.Value, "pending"));
        var signed = await signer.Sign(new(world.Options.Deployment.ChainId, nonce, new(2_000_000_000_000, 1), 30_000, signer.Address, UnsignedTransaction.NoData));
        world.Strangers.Add(signed.Hash.Value);
        world.Chain.Took(signed.Hash.Value, signed.Raw);
        await world.Chain.SendAgain(signed.Hash.Value);
        happenings.Strangers++;
        Note($"a stranger sends nonce {nonce}");
    }

    // ── the end ───────────────────────────────────────────────────────────────────────────────────────────────────────

    /// <summary>All goes well from now on, until nothing is left to do.</summary>
    private async Task Heal()
    {
        foreach (var replica in world.Replicas.Where(r => r.Frozen is not null).ToList()) await Wake(replica);
        foreach (var replica in world.Replicas) Array.Clear(replica.Wire.Lags);
        if (world.Replicas.Count == 0) world.Start(wrongChain: false);
        await world.Chain.BlockGas(60_000_000);
        await world.Chain.BaseFee(1);
        Note("all is healed");
        await world.Pass(SimulatedReplica.Term * 1.5);
        for (var round = 0; round < 60; round++)
        {
            var moved = false;
            foreach (var replica in world.Replicas.ToList())
                for (var job = 0; job < replica.Jobs.Count; job++) moved |= await Settle(replica, job);
            world.Check();
            if (!moved && await IsSettled()) return;
            await world.Chain.Mine(4);
            await world.Pass(TimeSpan.FromMinutes(1));
        }
        throw new InvalidOperationException($"There is no end: something waits for ever.{await Waiting()}");
    }

    private async Task<string> Waiting()
    {
        var open = await world.Scratch.Read(tx => tx.Query<(long, string, string, string, long?, long, string?, string?)>(
            "SELECT seq, command_id, state, subject, nonce, attempts, error, pack_id FROM transactions WHERE state NOT IN ('final', 'failed', 'replaced') ORDER BY seq"));
        return string.Concat(open.Select(row => $"{Environment.NewLine}    {row}"));
    }

    private async Task<bool> Settle(SimulatedReplica replica, int job)
    {
        var moved = false;
        for (var i = 0; i < 200; i++)
        {
            var (more, failure) = await world.Step(replica, job);
            if (failure is not null and not DutyLostException) throw new InvalidOperationException($"{replica.Name} fails though all is well: {failure}");
            if (!more && failure is null) return moved;
            moved |= more;
        }
        throw new InvalidOperationException($"{replica.Name} never rests.");
    }

    private async Task<bool> IsSettled()
    {
        var (open, read) = await world.Scratch.Read(async tx => (
            await tx.Single<long>("SELECT COUNT(*) FROM transactions WHERE state NOT IN ('final', 'failed', 'replaced')"),
            await tx.Single<long?>("SELECT MAX(number) FROM chain_blocks")));
        return open == 0 && read == world.Chain.Head;
    }
}

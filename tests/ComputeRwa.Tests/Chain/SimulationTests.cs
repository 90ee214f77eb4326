using System.Diagnostics;
using System.Globalization;
using System.Text;
using ComputeRwa.Chain;
using ComputeRwa.Kernel;
using ComputeRwa.Tests.Support;
using Xunit.Abstractions;

namespace ComputeRwa.Tests.Chain;

/// <summary>
/// The chain gateway under everything that can happen to it, from seeds: replicas that stop anywhere, wires, writes and nodes that fail,
/// reorganisations and fees. 25 seeds, 1,000 with COMPUTERWA_PROFILE=full; COMPUTERWA_SEED=N or N-M runs those.
/// </summary>
[Trait("group", "simulation")]
[Trait("engine", "both")]
[StartsEarly(2)]
public sealed class SimulationTests(HardhatNode node, ITestOutputHelper output) : IClassFixture<HardhatNode>
{
    private const int MostFailures = 5;

    [Fact]
    public async Task Whatever_happens_each_command_takes_effect_once()
    {
        Nethereum.Signer.EthECKey.SignRecoverable = true;
        using var http = new HttpClient { BaseAddress = node.Url };
        var deployment = Deployment.Read(await node.Deployment());
        await new Originator(deployment).Prepare(node, System.Numerics.BigInteger.Pow(10, 18));
        var (snapshot, happenings, failures, seeds, clock) = (await node.Snapshot(), new Happenings(), new List<string>(), 0, Stopwatch.StartNew());
        foreach (var seed in Seeds())
        {
            var random = new Random(seed);
            var regime = Regime.Of(random);
            ISigner[] signers = [.. Enumerable.Range(0, regime.Lanes).Select(lane => Key(seed, lane))];
            var chain = new SimulatedChain(http);
            snapshot = await chain.Begin(snapshot, signers.Select(s => s.Address.Value));
            if (await Run(seed, chain, deployment, regime, signers, random, happenings) is { } failure) failures.Add(failure);
            seeds++;
            if (failures.Count == MostFailures) break;
        }
        var summary = $"simulation on {ScratchDatabase.Engine}: {seeds} seeds, {failures.Count} failed, {happenings}, {clock.Elapsed.TotalSeconds:0} s";
        output.WriteLine(summary);
        Console.WriteLine(summary);
        Assert.True(failures.Count == 0, string.Join(Environment.NewLine + Environment.NewLine, failures));
    }

    /// <returns>what is wrong, and what led to it</returns>
    private static async Task<string?> Run(
        int seed, SimulatedChain chain, Deployment deployment, Regime regime, IReadOnlyList<ISigner> signers, Random random, Happenings happenings)
    {
        await using var world = await SimulationWorld.Create(chain, deployment, regime, signers);
        var client = new SimulatedClient(random, deployment, signers, seed, world.Time);
        var script = new SimulationScript(world, client, random, happenings);
        var stopped = await Record.ExceptionAsync(script.Run);
        var wrong = stopped is not null ? [stopped.ToString()] : await SimulationVerdict.Of(world, client);
        if (wrong.Count == 0) return null;
        var title = $"Seed {seed} (COMPUTERWA_SEED={seed} runs it alone), {regime}:";
        return string.Join(Environment.NewLine, [title, .. wrong.Select(w => $"  {w}"), "The last that happened:", .. script.Last.Select(l => $"  {l}")]);
    }

    /// <summary>Begins with a one, since a key that begins with a zero byte is not taken.</summary>
    private static OperatorKey Key(int seed, int lane) => OperatorKey.Parse($"0x01{Keccak.Hash(Encoding.UTF8.GetBytes($"{seed}:{lane}")).Value[4..]}");

    private static IEnumerable<int> Seeds()
    {
        if (Environment.GetEnvironmentVariable("COMPUTERWA_SEED") is not { Length: > 0 } text)
            return Enumerable.Range(1, Environment.GetEnvironmentVariable("COMPUTERWA_PROFILE") == "full" ? 1_000 : 25);
        var ends = text.Split('-').Select(part => int.Parse(part, CultureInfo.InvariantCulture)).ToList();
        return Enumerable.Range(ends[0], ends[^1] - ends[0] + 1);
    }
}

using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Settlement;
using ComputeRwa.Tests.Leases;
using ComputeRwa.Tests.Support;
using Nethereum.Contracts;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.JsonRpc.Client;
using Xunit.Abstractions;

namespace ComputeRwa.Tests.Verify;

/// <summary>
/// Trees of random leaves, right and wrong, posted to a real EpochLedger: what it says of each step against what Rent.cs and the C# tree say.
/// 400 steps and as many pairs, 6,000 with COMPUTERWA_PROFILE=full.
/// </summary>
[Collection(HardhatCollection.Name)]
public class DisputeDifferentialTests(HardhatNode node, ITestOutputHelper output)
{
    private const string Cancels = "cancels";
    private const string IsRight = "StepIsRight";

    private static readonly int Count = Environment.GetEnvironmentVariable("COMPUTERWA_PROFILE") == "full" ? 6_000 : 400;

    /// <summary>A world whose three leases all begin with its first epoch.</summary>
    private static readonly int Seed = Enumerable.Range(1, 1_000).First(seed =>
        History.Of(seed, new(Deployments.Example, World.FirstEpoch, t => t)) is { Leases.Count: 3 } world && world.Leases.All(l => l.Terms.StartEpoch == World.FirstEpoch));

    private readonly AbiCatalog _catalog = new(KnownContracts.Types);

    /// <param name="Before">the place of the previous leaf that is shown</param>
    private sealed record Case(WorldLease Lease, EpochLeaf Leaf, MeteringRecord Shown, int Before, bool OtherProof, string Expected);

    [Fact]
    public async Task Both_find_the_same_steps_wrong()
    {
        var (history, before, cases, trees) = await Stage();
        var epoch = (uint)history.World.Leases[0].Terms.StartEpoch + 1;
        var (differences, seen) = (new List<string>(), new Dictionary<string, int>());
        for (var i = 0; i < cases.Count; i++)
        {
            var c = cases[i];
            var proof = trees[1].Proof(c.OtherProof ? (i + 1) % cases.Count : i);
            var step = new Step(trees[1].Root, c.Lease.Terms, before[c.Before], c.Leaf, c.Shown, trees[0].Proof(c.Before), proof);
            var answer = await Ask(history, new EpochLedger.Challenge { Epoch = epoch, Step = step.ToDto() });
            if (answer != c.Expected) differences.Add($"leaf {i}: C# {c.Expected}, EVM {answer}: {c}");
            seen[answer] = seen.GetValueOrDefault(answer) + 1;
        }
        Report("steps", cases.Count, seen, differences);
        Assert.All([Cancels, IsRight, "RecordMismatch", "OtherLease", "UnknownRoot"], what => Assert.True(seen.GetValueOrDefault(what) >= Count / 100, $"{what}: too few"));
    }

    [Fact]
    public async Task Both_find_the_same_leaves_to_be_two_of_one_lease()
    {
        var (history, _, cases, trees) = await Stage();
        var epoch = (uint)history.World.Leases[0].Terms.StartEpoch + 1;
        var random = new Random(Seed);
        var (differences, seen) = (new List<string>(), new Dictionary<string, int>());
        for (var i = 0; i < cases.Count; i++)
        {
            var j = random.Next(10) == 0 ? i : random.Next(cases.Count);
            var (a, b) = (cases[i].Leaf, cases[j].Leaf);
            var answer = await Ask(history, new EpochLedger.ChallengeTwoLeaves
            {
                Epoch = epoch, A = Syncing.ToDto(a), ProofA = Bytes(trees[1].Proof(i)), B = Syncing.ToDto(b), ProofB = Bytes(trees[1].Proof(j)),
            });
            var expected = a.LeaseId != b.LeaseId ? "OtherLease" : a == b ? "SameLeaf" : Cancels;
            if (answer != expected) differences.Add($"leaves {i} and {j}: C# {expected}, EVM {answer}");
            seen[answer] = seen.GetValueOrDefault(answer) + 1;
        }
        Report("pairs of leaves", cases.Count, seen, differences);
        Assert.All([Cancels, "OtherLease", "SameLeaf"], what => Assert.True(seen.GetValueOrDefault(what) >= Count / 50, $"{what}: too few"));
    }

    /// <summary>Three leases, the last of which ends with its first epoch; two pending roots, of leaves before and of leaves to judge.</summary>
    private async Task<(History History, List<EpochLeaf> Before, List<Case> Cases, MerkleTree[] Trees)> Stage()
    {
        var number = 0;
        var history = await History.Begin(node, Seed, terms => terms with { Epochs = ++number == 3 ? 1u : 4u, NoticeEpochs = 1, GraceEpochs = 0 }, ["--window", "3600"]);
        var leases = history.World.Leases;
        Assert.Equal([4u, 4u, 1u], leases.Select(l => l.Terms.Epochs));
        var start = leases[0].Terms.StartEpoch;
        Assert.All(leases, l => Assert.Equal(start, l.Terms.StartEpoch));

        var random = new Random(Seed);
        var inputs = RentCases.Random(Seed, Count).ToList();
        var before = inputs.Select((c, i) => c.Previous with { LeaseId = leases[i % 3].Id, Epoch = start, RecordHash = c.Record.EvidenceHash }).ToList();
        var cases = inputs.Select((c, i) => Make(random, leases, before, i, c.Record with { LeaseId = leases[i % 3].Id, Epoch = start + 1 })).ToList();
        MerkleTree[] trees = [MerkleTree.Of(before.ConvertAll(l => l.Hash())), MerkleTree.Of(cases.ConvertAll(c => c.Leaf.Hash()))];
        await history.MoveTo((start + 2) * World.EpochSeconds);
        for (var i = 0; i < 2; i++)
            await history.Post(RootMessage.Of(start + i, 0, trees[i].Root, i == 0 ? Hash32.Zero : trees[0].Root, new(Count, 0, 0, 0), Hash32.Zero), History.Attestors());
        return (history, before, cases, trees);
    }

    private static Case Make(Random random, List<WorldLease> leases, List<EpochLeaf> before, int i, MeteringRecord record)
    {
        var (lease, ended) = (leases[i % 3], i % 3 == 2);
        var right = Next(lease, before[i], record);
        return random.Next(20) switch
        {
            < 9 => new(lease, right, record, i, false, IsRight),
            < 15 => new(lease, Changed(random, right), record, i, false, Cancels),
            15 => new(lease, right, record with { BusySeconds = record.BusySeconds ^ 1 }, i, false, ended ? IsRight : "RecordMismatch"),
            16 => Of(record with { Epoch = record.Epoch + 1 }),
            17 => Of(record with { LeaseId = leases[(i + 1) % 3].Id }),
            18 => new(lease, right, record, (i + 1) % before.Count, false, (i + 1) % before.Count % 3 == i % 3 ? Cancels : "OtherLease"),
            _ => new(lease, right, record, i, true, "UnknownRoot"),
        };

        // A leaf that was honestly made of a record that is not about this lease and epoch.
        Case Of(MeteringRecord other) => new(lease, Next(lease, before[i], other) with { LeaseId = lease.Id }, other, i, false, ended ? IsRight : Cancels);
    }

    private static EpochLeaf Next(WorldLease lease, EpochLeaf before, MeteringRecord record) =>
        record.Epoch > lease.Terms.LastEpoch ? before : Rent.NextLeaf(before, record, Rent.Compute(lease.Terms, record, World.EpochSeconds));

    /// <summary>One bit of one total.</summary>
    private static EpochLeaf Changed(Random random, EpochLeaf leaf) => random.Next(8) switch
    {
        0 => leaf with { Epoch = leaf.Epoch ^ 1 },
        1 => leaf with { Rent = leaf.Rent ^ 1 },
        2 => leaf with { Remainder = leaf.Remainder ^ (1ul << random.Next(63)) },
        3 => leaf with { CreditParts = leaf.CreditParts ^ (System.Numerics.BigInteger.One << random.Next(256)) },
        4 => leaf with { GpuSeconds = leaf.GpuSeconds ^ (1ul << random.Next(63)) },
        5 => leaf with { WattHours = leaf.WattHours ^ 1 },
        6 => leaf with { CurtailedSeconds = leaf.CurtailedSeconds ^ 1 },
        _ => leaf with { HeatWattHours = leaf.HeatWattHours ^ 1 },
    };

    /// <summary>What the ledger would do: cancel, or the name of its refusal.</summary>
    private async Task<string> Ask<T>(History history, T message) where T : FunctionMessage
    {
        var call = new { from = history.Lessee(0), to = history.Deployment.Contracts.EpochLedger, data = message.GetCallData().ToHex(true) };
        try
        {
            await node.Rpc.SendRequestAsync<string>("eth_call", null, call, "latest");
            return Cancels;
        }
        catch (RpcResponseException e)
        {
            return DryRun.Of(e.RpcError, false, _catalog.Revert).Reason!.Split('(', ' ')[0];
        }
    }

    private static List<byte[]> Bytes(IEnumerable<Hash32> proof) => [.. proof.Select(h => h.ToBytes())];

    private void Report(string what, int compared, Dictionary<string, int> seen, List<string> differences)
    {
        var line = $"EpochLedger, C# against the EVM: {compared:N0} {what} ({string.Join(", ", seen.Select(s => $"{s.Key} {s.Value}"))}), {differences.Count} differences";
        output.WriteLine(line);
        Console.WriteLine(line);
        Assert.True(differences.Count == 0, $"{line}\n{string.Join('\n', differences.Take(5))}");
    }
}

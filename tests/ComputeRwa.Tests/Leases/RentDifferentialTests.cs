using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Tests.Support;
using Xunit.Abstractions;

namespace ComputeRwa.Tests.Leases;

/// <summary>Rent.cs and RentMath.sol on the same inputs, the latter in a real EVM: 5,000 cases, 100,000 with COMPUTERWA_PROFILE=full.</summary>
[Collection(HardhatCollection.Name)]
public class RentDifferentialTests(HardhatNode node, ITestOutputHelper output)
{
    private const int Seed = 20_260_731;
    private const int CasesPerCall = 250;

    private static readonly bool Full = Environment.GetEnvironmentVariable("COMPUTERWA_PROFILE") == "full";
    private static readonly int Cases = Full ? 100_000 : 5_000;

    [Fact]
    public async Task Both_compute_the_same_rent()
    {
        var harness = await RentHarness.Deploy(node);
        var (compared, differences) = (0, new List<string>());
        foreach (var (seconds, cases) in Calls(RentCases.Random(Seed, Cases)))
        {
            var theirs = await harness.Compute(cases, seconds);
            Assert.Equal(cases.Length, theirs.Count);
            for (var i = 0; i < cases.Length; i++, compared++)
            {
                var r = Rent.Compute(cases[i].Terms, cases[i].Record, seconds);
                var ours = new EvmRent(r.Gross, r.SlaCredit, r.Efficiency, r.CurtailmentCredit, r.Net, r.Available);
                if (ours != theirs[i]) differences.Add($"{cases[i]}: C# {ours}, EVM {theirs[i]}");
            }
        }
        Report("rents", compared, differences);
        Assert.Equal(Cases, compared);
    }

    [Fact]
    public async Task Both_make_the_same_leaf_whatever_the_leaf_before_says()
    {
        var harness = await RentHarness.Deploy(node);
        var (compared, saturated, differences) = (0, 0, new List<string>());
        foreach (var (seconds, cases) in Calls(RentCases.Random(Seed + 1, Cases)))
        {
            var theirs = await harness.NextLeaves(cases, seconds);
            Assert.Equal(cases.Length, theirs.Count);
            for (var i = 0; i < cases.Length; i++, compared++)
            {
                var ours = Rent.NextLeaf(cases[i].Previous, cases[i].Record, Rent.Compute(cases[i].Terms, cases[i].Record, seconds));
                if (IsSaturated(ours)) saturated++;
                if (!ours.Encode().AsSpan().SequenceEqual(theirs[i])) differences.Add($"{cases[i]}: C# {ours}, EVM {Convert.ToHexStringLower(theirs[i])}");
            }
        }
        Report($"leaves ({saturated:N0} with a total at the end of its type)", compared, differences);
        Assert.Equal(Cases, compared);
        Assert.True(saturated >= Cases / 20, "Too few totals reach the end of their type to mean anything.");
    }

    [Fact]
    public async Task Both_compute_the_same_cap_and_minimum()
    {
        var harness = await RentHarness.Deploy(node);
        var differences = new List<string>();
        var cases = RentCases.Random(Seed + 2, Full ? 5_000 : 500).ToList();
        foreach (var one in cases)
        {
            if (await harness.CapPerEpoch(one) is var cap && cap != Rent.CapPerEpoch(one.Terms, one.EpochSeconds)) differences.Add($"{one}: cap {cap} in the EVM");
            if (await harness.Minimum(one) is var least && least != Rent.Minimum(one.Terms, one.EpochSeconds)) differences.Add($"{one}: minimum {least} in the EVM");
        }
        Report("caps and minima", cases.Count, differences);
    }

    [Fact]
    public async Task Both_have_the_same_digest_of_terms_and_hash_of_a_leaf()
    {
        var deployment = Deployment.Read(await node.Deployment());
        var differences = new List<string>();
        var cases = RentCases.Random(Seed + 3, Full ? 5_000 : 500).ToList();
        foreach (var one in cases)
        {
            var id = await Ask(deployment.Contracts.LeaseBook, $"leaseId({RentHarness.Terms})", RentHarness.Encode(one));
            if (id != LeaseContracts.Id(one.Terms, deployment)) differences.Add($"{one.Terms}: leaseId {id} in the EVM");
            var leaf = await Ask(deployment.Contracts.EpochLedger, $"leafHash({RentHarness.Leaf})", one.Previous.Encode());
            if (leaf != one.Previous.Hash()) differences.Add($"{one.Previous}: leafHash {leaf} in the EVM");
        }
        Report("digests of terms and hashes of leaves", cases.Count, differences);
    }

    private async Task<Hash32> Ask(string contract, string function, byte[] arguments) => Hash32.Parse(await node.Rpc.SendRequestAsync<string>(
        "eth_call", null, new { to = contract, data = "0x" + Convert.ToHexStringLower([.. RentHarness.Selector(function), .. arguments]) }, "latest"));

    /// <summary>One call takes cases of one epoch length.</summary>
    private static IEnumerable<(long Seconds, RentCase[] Cases)> Calls(IEnumerable<RentCase> cases) =>
        cases.GroupBy(c => c.EpochSeconds).SelectMany(g => g.Chunk(CasesPerCall).Select(chunk => (g.Key, chunk)));

    private static bool IsSaturated(EpochLeaf leaf) =>
        leaf.Rent == (BigInteger.One << 96) - 1 || leaf.CreditParts == (BigInteger.One << 256) - 1
        || new[] { leaf.GpuSeconds, leaf.WattHours, leaf.CurtailedSeconds, leaf.HeatWattHours }.Contains(ulong.MaxValue);

    private void Report(string what, int compared, List<string> differences)
    {
        var line = $"RentMath, C# against the EVM: {compared:N0} {what}, {differences.Count} differences";
        output.WriteLine(line);
        Console.WriteLine(line);
        Assert.True(differences.Count == 0, $"{line}\n{string.Join('\n', differences.Take(5))}");
    }
}

using System.Numerics;
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
    public async Task Both_make_the_same_leaf()
    {
        var harness = await RentHarness.Deploy(node);
        var (compared, differences) = (0, new List<string>());
        foreach (var (seconds, cases) in Calls(RentCases.Random(Seed + 1, Cases).Where(c => Leaf(c) is not null)))
        {
            var theirs = await harness.NextLeaves(cases, seconds);
            Assert.Equal(cases.Length, theirs.Count);
            for (var i = 0; i < cases.Length; i++, compared++)
                if (!Leaf(cases[i])!.Encode().AsSpan().SequenceEqual(theirs[i])) differences.Add($"{cases[i]}: C# {Leaf(cases[i])}, EVM {Convert.ToHexStringLower(theirs[i])}");
        }
        Report("leaves", compared, differences);
        Assert.True(compared >= Cases / 2, "Too many cases overflow to mean anything.");
    }

    [Fact]
    public async Task Both_refuse_a_leaf_whose_totals_leave_their_types()
    {
        var harness = await RentHarness.Deploy(node);
        var overflowing = RentCases.Random(Seed + 1, Cases).Where(c => Leaf(c) is null).Take(Full ? 2_000 : 200).ToList();
        var differences = new List<string>();
        foreach (var one in overflowing)
            if (!await harness.NextLeafReverts(one)) differences.Add($"{one}: the EVM makes a leaf");
        Report("overflowing leaves", overflowing.Count, differences);
        Assert.NotEmpty(overflowing);
    }

    [Fact]
    public async Task Both_compute_the_same_cap()
    {
        var harness = await RentHarness.Deploy(node);
        var differences = new List<string>();
        var cases = RentCases.Random(Seed + 2, Full ? 5_000 : 500).ToList();
        foreach (var one in cases)
            if (await harness.CapPerEpoch(one) is var theirs && theirs != Rent.CapPerEpoch(one.Terms, one.EpochSeconds)) differences.Add($"{one}: EVM {theirs}");
        Report("caps", cases.Count, differences);
    }

    /// <summary>One call takes cases of one epoch length.</summary>
    private static IEnumerable<(long Seconds, RentCase[] Cases)> Calls(IEnumerable<RentCase> cases) =>
        cases.GroupBy(c => c.EpochSeconds).SelectMany(g => g.Chunk(CasesPerCall).Select(chunk => (g.Key, chunk)));

    private static EpochLeaf? Leaf(RentCase c)
    {
        try
        {
            return Rent.NextLeaf(c.Previous, c.Record, Rent.Compute(c.Terms, c.Record, c.EpochSeconds));
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private void Report(string what, int compared, List<string> differences)
    {
        var line = $"RentMath, C# against the EVM: {compared:N0} {what}, {differences.Count} differences";
        output.WriteLine(line);
        Console.WriteLine(line);
        Assert.True(differences.Count == 0, $"{line}\n{string.Join('\n', differences.Take(5))}");
    }
}

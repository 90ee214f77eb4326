using ComputeRwa.Demo;

namespace ComputeRwa.EndToEnd;

/// <summary>The demonstration's measurements, before anybody measures them.</summary>
public sealed class LoadTests
{
    private const int Nodes = 10_000;

    private static readonly GpuKind Gpu = GpuKind.Captured(World.Lessors[0].Capture);

    [Fact]
    public void Load_follows_the_copied_distribution_at_any_minute()
    {
        var curve = new LoadCurve(new("kalos", 0, World.Leases[0].Workload.Model), Gpu);
        var loads = Enumerable.Range(0, Nodes).Select(n => LoadAfter(new Seed(7).Random($"node {n}"), minutes: 100)).OfType<int>().Order().ToArray();
        var copied = new Distribution("kalos_sm_active_pct");
        foreach (var percent in new[] { 30, 45, 50, 60, 75, 90 })
            Assert.InRange(loads[loads.Length * percent / 100], copied.At((percent - 2) * 10_000), copied.At((percent + 2) * 10_000));

        int? LoadAfter(Randomness random, int minutes)
        {
            var walk = new NodeWalk(random, 1);
            for (var i = 1; i < minutes; i++) walk.Next(curve, Gpu, asked: null);
            return walk.Next(curve, Gpu, asked: null)?[0].SmActiveBps;
        }
    }

    [Fact]
    public void Neighbouring_minutes_resemble_each_other()
    {
        var curve = new LoadCurve(World.Leases[0].Workload, Gpu);
        var walk = new NodeWalk(new Seed(7).Random("neighbours"), 8);
        var loads = Enumerable.Range(0, 10_000).Select(_ => walk.Next(curve, Gpu, asked: null)).OfType<Reading[]>().Select(r => r[3].SmActiveBps).ToArray();
        var step = loads.Zip(loads.Skip(1), (a, b) => Math.Abs(a - b)).Average();
        var any = loads.Zip(loads.Skip(3_000), (a, b) => Math.Abs(a - b)).Average();
        Assert.True(step < any / 5, $"{step} against {any}");
    }

    [Fact]
    public void A_GPU_with_a_model_loaded_draws_about_120_watts_when_idle_and_never_more_than_its_limit()
    {
        var curve = new LoadCurve(World.Leases[0].Workload with { LowestPermille = 0 }, Gpu);
        Assert.Equal(120_000, curve.At(0, 0).PowerMilliwatts);
        Assert.InRange(curve.At(999_999, 0).PowerMilliwatts, 600_000, 700_000);
        Assert.Equal(700_000, curve.At(999_999, 500).PowerMilliwatts);
        Assert.Equal(69_850, LoadCurve.Empty(Gpu).PowerMilliwatts);
    }

    [Fact]
    public void The_same_seed_measures_the_same_and_another_does_not()
    {
        Assert.Equal(Day(1), Day(1));
        Assert.NotEqual(Day(1), Day(2));

        static string Day(int seed)
        {
            var curve = new LoadCurve(World.Leases[0].Workload, Gpu);
            var walk = new NodeWalk(new Seed(seed).Random("day"), 8);
            return string.Join(' ', Enumerable.Range(0, 1440).Select(_ => string.Join(',', walk.Next(curve, Gpu, asked: null) ?? [])));
        }
    }

    /// <summary>The figures are read off the trace: conversations peak in minute 31 and end quietly; code has minutes without any request.</summary>
    [Fact]
    public void A_minute_with_more_tokens_is_a_busier_one_and_the_hour_comes_again()
    {
        var trace = new RequestTrace("conv");
        Assert.Equal(Enumerable.Range(0, 58).Select(i => (2 * i + 1) * 500_000 / 58), Enumerable.Range(0, 58).Select(trace.At).Order());
        Assert.Equal(991_379, trace.At(31));
        Assert.Equal(8_620, trace.At(0));
        Assert.Equal(trace.At(31), trace.At(31 + 58 * 7));
        Assert.Equal(991_379, new RequestTrace("code").At(14));

        var (curve, walk) = (new LoadCurve(World.Leases[3].Workload, Gpu), new NodeWalk(new Seed(1).Random("asked"), 8));
        var means = Enumerable.Range(0, 58 * 50).Select(minute => (Minute: minute % 58, Readings: walk.Next(curve, Gpu, trace.At(minute)))).Where(m => m.Readings is not null)
            .GroupBy(m => m.Minute).ToDictionary(g => g.Key, g => g.Average(m => m.Readings!.Average(r => r.SmActiveBps)));
        Assert.True(means[31] > 2 * means[0], $"{means[31]} at the peak, {means[0]} in the quietest minute");
    }

    [Fact]
    public void A_days_price_is_the_median_of_its_fresh_firm_offers()
    {
        var (price, offers) = Prices.Median("h100-sxm", new(2026, 7, 31));
        Assert.Equal(10, offers);
        Assert.Equal(3_225_000, price);
    }

    [Fact]
    public void Every_GPU_is_let_once_and_no_lease_sells_more_units_than_it_has()
    {
        var let = World.Leases.SelectMany(l => Enumerable.Range(l.FirstNode, l.Nodes).Select(n => (l.Lessor, n))).ToList();
        Assert.Equal(World.Lessors.Count * World.NodesPerSite, let.Distinct().Count());
        Assert.Equal(let.Count, let.Distinct().Count());
        Assert.All(World.Leases, l => Assert.InRange(l.Holdings.Sum(), 1, l.Units));
        Assert.All(World.Leases, l => Assert.Equal(World.Holders.Count, l.Holdings.Count));
    }
}

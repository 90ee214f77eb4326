using System.Diagnostics;
using ComputeRwa.Fleet;
using ComputeRwa.Telemetry;
using ComputeRwa.Telemetry.Findings;
using ComputeRwa.Tests.Support;
using ComputeRwa.Tests.Telemetry.Ingest;
using Xunit.Abstractions;

namespace ComputeRwa.Tests.Telemetry.Findings;

public class CheckTests(ITestOutputHelper output)
{
    private const int Step = 15;
    private const int Count = 1_440; // six hours
    private const long Start = 1_772_366_400;
    private static readonly int Seeds = Captures.Cases(quick: 20, full: 200);

    [Fact]
    public void Honest_machines_give_no_finding()
    {
        foreach (var kind in HonestFleet.Kinds)
            foreach (var resolution in HonestFleet.Resolutions)
            {
                var prints = new List<Print>();
                for (var seed = 0; seed < Seeds; seed++)
                {
                    var node = HonestFleet.Node(seed + 1, kind, 8);
                    var checks = Run(node, HonestFleet.Columns(new Random(seed * 1_000 + resolution), kind, 8, Count, resolution));
                    var found = checks.End();
                    Assert.True(found.Count == 0, $"{kind} at {resolution} mW, seed {seed}: {string.Join("; ", found.Select(Say))}");
                    prints.AddRange(checks.FleetPrints.Select(p => p with { Gpu = seed * 8 + p.Gpu }));
                }
                var kept = prints.Count;
                Assert.Empty(Matching.Among(prints, Limits.PrintsOfAFleet));
                output.WriteLine($"{kind,-22} {resolution,5} mW: {Seeds * 8} GPUs, {Seeds * 8L * Count} samples, {kept / (Seeds * 8)} fingerprints a GPU, 0 findings");
            }
    }

    public static readonly TheoryData<string, string> Lies = new()
    {
        { "says busy while idle, for an hour", "busy-at-idle-power" },
        { "utilisation alone says busy", "busy-at-idle-power" },
        { "full power, said to be unused", "power-without-use" },
        { "no memory in use", "busy-without-memory" },
        { "power stands still", "frozen-power" },
        { "power jumps beside a full load", "impossible-steps" },
        { "a neighbour's power, an hour of it", "copied-series" },
        { "a neighbour's power and 10 W", "copied-series" },
        { "its own hour again and again", "replayed-series" },
        { "a neighbour's hour, two hours later", "replayed-series" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void Every_lie_is_found_and_is_the_only_finding(string lie, string check)
    {
        foreach (var resolution in HonestFleet.Resolutions)
        {
            var (found, others) = (0, 0);
            for (var seed = 0; seed < Seeds; seed++)
            {
                var random = new Random(seed);
                var columns = HonestFleet.Columns(random, "h100 serving", 4, Count, resolution);
                Tell(lie, columns, resolution);
                var findings = Run(HonestFleet.Node(seed + 1, "h100 serving", 4), columns).End();
                if (findings.Any(f => f.Check.Name == check && f.At.GpuUuid == Samples.Uuid(seed + 1, 1) && f.At.From < f.At.To)) found++;
                others += findings.Count(f => f.Check.Name != check);
            }
            output.WriteLine($"{lie,-38} {check,-20} {resolution,5} mW: {found} of {Seeds}, other findings {others}");
            Assert.Equal((Seeds, 0), (found, others));
        }
    }

    [Fact]
    public void A_copy_on_another_node_and_a_replay_of_another_day_are_found_by_few_fingerprints()
    {
        var (copies, replays) = (0, 0);
        for (var seed = 0; seed < Seeds; seed++)
        {
            var random = new Random(seed);
            Columns Honest() => HonestFleet.Columns(random, "seren", 2, 5_760, 10);
            var (first, second, nextDay) = (Honest(), Honest(), Honest());
            // Four hours of a day, begun at any sample.
            var at = random.Next(4_000);
            Copy(first, 0, at, second, 1, at, 960, 0);
            Copy(first, 0, at, nextDay, 1, random.Next(4_000), 960, 0);
            IEnumerable<Print> Prints(Columns columns, int node, long from) => Run(HonestFleet.Node(node, "seren", 2), columns, from, 86_400).FleetPrints.Select(p => p with { Gpu = node * 2 + p.Gpu });
            var day = Prints(first, 1, Start).Concat(Prints(second, 2, Start)).ToList();
            var later = Prints(nextDay, 3, Start + 86_400).ToList();
            if (Matching.Among(day, Limits.PrintsOfAFleet) is [{ Gpu: 5, Of: 2, Shift: 0 }]) copies++;
            Matching.Among(later, Limits.PrintsOfAFleet);
            var earlier = new MatchesWith(later);
            foreach (var print in day.Where(p => p.Gpu < 4)) earlier.Add(print);
            if (earlier.End(Limits.PrintsOfAFleet) is [{ Gpu: 7, Of: 2, Shift: > 0 }]) replays++;
        }
        output.WriteLine($"four hours of a day copied to another node: {copies} of {Seeds}; replayed the next day: {replays} of {Seeds}");
        Assert.InRange(copies, Seeds * 9 / 10, Seeds);
        Assert.InRange(replays, Seeds * 9 / 10, Seeds);
    }

    [Fact]
    public void Short_contradictions_gaps_and_missing_readings_are_no_findings()
    {
        // Ten minutes and twenty samples are needed without a gap: of 15 s it is 40 samples.
        Assert.Empty(Run(Says(39, (_, _) => { })).End());
        Assert.Single(Run(Says(40, (_, _) => { })).End());
        Assert.Empty(Run(Says(60, (c, i) => { if (i == 30) c.PowerMilliwatts[i] = -1; })).End());
        Assert.Empty(Run(Says(60, (c, i) => { if (i % 2 == 0) c.SmActiveBps[i] = c.GpuUtilPct[i] = -1; })).End());
        // Two batches that touch are one run; two with a gap are not.
        var node = HonestFleet.Node(1, "h100 serving", 1);
        Assert.Single(Twice(node, 25 * Step).End());
        Assert.Empty(Twice(node, 26 * Step).End());

        static NodeChecks Twice(Node node, long later)
        {
            var checks = new NodeChecks(node, 86_400);
            checks.Add(Start, Step, Says(25, (_, _) => { }));
            checks.Add(Start + later, Step, Says(25, (_, _) => { }));
            return checks;
        }
    }

    [Fact]
    public void Evidence_says_when_and_by_what_figures()
    {
        var finding = Assert.Single(Run(Says(50, (_, _) => { })).End());
        Assert.Equal(("busy-at-idle-power", Start, Start + 50 * Step), (finding.Check.Name, finding.At.From, finding.At.To));
        Assert.Equal((750L, 750L, 8_000L, 700L), (finding.Figures["seconds"], finding.Figures["secondsInAll"], finding.Figures["meanLoadBps"], finding.Figures["boardWatts"]));
        Assert.InRange(finding.Figures["meanMilliwatts"], 69_000, 71_000);
        Assert.All(Check.All, c => Assert.Same(c, Check.Find(c.Name)));
    }

    [Fact]
    public void Checking_takes_time_by_the_samples_and_comparing_by_the_fingerprints()
    {
        var columns = HonestFleet.Columns(new Random(3), "seren", 8, 5_760, 10);
        var node = HonestFleet.Node(1, "seren", 8);
        Run(node, columns, Start, 86_400).End();
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < 5; i++) Run(node, columns, Start, 86_400).End();
        output.WriteLine($"one core checks {5 * 8 * 5_760 / clock.Elapsed.TotalSeconds:n0} samples a second");

        // Ten thousand GPUs of a day, half of them copies of one another: pairs would be millions.
        var random = new Random(4);
        var prints = new List<Print>();
        for (var gpu = 0; gpu < 10_000; gpu++)
            for (var i = 0; i < 45; i++) prints.Add(new(gpu % 2 == 0 ? (ulong)i : (ulong)random.NextInt64(), gpu, Start + i * 120));
        clock.Restart();
        Assert.Equal(4_999, Matching.Among(prints, Limits.PrintsOfAFleet).Count);
        var sorted = clock.Elapsed;
        var earlier = new MatchesWith(prints);
        foreach (var print in prints) earlier.Add(print with { Second = print.Second - 86_400 });
        Assert.Equal(5_001, earlier.End(Limits.PrintsOfAFleet).Count);
        output.WriteLine($"{prints.Count} fingerprints: {sorted.TotalMilliseconds:n0} ms among themselves, {(clock.Elapsed - sorted).TotalMilliseconds:n0} ms with those of another epoch");
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 20);
    }

    [Fact]
    public void Who_copies_everybody_costs_no_more_than_there_are_fingerprints()
    {
        // A thousand copies of one series: the pairs would be half a million, and the links a thousand less one.
        var prints = Enumerable.Range(0, 1_000).SelectMany(gpu => Enumerable.Range(0, 10).Select(i => new Print((ulong)i, gpu, i))).ToList();
        Assert.Equal(999, Matching.Among(prints, Limits.PrintsOfAFleet).Count);
    }

    // An H100 that says it is busy at idle power.
    private static Columns Says(int samples, Action<Columns, int> change)
    {
        var random = new Random(5);
        int[] Column(Func<int> value) => [.. Enumerable.Range(0, samples).Select(_ => value())];
        var columns = Columns.Of(1, samples, [Column(() => 8_000), Column(() => 100), Column(() => 70_000 + random.Next(-300, 300)), Column(() => 20_000)]);
        for (var i = 0; i < samples; i++) change(columns, i);
        return columns;
    }

    private static NodeChecks Run(Columns columns) => Run(HonestFleet.Node(1, "h100 serving", columns.Gpus), columns);

    private static NodeChecks Run(Node node, Columns columns, long from = Start, long epoch = 21_600)
    {
        var checks = new NodeChecks(node, epoch);
        checks.Add(from, Step, columns);
        return checks;
    }

    /// <summary>GPU 1 lies, over an hour or more.</summary>
    private static void Tell(string lie, Columns c, int resolution)
    {
        var random = new Random(9);
        int Watts(double watts) => (int)((watts + HonestFleet.Gauss(random)) * 1_000 / resolution) * resolution;
        var row = c.Samples;
        for (var i = row + 300; i < row + 540; i++)
            switch (lie)
            {
                case "says busy while idle, for an hour": (c.SmActiveBps[i], c.PowerMilliwatts[i], c.MemoryMiB[i]) = (9_000, Watts(70), 40_000); break;
                case "utilisation alone says busy": (c.SmActiveBps[i], c.GpuUtilPct[i], c.PowerMilliwatts[i], c.MemoryMiB[i]) = (-1, 100, Watts(70), 40_000); break;
                case "full power, said to be unused": (c.SmActiveBps[i], c.GpuUtilPct[i], c.PowerMilliwatts[i]) = (0, 0, Watts(690)); break;
                case "no memory in use": (c.SmActiveBps[i], c.PowerMilliwatts[i], c.MemoryMiB[i]) = (9_000, Watts(600), 0); break;
                case "power stands still": (c.SmActiveBps[i], c.PowerMilliwatts[i], c.MemoryMiB[i]) = (9_000, 600_000, 40_000); break;
                case "power jumps beside a full load": (c.SmActiveBps[i], c.PowerMilliwatts[i], c.MemoryMiB[i]) = (9_950, Watts(i % 2 == 0 ? 70 : 690), 40_000); break;
            }
        // What is copied is an hour at work: of one that stands idle at whole watts all noise is rounded away, and there is nothing to gain by it.
        if (lie.Contains("neighbour", StringComparison.Ordinal) || lie.Contains("its own", StringComparison.Ordinal))
            foreach (var gpu in (int[])[0, 1])
                for (var i = gpu * row + 300; i < gpu * row + 540; i++)
                    (c.SmActiveBps[i], c.PowerMilliwatts[i], c.MemoryMiB[i]) = (6_000, Watts(400 + 40 * HonestFleet.Gauss(random)), 60_000);
        if (lie == "a neighbour's power, an hour of it") Copy(c, 0, 300, c, 1, 300, 240, 0);
        if (lie == "a neighbour's power and 10 W") Copy(c, 0, 300, c, 1, 300, 240, 10_000);
        if (lie == "its own hour again and again") for (var hour = 0; hour < 3; hour++) Copy(c, 1, 300, c, 1, 540 + 240 * hour, 240, 0);
        if (lie == "a neighbour's hour, two hours later") Copy(c, 0, 300, c, 1, 780, 240, 0);
    }

    private static void Copy(Columns from, int gpu, int at, Columns to, int toGpu, int toAt, int count, int more)
    {
        foreach (var (source, target) in from.InOrder.Zip(to.InOrder)) Array.Copy(source, gpu * from.Samples + at, target, toGpu * to.Samples + toAt, count);
        for (var i = 0; i < count; i++)
            if (to.PowerMilliwatts[toGpu * to.Samples + toAt + i] >= 0) to.PowerMilliwatts[toGpu * to.Samples + toAt + i] += more;
    }

    private static string Say(Finding f) => $"{f.Check.Name} {f.At.GpuUuid} {f.At.From - Start}–{f.At.To - Start} {string.Join(" ", f.Figures.Select(p => $"{p.Key}={p.Value}"))}";
}

using System.Globalization;
using System.Text;
using ComputeRwa.Fleet;
using ComputeRwa.Telemetry;
using ComputeRwa.Tests.Support;
using ComputeRwa.Tests.Telemetry.Ingest;

namespace ComputeRwa.Tests.Telemetry.Findings;

/// <summary>
/// Seeded samples of machines that do not lie, after measured ones. AcmeTrace gives each metric's distribution, not which values came together: here those of
/// equal rank do. A job keeps its rank, give or take two; GPUs stand idle between jobs; power has the noise of the captures (±1.5 W at work, ±0.2 W idle).
/// </summary>
internal static class HonestFleet
{
    public static readonly string[] Kinds = ["kalos", "seren", "h100 serving", "h200 idle and loaded", "h100 mig", "h100 in lockstep"];

    /// <summary>What exporters give: milliwatts, hundredths of a watt (nvidia-smi), watts.</summary>
    public static readonly int[] Resolutions = [1, 10, 1_000];

    private static readonly Lazy<double[][]> Acme = new(() =>
    [
        .. Encoding.ASCII.GetString(Captures.Read("acme-gpu-cdf.csv")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(2)
            .Select(l => l.Split(',').Select(v => double.Parse(v, CultureInfo.InvariantCulture)).ToArray()),
    ]);

    public static GpuModel Model(string kind) => Hardware.Find(kind is "kalos" or "seren" ? "A100-SXM4-80GB" : kind.StartsWith("h200", StringComparison.Ordinal) ? "H200-SXM5-141GB" : "H100-SXM5-80GB")!;

    public static Node Node(int number, string kind, int gpus) => Samples.Node(number, gpus) with { Model = Model(kind) };

    public static Columns Columns(Random random, string kind, int gpus, int samples, int resolution)
    {
        var columns = ComputeRwa.Telemetry.Columns.Of(gpus, samples, [.. Enumerable.Range(0, 4).Select(_ => new int[gpus * samples])]);
        var (together, model) = (Jobs(random, kind, samples), Model(kind));
        for (var gpu = 0; gpu < gpus; gpu++)
        {
            var jobs = kind == "h100 in lockstep" ? together : Jobs(random, kind, samples);
            for (var i = 0; i < samples; i++)
            {
                var at = gpu * samples + i;
                var s = jobs[i].Sample(random, kind, i);
                var milliwatts = (s.Watts + Gauss(random) * (s.Watts > 100 ? 1.5 : 0.2)) * 1_000;
                columns.SmActiveBps[at] = s.Sm < 0 ? -1 : (int)(Math.Clamp(s.Sm, 0, 1) * 10_000);
                columns.GpuUtilPct[at] = s.Util < 0 ? -1 : (int)Math.Clamp(Math.Round(s.Util), 0, 100);
                columns.PowerMilliwatts[at] = Math.Clamp((int)(milliwatts / resolution) * resolution, 1_000, model.MostMilliwatts);
                columns.MemoryMiB[at] = (int)(s.Memory * model.MemoryMiB);
                // Now and then a reading is missing.
                if (random.Next(2_000) == 0) columns.PowerMilliwatts[at] = -1;
                if (random.Next(2_000) == 0) columns.SmActiveBps[at] = -1;
            }
        }
        return columns;
    }

    public static double Gauss(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static Job[] Jobs(Random random, string kind, int samples)
    {
        var jobs = new Job[samples];
        for (var i = 0; i < samples;)
        {
            // Inference stands at zero for two thirds of all minutes; Acme's ranks hold its idle time already.
            var job = new Job(kind is "h100 serving" && random.Next(3) > 0 || kind is "h200 idle and loaded" or "h100 mig" && random.Next(2) == 0, random.NextDouble() * 100, random.Next(3, 60));
            for (var end = i + random.Next(2, 240); i < end && i < samples; i++) jobs[i] = job;
        }
        return jobs;
    }

    private sealed record Job(bool Idle, double Rank, int Period)
    {
        public (double Sm, double Util, double Watts, double Memory) Sample(Random random, string kind, int i) => kind switch
        {
            "kalos" => Ranked(random, 1),
            "seren" => Ranked(random, 5),
            "h100 mig" => Idle ? (0, -1, 71.15, 59.0 / 81_559) : (0.55 + Rank / 1_000, -1, 438, 11_125.0 / 81_559),
            // A training step: all GPUs compute, then all wait for one another with their SMs taken.
            "h100 in lockstep" => i % Period < Period * 2 / 3 ? (0.99, 100, 690, 0.8) : (0.97, 100, 310, 0.8),
            _ when Idle => (0, 0, kind.StartsWith("h200", StringComparison.Ordinal) ? 77.7 : 69.85, Rank > 50 ? 0 : 0.9),
            // ML.ENERGY: 231 to 694 W a GPU while serving.
            "h100 serving" => (0.3 + 0.6 * random.NextDouble(), 100, 231 + 4.6 * Rank, 0.9),
            _ => (0.995, 100, 628, 0.23),
        };

        private (double, double, double, double) Ranked(Random random, int column)
        {
            double At(int of, double spread)
            {
                var rank = Math.Clamp(Rank + spread * (2 * random.NextDouble() - 1), 0, 100);
                return Acme.Value[(int)(rank * 2)][column + of];
            }
            return (At(1, 2) / 100, At(0, 2), At(3, 2), At(2, 0) / 100);
        }
    }
}

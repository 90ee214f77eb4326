using ComputeRwa.Demo;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;
using Batch = ComputeRwa.Telemetry.Batch;
using Columns = ComputeRwa.Telemetry.Columns;

namespace ComputeRwa.Benchmarks.Telemetry;

/// <summary>What a node has sent: its samples, second by second, before anybody packs them.</summary>
internal sealed record NodeData(string Name, Party Key, string[] Uuids, IReadOnlyList<Columns> Batches);

/// <summary>
/// A fleet as the demonstration walks it: load by the copied distributions of two clusters, power by ML.ENERGY's measurements with ±1.5 % noise in
/// milliwatts, lost scrapes, and every fourth node idle with a model loaded, as real inference pods mostly are.
/// </summary>
internal static class FleetData
{
    public const int Gpus = 8;
    public const int Step = 1;
    public const string Model = "H100-SXM5-80GB";

    /// <summary>Noise of an idle board, in milliwatts.</summary>
    private const int IdleNoise = 400;

    public static IReadOnlyList<NodeData> Make(int nodes, int batches, int samples)
    {
        var (seed, keys, gpu) = (new Seed(1), new Keys(new(1)), GpuKind.Captured(World.Lessors[0].Capture));
        return [.. Enumerable.Range(0, nodes).Select(n =>
        {
            var name = $"bench {batches}x{samples} {n}";
            var (random, curve) = (seed.Random(name), n % 4 == 3 ? null : new LoadCurve(World.Leases[n % World.Leases.Count].Workload, gpu));
            var walk = new NodeWalk(random, Gpus);
            return new NodeData(name, keys.Of(name), [.. Enumerable.Range(0, Gpus).Select(g => seed.GpuUuid($"{name}.{g}"))],
                [.. Enumerable.Range(0, batches).Select(_ => Samples(walk, curve, gpu, random, samples))]);
        })];
    }

    private static Columns Samples(NodeWalk walk, LoadCurve? curve, GpuKind gpu, Randomness random, int samples)
    {
        var columns = Enumerable.Range(0, 4).Select(_ => new int[Gpus * samples]).ToArray();
        for (var i = 0; i < samples; i++)
        {
            var readings = walk.Next(curve, gpu, null);
            for (var g = 0; g < Gpus; g++)
            {
                var at = g * samples + i;
                if (readings is null) foreach (var column in columns) column[at] = Columns.Missing;
                else
                {
                    var noise = curve is null ? random.Between(-IdleNoise, IdleNoise) : 0;
                    (columns[0][at], columns[1][at], columns[2][at], columns[3][at]) =
                        (readings[g].SmActiveBps, readings[g].GpuUtilPct, readings[g].PowerMilliwatts + noise, readings[g].MemoryMiB);
                }
            }
        }
        return Columns.Of(Gpus, samples, columns);
    }

    /// <summary>A node's chain, signed by its key, from a first second on.</summary>
    public static IEnumerable<Batch> Sign(NodeData node, string nodeId, long from)
    {
        var (key, previous) = (Address.Parse(node.Key.Address), Hash32.Zero);
        for (var i = 0; i < node.Batches.Count; i++)
        {
            var columns = node.Batches[i];
            var hash = Batch.HashOf(key, i, from, Step, previous, columns);
            yield return new(NodeId.From(nodeId), i, 0, from, Step, previous, columns, hash, node.Key.SignHash(hash.ToBytes()));
            (from, previous) = (from + (long)Step * columns.Samples, hash);
        }
    }
}

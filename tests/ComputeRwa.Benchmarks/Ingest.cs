using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using ComputeRwa.Demo;
using ComputeRwa.EndToEnd;

namespace ComputeRwa.Benchmarks;

/// <summary>Signed telemetry over real HTTP into SQLite, until each batch is committed: hashing, signature check and packing included.</summary>
internal static class Ingest
{
    private const int Nodes = 16;
    private const int Gpus = 8;
    private const int Samples = 1_440;
    private const int BatchesOfANode = 20;
    private const int AtOnce = 4;

    public static async Task Measure()
    {
        await using var stack = await Stack.Start();
        using var http = new HttpClient { BaseAddress = stack.Api, DefaultRequestHeaders = { Authorization = new("Bearer", stack.Options.Key) } };
        var batches = await Prepare(http);
        using var node = new HttpClient { BaseAddress = stack.Rpc };
        await new DevelopmentChain(node, 31337).AdvanceTo(World.FirstDay.AddDays(BatchesOfANode));
        await Post(http, batches, from: 0, to: 2); // warms up
        var watch = Stopwatch.StartNew();
        await Post(http, batches, from: 2, to: BatchesOfANode);
        var samples = (BatchesOfANode - 2L) * Nodes * Gpus * Samples;
        Program.Line($"telemetry over HTTP made durable, batches of {Gpus} × {Samples:N0}", Program.Rate(samples / watch.Elapsed.TotalSeconds, "samples"), "≥ 1,000,000 samples/s (without HTTP)");
    }

    /// <returns>for each node its signed batches, serialized: a client's work is not measured</returns>
    private static async Task<List<byte[][]>> Prepare(HttpClient http)
    {
        var (seed, keys, gpu) = (new Seed(1), new Keys(new(1)), GpuKind.Captured(World.Lessors[0].Capture));
        var provider = await Create(http, "/v1/providers", new { name = "Benchmark", address = keys.Of("benchmark").Address });
        var site = await Create(http, "/v1/sites", new
        {
            providerId = provider, name = "Rack", region = "US-TX", latitude = 0, longitude = 0, pueBps = 11_000, powerPriceUsdPerMwh = 30, renewableBps = 0, heatReuseBps = 0,
        });
        var nodes = new List<byte[][]>();
        for (var i = 0; i < Nodes; i++)
        {
            var key = keys.Of($"benchmark node {i}");
            var uuids = Enumerable.Range(0, Gpus).Select(g => seed.GpuUuid($"benchmark {i}.{g}"));
            var node = await Create(http, "/v1/nodes", new { siteId = site, name = $"bench-{i}", gpuModel = World.Lessors[0].GpuModel, gpuUuids = uuids, nodeKey = key.Address });
            nodes.Add(Batches(key, node, new NodeWalk(seed.Random($"benchmark {i}"), Gpus), new LoadCurve(World.Leases[0].Workload, gpu), gpu));
        }
        return nodes;
    }

    private static byte[][] Batches(Party key, string node, NodeWalk walk, LoadCurve curve, GpuKind gpu)
    {
        var head = ChainHead.Start;
        var batches = new byte[BatchesOfANode][];
        for (var i = 0; i < batches.Length; i++)
        {
            var minutes = Enumerable.Range(0, Samples).Select(_ => walk.Next(curve, gpu, null)).ToArray();
            (var batch, head) = Demo.Batches.Sign(key, node, head, World.FirstDay.AddDays(i), minutes, Gpus);
            batches[i] = JsonSerializer.SerializeToUtf8Bytes(batch, JsonSerializerOptions.Web);
        }
        return batches;
    }

    private static Task Post(HttpClient http, List<byte[][]> nodes, int from, int to) =>
        Parallel.ForEachAsync(nodes, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (batches, cancel) =>
        {
            for (var i = from; i < to; i++)
            {
                using var content = new ByteArrayContent(batches[i]) { Headers = { ContentType = new("application/json") } };
                using var response = await http.PostAsync("/v1/telemetry/batches", content, cancel);
                if (!response.IsSuccessStatusCode) throw new InvalidOperationException(await response.Content.ReadAsStringAsync(cancel));
            }
        });

    private static async Task<string> Create(HttpClient http, string path, object body)
    {
        using var response = await http.PostAsJsonAsync(path, body);
        return (await response.Content.ReadFromJsonAsync<WithId>())!.Id;
    }
}

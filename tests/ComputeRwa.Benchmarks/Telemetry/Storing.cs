using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using ComputeRwa.EndToEnd;
using ComputeRwa.Telemetry;

namespace ComputeRwa.Benchmarks.Telemetry;

/// <summary>What one way of storing a fleet's samples came to. One sample is one GPU at one time with all its readings.</summary>
/// <param name="Goal">samples a second that were asked for</param>
internal sealed record Stored(string What, double PerSecond, double BytesEach, string Note, double Goal = Stored.OfBatches)
{
    public const double OfBatches = 1_000_000;
    public const double OfRemoteWrite = 300_000;
}

/// <summary>Signed batches in the compact form over real HTTP until each is committed; every hash and signature checked by the server.</summary>
internal static class Storing
{
    private const int Clients = 4;
    private const int NodesOfARequest = 8;

    /// <summary>Requests that each client sends before the clock starts.</summary>
    private const int WarmUp = 2;

    public static async Task<Stored> Measure(string engine, IReadOnlyList<NodeData> fleet)
    {
        await using var api = await ApiProcess.Start(engine);
        var bodies = await Bodies(api, fleet);
        foreach (var client in bodies)
            for (var i = 0; i < WarmUp; i++) await Post(api.Http, client[i].Body);
        var (before, cpu, watch) = (await api.Stored(), api.Cpu, Stopwatch.StartNew());
        await Task.WhenAll(bodies.Select(client => Task.Run(async () =>
        {
            foreach (var (body, _) in client.Skip(WarmUp)) await Post(api.Http, body);
        })));
        var (elapsed, used) = (watch.Elapsed, api.Cpu - cpu);
        var samples = bodies.Sum(client => client.Skip(WarmUp).Sum(b => b.Samples));
        var wire = bodies.Sum(client => client.Skip(WarmUp).Sum(b => (long)b.Body.Length));
        var each = (await api.Stored() - before) / (double)samples;
        var batch = fleet[0].Batches[0];
        return new($"ours, signed batches of {batch.Gpus} × {batch.Samples}, {engine}", samples / elapsed.TotalSeconds, each,
            $"{samples:N0} samples, {wire / (double)samples:0.00} bytes each on the wire, {used.TotalMicroseconds / samples:0.00} µs of processor each, peak {api.PeakMemory >> 20} MiB");
    }

    /// <summary>For each client its requests in the order of the chains; what clients do is not measured.</summary>
    private static async Task<List<List<(byte[] Body, long Samples)>>> Bodies(ApiProcess api, IReadOnlyList<NodeData> fleet)
    {
        var provider = await api.Create("/v1/providers", new { name = "Benchmark", address = $"0x{0x5151:x40}" });
        var site = await api.Create("/v1/sites", new { providerId = provider, name = "Rack", region = "US-TX", latitude = 0, longitude = 0, pueBps = 11_000, powerPriceUsdPerMwh = 30, renewableBps = 0, heatReuseBps = 0 });
        var from = new DateTimeOffset(DateTimeOffset.UtcNow.UtcDateTime.Date.AddDays(-1), TimeSpan.Zero).ToUnixTimeSeconds();
        var chains = new List<List<Batch>>();
        foreach (var node in fleet)
        {
            var id = await api.Create("/v1/nodes", new { siteId = site, name = node.Name, gpuModel = FleetData.Model, gpuUuids = node.Uuids, nodeKey = node.Key.Address });
            chains.Add([.. FleetData.Sign(node, id, from)]);
        }
        // As many batches of a node in a request as make about a thousand samples of it: a collector that sends every few minutes.
        var together = Math.Max(1, 1_000 / fleet[0].Batches[0].Samples);
        return [.. chains.Chunk(chains.Count / Clients).Select(own => own.Chunk(NodesOfARequest).SelectMany(nodes =>
            Enumerable.Range(0, nodes[0].Count / together).Select(i => Body([.. nodes.SelectMany(chain => chain.Skip(i * together).Take(together))]))).ToList())];
    }

    /// <summary>What the server does with a batch before it is stored, on one core: nanoseconds for each of its samples.</summary>
    public static string ByStep(IReadOnlyList<NodeData> fleet)
    {
        var batches = FleetData.Sign(fleet[0], $"node_{0:x32}", 0).Take(20).ToList();
        var packed = batches.ConvertAll(b => ColumnsCodec.Compress(b.Columns));
        var key = Kernel.Address.Parse(fleet[0].Key.Address);
        var samples = batches.Sum(b => (double)b.Columns.Gpus * b.Columns.Samples);
        (string Name, Action<int> Do)[] steps =
        [
            ("unpack", i => ColumnsCodec.Decompress(packed[i])), ("hash", i => batches[i].Columns.Hash()),
            ("signature", i => NodeSignature.IsBy(key, batches[i].Hash, batches[i].Signature!)),
            ("sums", i => Rollup.ToBytes(Rollup.Of(batches[i].Columns, batches[i].From, batches[i].Step, Curtailment.None))), ("(pack)", i => ColumnsCodec.Compress(batches[i].Columns)),
        ];
        return $"nanoseconds of a core for each sample, in batches of {batches[0].Columns.Samples}: " + string.Join(", ", steps.Select(step => $"{step.Name} {Time(step.Do):0}"));

        double Time(Action<int> step)
        {
            const int Rounds = 10;
            for (var i = 0; i < batches.Count * 3; i++) step(i % batches.Count);
            var before = Environment.CpuUsage.TotalTime;
            for (var i = 0; i < batches.Count * Rounds; i++) step(i % batches.Count);
            return (Environment.CpuUsage.TotalTime - before).TotalNanoseconds / Rounds / samples;
        }
    }

    /// <summary>Bytes that each column adds to those before it, for one sample.</summary>
    public static string ByColumn(IReadOnlyList<NodeData> fleet)
    {
        var (through, samples) = (new long[5], 0L);
        foreach (var columns in fleet.SelectMany(n => n.Batches.Take(4)))
        {
            samples += columns.Gpus * columns.Samples;
            for (var c = 1; c <= 4; c++)
            {
                var writer = new RangeWriter(0);
                ColumnsModel.Code(ref writer, columns.Samples, [.. columns.InOrder.Take(c)]);
                through[c] += writer.End().Length;
            }
        }
        return $"bytes of a sample by column, in batches of {fleet[0].Batches[0].Samples}: "
            + string.Join(", ", new[] { "SM-active", "utilisation", "power", "memory" }.Select((name, c) => $"{name} {(through[c + 1] - through[c]) / (double)samples:0.00}"));
    }

    private static (byte[], long) Body(List<Batch> batches)
    {
        using var body = new MemoryStream();
        PackedPost.Write(body, batches);
        return (body.ToArray(), batches.Sum(b => (long)b.Columns.Gpus * b.Columns.Samples));
    }

    private static async Task Post(HttpClient http, byte[] body)
    {
        using var content = new ByteArrayContent(body) { Headers = { ContentType = new(PackedPost.MediaType) } };
        using var response = await http.PostAsync("/v1/telemetry/batches", content);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        if (!response.IsSuccessStatusCode || answer.GetProperty("batches").EnumerateArray().Any(b => b.GetProperty("status").GetString() != "accepted"))
            throw new InvalidOperationException($"{answer}");
    }
}

using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using ComputeRwa.EndToEnd;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;
using ComputeRwa.Telemetry.Ingest;

namespace ComputeRwa.Benchmarks.Telemetry;

/// <summary>
/// Prometheus' remote write over real HTTP until each request is committed, as a Prometheus with so many shards sends it: each shard its own series and
/// one request after another, a series for each sample, and at most so many samples in a request. Prometheus starts with one shard and, while it falls
/// behind, takes more, up to 50. A sample of the table is a GPU at one time: four of Prometheus'.
/// </summary>
internal static class Writing
{
    private const int Nodes = 128;
    private const int MostSamplesOfARequest = 2_000; // max_samples_per_send
    private const int StepSeconds = 15;
    private const int Scrapes = 1_440;

    /// <summary>Requests before the measured ones: a service runs for longer than the seconds in which its code is compiled again.</summary>
    private const int WarmUp = 1_440;

    private static readonly TimeSpan Compiling = TimeSpan.FromSeconds(3);

    private static readonly (string Name, double Unit)[] Metrics =
        [("DCGM_FI_PROF_SM_ACTIVE", 10_000), ("DCGM_FI_DEV_GPU_UTIL", 1), ("DCGM_FI_DEV_POWER_USAGE", 1_000), ("DCGM_FI_DEV_FB_USED", 1)];

    private sealed record Request(byte[] Body, int Samples);

    public static IReadOnlyList<NodeData> Fleet() => FleetData.Make(Nodes, Scrapes / 600 + 1, 600);

    public static async Task<Stored> Measure(string engine, IReadOnlyList<NodeData> fleet, int shards)
    {
        await using var api = await ApiProcess.Start(engine, null, ("Ingest__LatenessSeconds", "86400"), ("Ingest__OldestDays", "40"));
        var node = await Register(api, fleet);
        var requests = Requests(fleet, shards);
        var warmUp = WarmUp / shards;
        var (empty, beforeBatches) = (await api.Stored(), await api.Stored(inbox: false));
        await Post(api.Http, requests, 0, warmUp);
        await Task.Delay(Compiling);
        var (before, cpu, watch) = (await api.Stored(), api.Cpu, Stopwatch.StartNew());
        await Post(api.Http, requests, warmUp, int.MaxValue);
        var (elapsed, used) = (watch.Elapsed, api.Cpu - cpu);
        var all = requests.SelectMany(shard => shard.Skip(warmUp)).ToList();
        var readings = all.Sum(r => (long)r.Samples);
        var (samples, inbox) = (readings / (double)Metrics.Length, await api.Stored() - before);
        (cpu, watch) = (api.Cpu, Stopwatch.StartNew());
        // A node that is set back has its provider's inbox made into batches before the answer.
        using (var made = await api.Http.DeleteAsync($"/v1/nodes/{node}/ingest")) made.EnsureSuccessStatusCode();
        var (madeIn, madeBy, batches) = (watch.Elapsed, api.Cpu - cpu, await api.Stored(inbox: false) - beforeBatches);
        if (engine == "SQLite") batches = await api.Stored() - empty;
        var everything = requests.Sum(shard => shard.Sum(r => r.Samples)) / (double)Metrics.Length; // what was sent before the clock started becomes batches too
        return new($"ours, remote write by {shards} shards, {engine}", samples / elapsed.TotalSeconds, batches / everything, string.Create(CultureInfo.InvariantCulture,
            $"{readings / elapsed.TotalSeconds:N0} of Prometheus' samples/s, {all.Count} requests of {all[0].Samples}, {all.Sum(r => (long)r.Body.Length) / samples:0.0} bytes each on the wire, {inbox / samples:0.0} in the inbox, "
            + $"{used.TotalMicroseconds / readings:0.00} µs of processor for one of Prometheus', batches at {everything / madeIn.TotalSeconds:N0}/s by {madeBy.TotalMicroseconds / everything:0.00} µs, peak {api.PeakMemory >> 20} MiB"), Stored.OfRemoteWrite);
    }

    /// <returns>one node's id</returns>
    private static async Task<string> Register(ApiProcess api, IReadOnlyList<NodeData> fleet)
    {
        var provider = await api.Create("/v1/providers", new { name = "Benchmark", address = $"0x{0x5151:x40}" });
        var site = await api.Create("/v1/sites", new { providerId = provider, name = "Rack", region = "US-TX", latitude = 0, longitude = 0, pueBps = 11_000, powerPriceUsdPerMwh = 30, renewableBps = 0, heatReuseBps = 0 });
        var id = "";
        foreach (var node in fleet)
        {
            id = await api.Create("/v1/nodes", new { siteId = site, name = node.Name, gpuModel = FleetData.Model, gpuUuids = node.Uuids, nodeKey = node.Key.Address });
            using var set = await api.Http.PutAsJsonAsync($"/v1/nodes/{id}/ingest", new { stepSeconds = StepSeconds });
            set.EnsureSuccessStatusCode();
        }
        return id;
    }

    private static Task Post(HttpClient http, List<List<Request>> shards, int from, int count) => Task.WhenAll(shards.Select(shard => Task.Run(async () =>
    {
        foreach (var request in shard.Skip(from).Take(count))
        {
            using var content = new ByteArrayContent(request.Body) { Headers = { ContentType = new("application/x-protobuf"), ContentEncoding = { "snappy" } } };
            using var response = await http.PostAsync("/v1/telemetry/prometheus/write", content);
            if ((int)response.StatusCode != 204) throw new InvalidOperationException($"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        }
    })));

    /// <summary>For each shard its requests in the order of time: a day that is over, so that nothing is late.</summary>
    private static List<List<Request>> Requests(IReadOnlyList<NodeData> fleet, int shards)
    {
        var start = new DateTimeOffset(DateTimeOffset.UtcNow.UtcDateTime.Date.AddDays(-1), TimeSpan.Zero).ToUnixTimeMilliseconds();
        var series = Series(fleet).ToList();
        return [.. Enumerable.Range(0, shards).Select(shard => series.Where((_, i) => i * 7 % shards == shard).ToList()).Select(own =>
            Enumerable.Range(0, Scrapes).SelectMany(scrape => own.Select(one => (One: one, Scrape: scrape))).Chunk(MostSamplesOfARequest)
                .Where(some => some.Length == MostSamplesOfARequest).Select(some => Write(some, start)).ToList())];
    }

    private static Request Write((OneSeries One, int Scrape)[] samples, long start)
    {
        using var message = new MemoryStream(samples.Length * 320);
        foreach (var (one, scrape) in samples)
            if (one.Value(scrape) is { } value) one.Write(message, start + scrape * StepSeconds * 1_000L + one.OffsetMs, value);
        return new(IronSnappy.Snappy.Encode(message.ToArray()), samples.Count(s => s.One.Value(s.Scrape) is not null));
    }

    private static IEnumerable<OneSeries> Series(IReadOnlyList<NodeData> fleet)
    {
        foreach (var (node, n) in fleet.Select((node, n) => (node, n)))
            for (var gpu = 0; gpu < FleetData.Gpus; gpu++)
                for (var m = 0; m < Metrics.Length; m++)
                {
                    var (metric, g, unit) = (m, gpu, Metrics[m].Unit);
                    yield return new(Labels(Metrics[m].Name, node.Uuids[gpu], gpu, n), 3_000 + n * 37 % 9_000, scrape =>
                    {
                        var batch = node.Batches[scrape / node.Batches[0].Samples];
                        var value = batch.InOrder[metric][g * batch.Samples + scrape % batch.Samples];
                        return value == Columns.Missing ? null : value / unit;
                    });
                }
    }

    /// <summary>As dcgm-exporter has them and a scrape job adds to them, in the order of their names.</summary>
    private static byte[] Labels(string metric, string uuid, int gpu, int node)
    {
        using var bytes = new MemoryStream();
        foreach (var (name, value) in ((string, string)[])[
            ("DCGM_FI_DRIVER_VERSION", "550.90.07"), ("Hostname", $"gpu-node-{node:000}.rack-{node / 8:00}.example"), ("UUID", uuid), ("__name__", metric), ("device", $"nvidia{gpu}"), ("gpu", $"{gpu}"),
            ("instance", $"10.20.{node / 250}.{node % 250 + 1}:9400"), ("job", "dcgm"), ("modelName", "NVIDIA H100 80GB HBM3"), ("pci_bus_id", $"00000000:{0x18 + gpu * 8:X2}:00.0")])
        {
            var (n, v) = (Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value));
            bytes.Write([0x0a, (byte)(n.Length + v.Length + 4), 0x0a, (byte)n.Length, .. n, 0x12, (byte)v.Length, .. v]);
        }
        return bytes.ToArray();
    }

    /// <param name="Labels">as they stand in a TimeSeries</param>
    /// <param name="OffsetMs">when within a step its target is scraped</param>
    private sealed record OneSeries(byte[] Labels, int OffsetMs, Func<int, double?> Value)
    {
        public void Write(MemoryStream to, long at, double value)
        {
            Span<byte> sample = stackalloc byte[20];
            sample[0] = 0x09;
            BinaryPrimitives.WriteDoubleLittleEndian(sample[1..], value);
            sample[9] = 0x10;
            var size = 10 + Varint(sample[10..], (ulong)at);
            Span<byte> head = stackalloc byte[10];
            head[0] = 0x0a;
            to.Write(head[..(1 + Varint(head[1..], (ulong)(Labels.Length + 2 + size)))]);
            to.Write(Labels);
            to.Write([0x12, (byte)size]);
            to.Write(sample[..size]);
        }

        private static int Varint(Span<byte> to, ulong value)
        {
            var at = 0;
            for (; value >= 0x80; value >>= 7) to[at++] = (byte)(value | 0x80);
            to[at++] = (byte)value;
            return at;
        }
    }

    /// <summary>What the server does with a request before it is stored, on one core: nanoseconds for each of Prometheus' samples.</summary>
    public static string ByStep(IReadOnlyList<NodeData> fleet)
    {
        var requests = Requests(fleet, 4)[0].Take(20).ToList();
        var messages = requests.ConvertAll(r => SnappyBlock.Read(r.Body, 32 << 20).Ok(out var message, out _) ? message : throw new InvalidOperationException());
        var places = fleet.SelectMany((node, n) => node.Uuids.Select((uuid, gpu) => (Guid.Parse(uuid.AsSpan(4)), (NodeId.From($"node_{n:x32}"), gpu)))).ToDictionary(p => p.Item1, p => p.Item2);
        var placed = messages.ConvertAll(m => WriteRequest.Read(m).Ok(out var arrival, out _)
            ? arrival.Samples.ConvertAll(s => new PlacedSample(places[s.Gpu].Item1, places[s.Gpu].gpu, s.At, s.Value, s.Column, s.Instance)) : throw new InvalidOperationException());
        (string Name, Action<int> Do)[] steps = [("unpack", i => SnappyBlock.Read(requests[i].Body, 32 << 20)), ("read", i => WriteRequest.Read(messages[i])), ("pack", i => Packet.Write(placed[i]))];
        var samples = requests.Sum(r => (double)r.Samples);
        return $"nanoseconds of a core for each of Prometheus' samples, {messages[0].Length / requests[0].Samples} bytes each: " + string.Join(", ", steps.Select(step => $"{step.Name} {Time(step.Do):0}"));

        double Time(Action<int> step)
        {
            const int Rounds = 10;
            for (var i = 0; i < requests.Count * 3; i++) step(i % requests.Count);
            var before = Environment.CpuUsage.TotalTime;
            for (var i = 0; i < requests.Count * Rounds; i++) step(i % requests.Count);
            return (Environment.CpuUsage.TotalTime - before).TotalNanoseconds / Rounds / samples;
        }
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ComputeRwa.Demo;

namespace ComputeRwa.EndToEnd;

/// <summary>Nodes of eight GPUs, shared among clients that send for hours: signed batches in the compact form, a request again until it is answered.</summary>
internal sealed class SoakFleet
{
    public const int Gpus = 8;
    public const int Samples = 600;

    private const int Clients = 4;
    private const int NodesOfARequest = 8;
    private const int RequestsOfARound = 2;
    private const int SamplesOfARequest = NodesOfARequest * Gpus * Samples;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly HttpClient _http;
    private readonly CompactNode[][][] _nodes; // by client and request of a round
    private readonly CompactColumns[] _columns;
    private readonly int[] _rounds = new int[Clients];
    private long _turnedAway;

    /// <summary>Batches that were answered as stored, by their hash, with their place in their node's chain.</summary>
    public ConcurrentDictionary<string, (string Node, long Sequence)> Answered { get; } = new();

    /// <summary>Requests that had to be sent again.</summary>
    public long TurnedAway => Interlocked.Read(ref _turnedAway);

    public int Nodes => Clients * RequestsOfARound * NodesOfARequest;

    private SoakFleet(HttpClient http, CompactNode[] nodes, CompactColumns[] columns) =>
        (_http, _columns, _nodes) = (http, columns, [.. nodes.Chunk(NodesOfARequest).Chunk(RequestsOfARound)]);

    public static async Task<SoakFleet> Register(ApiProcess api)
    {
        var (seed, keys) = (new Seed(Repository.Seed), new Keys(new(Repository.Seed)));
        var provider = await api.Create("/v1/providers", new { name = "Soak", address = $"0x{0x5151:x40}" });
        var site = await api.Create("/v1/sites", new { providerId = provider, name = "Rack", region = "US-TX", latitude = 0, longitude = 0, pueBps = 11_000, powerPriceUsdPerMwh = 30, renewableBps = 0, heatReuseBps = 0 });
        var from = new DateTimeOffset(DateTimeOffset.UtcNow.UtcDateTime.Date.AddDays(-400), TimeSpan.Zero).ToUnixTimeSeconds(); // a fast machine sends a hundred days of a node in a quarter of an hour
        var nodes = new CompactNode[Clients * RequestsOfARound * NodesOfARequest];
        for (var n = 0; n < nodes.Length; n++)
        {
            var key = keys.Of($"soak {n}");
            var id = await api.Create("/v1/nodes", new { siteId = site, name = $"soak {n}", gpuModel = "H100-SXM5-80GB", gpuUuids = Enumerable.Range(0, Gpus).Select(g => seed.GpuUuid($"soak {n}.{g}")).ToArray(), nodeKey = key.Address });
            nodes[n] = new(id, key, from);
        }
        return new(api.Http, nodes, [.. Enumerable.Range(0, 16).Select(i => Walk(seed.Random($"soak {i}")))]);
    }

    /// <summary>Sends for so long, and ends with the last answers.</summary>
    /// <param name="samplesPerSecond">null for as fast as they are answered</param>
    /// <returns>samples that were answered as stored</returns>
    public async Task<long> Send(TimeSpan time, double? samplesPerSecond = null)
    {
        var watch = Stopwatch.StartNew();
        var gap = TimeSpan.FromSeconds(samplesPerSecond is { } rate ? Clients * SamplesOfARequest / rate : 0);
        return (await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(() => SendOf(client, watch, time, gap))))).Sum();
    }

    private async Task<long> SendOf(int client, Stopwatch watch, TimeSpan time, TimeSpan gap)
    {
        var sent = 0L;
        // What an outage has held up is caught up with: the times at which requests are due do not move.
        for (var due = TimeSpan.Zero; watch.Elapsed < time; due += gap)
        {
            if (due > watch.Elapsed) await Task.Delay(due - watch.Elapsed);
            var round = _rounds[client]++;
            var (body, batches) = Body(_nodes[client][round % RequestsOfARound], round);
            while (!await Post(body, batches))
            {
                Interlocked.Increment(ref _turnedAway);
                await Task.Delay(Pause);
            }
            sent += SamplesOfARequest;
        }
        return sent;
    }

    private (byte[] Body, List<(string Node, long Sequence, string Hash)> Batches) Body(CompactNode[] nodes, int round)
    {
        using var body = new MemoryStream();
        body.Write(CompactNode.Magic);
        var batches = new List<(string, long, string)>();
        foreach (var (node, i) in nodes.Select((node, i) => (node, i)))
        {
            var (sequence, hash) = node.Write(body, _columns[(round + i) % _columns.Length]);
            batches.Add((node.Id, sequence, hash));
        }
        return (body.ToArray(), batches);
    }

    /// <returns>false when the service or its database is away: then it is sent again.</returns>
    /// <exception cref="InvalidOperationException">A batch was refused, or the answer is of another kind.</exception>
    private async Task<bool> Post(byte[] body, List<(string Node, long Sequence, string Hash)> batches)
    {
        using var content = new ByteArrayContent(body) { Headers = { ContentType = new(CompactNode.MediaType) } };
        using var response = await _http.PostAsync("/v1/telemetry/batches", content);
        if (response.StatusCode == HttpStatusCode.ServiceUnavailable) return false;
        var text = await response.Content.ReadAsStringAsync();
        if (response.StatusCode != HttpStatusCode.OK) throw new InvalidOperationException($"{(int)response.StatusCode} {text}");
        foreach (var (answer, batch) in JsonDocument.Parse(text).RootElement.GetProperty("batches").EnumerateArray().Zip(batches))
        {
            if (answer.GetProperty("status").GetString() is not ("accepted" or "duplicate") || answer.GetProperty("hash").GetString() != $"0x{batch.Hash}") throw new InvalidOperationException($"{answer}");
            Answered[batch.Hash] = (batch.Node, batch.Sequence);
        }
        return true;
    }

    /// <summary>Load that changes every half minute or so, power that follows it and is read every few seconds, memory that hardly changes.</summary>
    private static CompactColumns Walk(Randomness random)
    {
        var columns = Enumerable.Range(0, 4).Select(_ => new int[Gpus * Samples]).ToArray();
        for (var gpu = 0; gpu < Gpus; gpu++)
        {
            var (load, power, memory) = (0, 0, random.Between(20_000, 70_000));
            for (var i = 0; i < Samples; i++)
            {
                if (i == 0 || random.OneIn(30)) load = random.OneIn(3) ? 0 : random.Between(500, 9_500);
                if (i == 0 || random.OneIn(4)) power = 90_000 + load * 50 + random.Between(-2_000, 2_000);
                if (random.OneIn(200)) memory += random.Between(-100, 100);
                var at = gpu * Samples + i;
                (columns[0][at], columns[1][at], columns[2][at], columns[3][at]) = (load, load > 0 ? 100 : 0, power, memory);
            }
        }
        return CompactColumns.Of(Gpus, Samples, columns);
    }
}

using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text.RegularExpressions;
using ComputeRwa.Demo;

namespace ComputeRwa.EndToEnd;

/// <summary>Bombs and damaged bodies by many clients at once, at a real process that takes others' batches meanwhile: it stays small, and loses nothing of theirs.</summary>
[Trait("group", "telemetry")]
public sealed partial class HostileTelemetryTests
{
    private const long MostMemory = 500 << 20;
    private const int Clients = 8;
    private const double HonestRate = 100_000;
    private const string Batches = "/v1/telemetry/batches";
    private const string RemoteWrite = "/v1/telemetry/prometheus/write";

    private static readonly int RequestsOfAClient = Repository.FullProfile ? 1_000 : 40;
    private static readonly TimeSpan Honestly = TimeSpan.FromSeconds(2);

    private sealed record Hostile(string Path, string Type, string Coding, byte[] Body, int[] Expected);

    [Fact]
    public async Task Bombs_and_damage_leave_it_small_and_its_neighbours_whole()
    {
        await using var api = await ApiProcess.Start("PostgreSQL");
        var fleet = await SoakFleet.Register(api);
        var bombs = Bombs();
        var statuses = new ConcurrentDictionary<int, int>();
        var hostile = Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            var random = new Seed(Repository.Seed).Random($"hostile {client}");
            for (var i = client; i < client + RequestsOfAClient; i++)
            {
                var (path, type, coding, body, expected) = i % 3 == 0 ? bombs[i / 3 % bombs.Count] : Damaged(random);
                using var content = new ByteArrayContent(body) { Headers = { ContentType = new(type), ContentEncoding = { coding } } };
                using var response = await api.Http.PostAsync(path, content);
                var status = (int)response.StatusCode;
                statuses.AddOrUpdate(status, 1, (_, count) => count + 1);
                // 503 says that too much is under way, and to come again.
                Assert.True(status == 503 || expected.Contains(status), $"{path} {coding}: {status} {await response.Content.ReadAsStringAsync()}");
            }
        })));
        do await fleet.Send(Honestly, HonestRate);
        while (!hostile.IsCompleted);
        await hostile;
        Assert.True(statuses.GetValueOrDefault(400) > RequestsOfAClient && statuses.GetValueOrDefault(413) > RequestsOfAClient / 4, string.Join(' ', statuses));
        var stored = (await Postgres.List(api.Database, "SELECT node_id || ' ' || sequence || ' ' || encode(hash, 'hex') FROM telemetry_batches")).ToHashSet();
        Assert.Equal(stored.Count, fleet.Answered.Count);
        Assert.All(fleet.Answered, a => Assert.Contains($"{a.Value.Node} {a.Value.Sequence} {a.Key}", stored));
        Assert.True(api.PeakMemory < MostMemory, $"{api.PeakMemory:N0} bytes at most");
        var metrics = await api.Http.GetStringAsync("/metrics");
        Assert.Equal(["malformed", "too_large"], Refusals().Matches(metrics).Select(m => m.Groups[1].Value).Where(r => r is "malformed" or "too_large").Distinct().Order());
    }

    private static List<Hostile> Bombs()
    {
        const string Protobuf = "application/x-protobuf";
        using var gzip = new MemoryStream();
        using (var to = new GZipStream(gzip, CompressionLevel.Fastest, leaveOpen: true))
            for (var i = 0; i < 64; i++) to.Write(new byte[1 << 20]);
        // A frame of 2,000 blocks of 128 KiB that are one byte again and again, as RFC 8878 lays them down.
        byte[] zstd = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, .. Enumerable.Repeat((byte[])[0x02, 0x00, 0x10, 0x00], 2_000).SelectMany(b => b), 0x01, 0x00, 0x00];
        // 31 MiB of zeros by snappy's copies of what was read before, which is as much as is unpacked.
        byte[] snappy = [0x80, 0x80, 0xc0, 0x0f, 0x00, 0x00, .. Enumerable.Repeat((byte[])[0xfe, 0x01, 0x00], ((31 << 20) - 1) / 64).SelectMany(b => b), 0xfa, 0x01, 0x00];
        return
        [
            new(Batches, CompactNode.MediaType, "gzip", gzip.ToArray(), [413]), new(Batches, "application/json", "gzip", gzip.ToArray(), [413]),
            new(Batches, CompactNode.MediaType, "zstd", zstd, [413]), new(Batches, CompactNode.MediaType, "zstd", [.. zstd[..5], 0xff, .. zstd[6..]], [400]),
            new(Batches, CompactNode.MediaType, "identity", new byte[(8 << 20) + 1], [413]), new(RemoteWrite, Protobuf, "snappy", snappy, [400]),
            new(RemoteWrite, Protobuf, "snappy", [0xff, 0xff, 0xff, 0xff, 0x0f], [413]),
        ];
    }

    /// <summary>A well-formed batch of a node that nobody has registered, with some of its bytes changed or cut.</summary>
    private static Hostile Damaged(Randomness random)
    {
        using var body = new MemoryStream();
        body.Write(CompactNode.Magic);
        Stranger.Write(body, Columns);
        var bytes = body.ToArray();
        for (var flips = random.Between(1, 5); flips > 0; flips--) bytes[random.Between(0, bytes.Length - 1)] = (byte)random.Next();
        return new(Batches, CompactNode.MediaType, "identity", random.OneIn(3) ? bytes[..random.Between(0, bytes.Length - 1)] : bytes, [200, 400]);
    }

    private static readonly CompactColumns Columns = CompactColumns.Of(2, 60, [.. Enumerable.Range(0, 4).Select(c => Enumerable.Range(0, 120).Select(i => i * c % 100).ToArray())]);

    private static CompactNode Stranger => new($"node_{7:x32}", new Keys(new(1)).Of("stranger"), 1_700_000_000);

    [GeneratedRegex("computerwa_telemetry_requests_refused_(\\w+)_total [1-9]")]
    private static partial Regex Refusals();
}

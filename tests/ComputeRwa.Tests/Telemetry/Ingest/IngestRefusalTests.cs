using System.Net;
using System.Text;
using ComputeRwa.Tests.Support;
using static ComputeRwa.Tests.Telemetry.Ingest.IngestWorld;

namespace ComputeRwa.Tests.Telemetry.Ingest;

[Trait("engine", "both")]
[StartsEarly(8)]
public sealed class IngestRefusalTests(IngestWorld world) : IClassFixture<IngestWorld>, IAsyncLifetime
{
    private FleetClient _fleet = null!;

    public async Task InitializeAsync() => _fleet = await FleetClient.Join(world.App);

    public Task DisposeAsync()
    {
        _fleet.Dispose();
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData("application/json", "snappy", "", 415, "unsupported-media-type", "Content-Type")]
    [InlineData("application/x-protobuf;proto=io.prometheus.write.v2.Request", "snappy", "", 415, "unsupported-media-type", "Content-Type")]
    [InlineData("application/x-protobuf", "gzip", "", 415, "unsupported-media-type", "Content-Encoding")]
    [InlineData("application/x-protobuf", "snappy", "ffffffff0f", 413, "too-large", null)]
    [InlineData("application/x-protobuf", "snappy", "80808008fe0100", 400, "malformed", "body")]
    [InlineData("application/x-protobuf", "snappy", "", 400, "malformed", "body")]
    [InlineData("application/x-protobuf", "snappy", "010007", 400, "malformed", "body")]
    public async Task A_write_that_cannot_be_read_is_refused(string type, string coding, string hex, int status, string code, string? field) =>
        await FleetClient.Refused((HttpStatusCode)status, code, field, await WriteRaw(_fleet, Convert.FromHexString(hex), type, coding));

    [Theory]
    [InlineData("application/json", "", "?at=2026-07-14T08:12:38Z", "", 415, "unsupported-media-type", "Content-Type")]
    [InlineData("text/csv", "gzip", "", "", 415, "unsupported-media-type", "Content-Encoding")]
    [InlineData("text/plain", "", "", "a 1\n", 400, "invalid", "at")]
    [InlineData("text/plain", "", "?at=yesterday", "a 1\n", 400, "malformed", null)]
    [InlineData("text/plain", "", "?at=2026-07-14T08:12:38Z", "a b\n", 400, "malformed", "line 1")]
    [InlineData("text/csv", "", "?utcOffset=CET", "timestamp,uuid\n", 400, "invalid", "utcOffset")]
    [InlineData("text/csv", "", "", "timestamp,power.draw\n", 400, "malformed", "header")]
    public async Task A_file_that_cannot_be_read_is_refused(string type, string coding, string query, string text, int status, string code, string? field) =>
        await FleetClient.Refused((HttpStatusCode)status, code, field, await WriteRaw(_fleet, Encoding.UTF8.GetBytes(text), type, coding, "/v1/telemetry/import" + query));

    [Fact]
    public async Task Bodies_over_the_limit_are_refused()
    {
        await FleetClient.Refused(HttpStatusCode.RequestEntityTooLarge, "too-large", null, await WriteRaw(_fleet, new byte[(8 << 20) + 1]));
        await FleetClient.Refused(HttpStatusCode.RequestEntityTooLarge, "too-large", null, await WriteRaw(_fleet, new byte[(16 << 20) + 1], "text/csv", "", "/v1/telemetry/import"));
        await FleetClient.Refused(HttpStatusCode.RequestEntityTooLarge, "too-large", null, await WriteRaw(_fleet, IronSnappy.Snappy.Encode(new byte[(32 << 20) + 1])));
        var label = new WireWriter().Series([("__name__", "DCGM_FI_DEV_FB_USED"), ("x", new string('x', 1 << 20))], (Start * 1_000, 1));
        await FleetClient.Refused(HttpStatusCode.RequestEntityTooLarge, "too-large", null, await Write(_fleet, label));
        foreach (var values in new[] { 200_000, 1_000_000 }) // too many series, and so many that they unpack to too much
            await FleetClient.Refused(HttpStatusCode.RequestEntityTooLarge, "too-large", null, await WriteRaw(_fleet, IronSnappy.Snappy.Encode(Numbered(values))));
    }

    /// <summary>A message of as many series, each with a label value of its own.</summary>
    private static byte[] Numbered(int values)
    {
        var one = new WireWriter().Series([("__name__", "DCGM_FI_DEV_FB_USED"), ("uuid", "0000000")]).ToArray();
        var (digits, message) = (one.AsSpan().IndexOf("0000000"u8), new byte[one.Length * values]);
        for (var i = 0; i < values; i++)
        {
            var series = message.AsSpan(i * one.Length, one.Length);
            one.CopyTo(series);
            Assert.True(i.TryFormat(series[digits..], out _, "d7"));
        }
        return message;
    }

    [Theory]
    [InlineData("1970-01-01T00:00:05Z")]
    [InlineData("2100-01-01T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("9999-12-31T23:59:59Z")]
    public async Task Times_that_cannot_be_are_refused(string time)
    {
        var node = await AddNode(_fleet, 1);
        var at = DateTimeOffset.Parse(time, null).ToUnixTimeMilliseconds();
        await FleetClient.Refused(HttpStatusCode.BadRequest, "invalid", "body", await Write(_fleet, new WireWriter().Gpu(node.GpuUuids[0], at, 0.5, 50, 100, 5)));
        await FleetClient.Refused(HttpStatusCode.BadRequest, "invalid", "body", await Write(_fleet, new WireWriter().Gpu(node.GpuUuids[0], long.MaxValue, 0.5, 50, 100, 5).Gpu(node.GpuUuids[0], long.MinValue, 0.5, 50, 100, 5)));
        Assert.Equal(0, await world.InboxRows(_fleet));
    }

    [Fact]
    public async Task Readings_that_cannot_be_are_left_out_and_the_rest_is_kept()
    {
        var node = await AddNode(_fleet, 1);
        await Stored(Write(_fleet, new WireWriter().Gpu(node.GpuUuids[0], Start * 1_000, 1.5, 101, 841, 60_000).Gpu(node.GpuUuids[0], Start * 1_000 + 1, -1, double.PositiveInfinity, 2147483632, 81_560)));
        await world.Finish(_fleet);
        var columns = Assert.Single(await world.Batches(node, Epoch))["columns"]!;
        Assert.Equal("{\"smActiveBps\":[[null]],\"gpuUtilPct\":[[null]],\"powerMilliwatts\":[[null]],\"memoryMiB\":[[60000]]}", columns.ToJsonString());
        var metrics = await _fleet.Http.GetStringAsync("/metrics");
        Assert.Matches("# TYPE computerwa_ingest_samples_impossible_total counter\ncomputerwa_ingest_samples_impossible_total [1-9]", metrics);
        Assert.Matches("computerwa_ingest_samples_missing_total [1-9]", metrics);
    }

    /// <summary>Hundreds of damaged requests over HTTP: none breaks anything, and what was stored before and after is whole.</summary>
    [Fact]
    public async Task Damaged_requests_are_refused_and_nothing_is_lost()
    {
        var node = await AddNode(_fleet, 1);
        var random = new Random(9);
        var other = new WireWriter().Gpu(Samples.Uuid(int.MaxValue, 0), Start * 1_000, 0.5, 50, 100, 5).ToArray();
        var answers = new Dictionary<HttpStatusCode, int>();
        for (var i = 0; i < Captures.Cases(400, 20_000); i++)
        {
            if (i % 20 == 0 && i / 20 < 20) await Stored(Write(_fleet, new WireWriter().Gpu(node.GpuUuids[0], (Start + i / 20 * 15) * 1_000, 0.5, 50, 100 + i / 20, 5)));
            using var response = await ((i % 4) switch
            {
                0 => WriteRaw(_fleet, Captures.Damage(IronSnappy.Snappy.Encode(other), random)),
                1 => WriteRaw(_fleet, IronSnappy.Snappy.Encode(Captures.Damage(other, random))),
                2 => WriteRaw(_fleet, Captures.Damage(Captures.Read("dcgm-exporter_t4.prom"), random), "text/plain", "", "/v1/telemetry/import?at=2026-07-14T08:12:38Z"),
                _ => WriteRaw(_fleet, Captures.Damage(Captures.Read("nvidia-smi_h200_load.csv"), random), "text/csv", "", "/v1/telemetry/import"),
            });
            answers[response.StatusCode] = answers.GetValueOrDefault(response.StatusCode) + 1;
            Assert.True((int)response.StatusCode < 500, $"case {i}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        }
        Assert.True(answers.GetValueOrDefault(HttpStatusCode.BadRequest) > 50 && answers.GetValueOrDefault(HttpStatusCode.NoContent) > 10, string.Join(' ', answers));
        await world.Finish(_fleet);
        var power = Assert.Single(await world.Batches(node, Epoch))["columns"]!["powerMilliwatts"]![0]!.AsArray();
        Assert.Equal(Enumerable.Range(0, 20).Select(i => 100_000 + 1_000 * i), power.Select(v => (int)v!));
    }
}

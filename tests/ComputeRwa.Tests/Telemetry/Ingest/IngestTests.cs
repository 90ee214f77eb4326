using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;
using ComputeRwa.Telemetry.Ingest;
using ComputeRwa.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using static ComputeRwa.Tests.Telemetry.Ingest.IngestWorld;

namespace ComputeRwa.Tests.Telemetry.Ingest;

[Trait("engine", "both")]
public sealed class IngestTests(IngestWorld world) : IClassFixture<IngestWorld>, IAsyncLifetime
{
    private FleetClient _fleet = null!;

    public async Task InitializeAsync() => _fleet = await FleetClient.Join(world.App);

    public Task DisposeAsync()
    {
        _fleet.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task What_is_written_is_on_disk_when_answered_and_becomes_one_batch_a_window()
    {
        var node = await AddNode(_fleet, 2);
        for (var i = 0; i < 25; i++) // 5 of them in the next window; 7.3 s past each line of the grid
            await Stored(Write(_fleet, new WireWriter()
                .Gpu(node.GpuUuids[0], (Start + i * 15) * 1_000 + 7_300, 0.5, 97, 600.25 + i, 61_000)
                .Gpu(node.GpuUuids[1], (Start + i * 15) * 1_000 + 7_301, i == 3 ? double.NaN : 0.25, i, 100, 2_000)));
        Assert.Equal(25, await world.InboxRows(_fleet));
        Assert.Empty(await world.Batches(node, Epoch));

        await world.Finish(_fleet);
        Assert.Equal(0, await world.InboxRows(_fleet));
        var batches = await world.Batches(node, Epoch);
        Assert.Equal([(0L, Start, 15L), (1L, Start + 300, 15L)], batches.Select(b => ((long)b["sequence"]!, (long)b["from"]!, (long)b["stepSeconds"]!)));
        Assert.Equal((string)batches[0]["hash"]!, (string)batches[1]["previousHash"]!);
        var columns = batches[0]["columns"]!;
        Assert.Equal(Enumerable.Range(0, 20).Select(i => (int?)(600_250 + 1_000 * i)), Row(columns, "powerMilliwatts", 0));
        Assert.Equal(Enumerable.Repeat((int?)5_000, 20), Row(columns, "smActiveBps", 0));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => i == 3 ? null : (int?)2_500), Row(columns, "smActiveBps", 1));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => (int?)i), Row(columns, "gpuUtilPct", 1));
        Assert.Equal(Enumerable.Repeat((int?)2_000, 20), Row(columns, "memoryMiB", 1));
        Assert.Equal(5, Row(batches[1]["columns"]!, "memoryMiB", 0).Count);

        var rollup = await _fleet.Get($"/v1/nodes/{node.Id}/rollups?epoch={Epoch}");
        Assert.Equal([375, 375], rollup["gpus"]!.AsArray().Select(g => (int)g!["availableSeconds"]!)); // utilisation stands in for the SM-active that is missing
        var view = (await _fleet.Get($"/v1/nodes/{node.Id}/batches"))["items"]!.AsArray();
        Assert.All(view, b => Assert.Equal("selfReported", (string)b!["trust"]!));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(Start + 375), (DateTimeOffset)(await _fleet.Get($"/v1/nodes/{node.Id}/ingest"))["through"]!);
    }

    [Fact]
    public async Task What_is_sent_again_changes_nothing_before_and_after_it_has_become_a_batch()
    {
        var node = await AddNode(_fleet, 1);
        var message = new WireWriter();
        for (var i = 0; i < 20; i++) message.Gpu(node.GpuUuids[0], (Start + i * 15) * 1_000 + 4_000, 0.1, 10, 100 + i, 500);
        for (var i = 0; i < 3; i++) await Stored(Write(_fleet, message));
        await world.Finish(_fleet);
        var before = Assert.Single(await world.Batches(node, Epoch)).ToJsonString();
        await Stored(Write(_fleet, message));
        await world.Finish(_fleet);
        Assert.Equal(before, Assert.Single(await world.Batches(node, Epoch)).ToJsonString());
        Assert.Equal(0, await world.InboxRows(_fleet));
    }

    /// <summary>However samples are split, shuffled and repeated over requests, the batch is the same: the latest of each step.</summary>
    [Fact]
    public async Task The_order_in_which_samples_arrive_does_not_matter()
    {
        for (var seed = 0; seed < 6; seed++)
        {
            var random = new Random(seed);
            var node = await AddNode(_fleet, 3, 30);
            var samples = new List<(int Gpu, long At, double Watts)>();
            for (var gpu = 0; gpu < 3; gpu++)
                for (var slot = 0; slot < 10; slot++)
                    for (var n = random.Next(3); n > 0; n--) samples.Add((gpu, (Start + slot * 30) * 1_000 + random.Next(9_000, 21_000), random.Next(1, 700)));
            samples = [.. samples.DistinctBy(s => (s.Gpu, s.At))];
            var sent = samples.Concat(samples.Where(_ => random.Next(4) == 0)).OrderBy(_ => random.Next()).ToArray();
            foreach (var part in sent.Chunk(random.Next(1, 12)))
            {
                var message = new WireWriter();
                foreach (var (gpu, at, watts) in part) message.Series([("__name__", "DCGM_FI_DEV_POWER_USAGE"), ("uuid", node.GpuUuids[gpu])], (at, watts));
                await Stored(Write(_fleet, message));
            }
            await world.Finish(_fleet);
            var batch = Assert.Single(await world.Batches(node, Epoch));
            var first = samples.Min(s => (s.At / 1_000 - Start) / 30);
            Assert.Equal(Start + first * 30, (long)batch["from"]!);
            for (var gpu = 0; gpu < 3; gpu++)
            {
                var row = Row(batch["columns"]!, "powerMilliwatts", gpu);
                for (var i = 0; i < row.Count; i++)
                {
                    var inStep = samples.Where(s => s.Gpu == gpu && (s.At / 1_000 - Start) / 30 == first + i).OrderBy(s => s.At).ToList();
                    Assert.Equal(inStep.Count == 0 ? null : (int?)(inStep[^1].Watts * 1_000), row[i]);
                }
            }
        }
    }

    [Fact]
    public async Task Scrapes_that_fall_on_the_grid_s_lines_lose_no_step_to_a_millisecond()
    {
        var node = await AddNode(_fleet, 1);
        var message = new WireWriter();
        for (var i = 1; i < 20; i++) message.Gpu(node.GpuUuids[0], (Start + i * 15) * 1_000 + (i % 2 == 0 ? 4 : -4), 0.1, 10, 100 + i, 500);
        await Stored(Write(_fleet, message));
        await world.Finish(_fleet);
        Assert.Equal(Enumerable.Range(1, 19).Select(i => (int?)(100_000 + 1_000 * i)), Row(Assert.Single(await world.Batches(node, Epoch))["columns"]!, "powerMilliwatts", 0));
    }

    [Fact]
    public async Task Parts_of_a_gpu_add_up_to_it()
    {
        var node = await AddNode(_fleet, 1);
        var message = new WireWriter();
        foreach (var (id, profile, active, memory) in ((string, string, double, double)[])[("1", "3g.40gb", 1.0, 11_000), ("5", "1g.10gb", 0.5, 59), ("6", "1g.10gb", 0, 0)])
            foreach (var (name, value) in ((string, double)[])[("DCGM_FI_PROF_SM_ACTIVE", active), ("DCGM_FI_DEV_FB_USED", memory), ("DCGM_FI_DEV_POWER_USAGE", 433.78)])
                message.Series([("__name__", name), ("UUID", node.GpuUuids[0]), ("GPU_I_ID", id), ("GPU_I_PROFILE", profile)], (Start * 1_000 + 5_000, value));
        await Stored(Write(_fleet, message));
        await world.Finish(_fleet);
        var columns = Assert.Single(await world.Batches(node, Epoch))["columns"]!;
        // 10,000 × 3/7 and 5,000 × 1/7, each rounded down.
        Assert.Equal((4_285 + 714, 11_059, 433_780, null), (Row(columns, "smActiveBps", 0)[0], Row(columns, "memoryMiB", 0)[0], Row(columns, "powerMilliwatts", 0)[0], Row(columns, "gpuUtilPct", 0)[0]));
    }

    [Fact]
    public async Task A_node_s_samples_come_by_one_way_at_a_time()
    {
        var number = FleetClient.NextNumber();
        var node = await _fleet.AddNode(number, 1);
        var own = Samples.Signed(node, number, 0, Start - 600, 60, Hash32.Zero, Samples.Random(new(1), 1, 5));
        await FleetClient.Ok(await _fleet.Post(own));
        await Import(node, 0, unknown: 1); // not set up
        await FleetClient.Ok(await _fleet.Http.PutAsJsonAsync($"/v1/nodes/{node.Id}/ingest", new { stepSeconds = 60 }));
        var hash = Hash32.Parse((string)(await _fleet.Get($"/v1/nodes/{node.Id}/telemetry"))["headHash"]!);
        await FleetClient.Refused(HttpStatusCode.Conflict, "conflict", "nodeId", await _fleet.Post(Samples.Signed(node, number, 1, Start - 300, 60, hash, Samples.Random(new(1), 1, 5))));
        await Import(node, 1);

        Assert.False((bool)(await FleetClient.Ok(await _fleet.Http.DeleteAsync($"/v1/nodes/{node.Id}/ingest")))["on"]!);
        Assert.Equal(0, await world.InboxRows(_fleet)); // what had arrived is in a batch, behind the node's own
        await Import(node, 0, unknown: 1);
        var position = await _fleet.Get($"/v1/nodes/{node.Id}/telemetry");
        Assert.Equal(2, (int)position["nextSequence"]!);
        var next = Samples.Signed(node, number, 2, Start + 60, 60, Hash32.Parse((string)position["headHash"]!), Samples.Random(new(2), 1, 5));
        Assert.Equal("attested", (string)(await FleetClient.Ok(await _fleet.Post(next)))["trust"]!);
    }

    [Fact]
    public async Task Another_provider_s_gpus_are_unknown_to_a_key()
    {
        using var other = await FleetClient.Join(world.App);
        var node = await AddNode(_fleet, 1);
        await Stored(Write(other, new WireWriter().Gpu(node.GpuUuids[0], Start * 1_000, 0.1, 10, 100, 500)));
        Assert.Equal((0L, 0L), (await world.InboxRows(_fleet), await world.InboxRows(other)));
        await FleetClient.Refused(HttpStatusCode.Forbidden, "forbidden", "id", await other.Http.PutAsJsonAsync($"/v1/nodes/{node.Id}/ingest", new { stepSeconds = 15 }));
        await FleetClient.Refused(HttpStatusCode.Forbidden, "forbidden", "id", await other.Http.DeleteAsync($"/v1/nodes/{node.Id}/ingest"));
        await FleetClient.Refused(HttpStatusCode.BadRequest, "invalid", "stepSeconds", await _fleet.Http.PutAsJsonAsync($"/v1/nodes/{node.Id}/ingest", new { stepSeconds = 7 }));
        other.Http.DefaultRequestHeaders.Authorization = null;
        await FleetClient.Refused(HttpStatusCode.Unauthorized, "unauthenticated", null, await Write(other, new WireWriter()));
    }

    [Fact]
    public async Task An_epoch_is_closed_with_all_that_had_arrived_and_takes_no_more()
    {
        var node = await AddNode(_fleet, 1, 60);
        var start = Start - 400 * 86_400L - FleetClient.NextNumber() * 86_400L; // an epoch of this test's own
        var epoch = Samples.Day.EpochOf(DateTimeOffset.FromUnixTimeSeconds(start));
        await Stored(Write(_fleet, new WireWriter().Gpu(node.GpuUuids[0], start * 1_000 + 20_000, 0.1, 10, 100, 500)));
        await using (var tx = world.App.Database.Write())
        {
            await world.App.Services.GetRequiredService<Compactor>().Finish(tx, epoch);
            await TelemetryStore.CloseEpoch(tx, epoch, Samples.Now);
            await tx.Commit();
        }
        Assert.Single(await world.Batches(node, epoch));
        await Import(node, 0, late: 1, at: start + 80);
        await Import(node, 1, at: start + 86_400);
        await world.Finish(_fleet);
        Assert.Single(await world.Batches(node, epoch));
        Assert.Single(await world.Batches(node, epoch + 1));
    }

    [Fact]
    public async Task Many_senders_at_once_and_two_that_make_batches_lose_nothing()
    {
        var nodes = new List<Node>();
        for (var i = 0; i < 4; i++) nodes.Add(await AddNode(_fleet, 2));
        var sending = Enumerable.Range(0, 8).Select(async sender =>
        {
            for (var i = sender; i < 40; i += 8)
            {
                var message = new WireWriter();
                foreach (var node in nodes)
                    foreach (var uuid in node.GpuUuids) message.Gpu(uuid, (Start + i % 20 * 15) * 1_000 + 7_000, 0.1 * (1 + i / 20), 10, 100 + i % 20, 500);
                await Stored(Write(_fleet, message));
            }
        });
        await Task.WhenAll(sending);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => world.Finish(_fleet)));
        foreach (var node in nodes)
            Assert.Equal(Enumerable.Range(0, 20).Select(i => (int?)(100_000 + 1_000 * i)), Row(Assert.Single(await world.Batches(node, Epoch))["columns"]!, "powerMilliwatts", 1));
    }

    [Fact]
    public async Task The_captured_files_import_with_their_figures()
    {
        foreach (var (file, at, percent, milliwatts, memory) in ParserTests.Smi.Select(row => ((string)row[0], (string)row[1], (int?)row[2], (int)row[3], (int)row[4])))
        {
            var number = FleetClient.NextNumber();
            var request = _fleet.NodeRequest(number, 1) with { GpuModel = file.Contains("h200", StringComparison.Ordinal) ? "H200-SXM5-141GB" : "H100-SXM5-80GB" };
            var id = NodeId.From((string)(await FleetClient.Ok(await _fleet.Http.PostAsJsonAsync("/v1/nodes", request)))["id"]!);
            var node = Samples.Node(number, 1) with { Id = id, Model = Hardware.Find(request.GpuModel)! };
            await FleetClient.Ok(await _fleet.Http.PutAsJsonAsync($"/v1/nodes/{id}/ingest", new { stepSeconds = 15 }));
            var text = Encoding.UTF8.GetString(Captures.Read(file)).Replace(Captures.MaskedGpu, Samples.Uuid(number, 0), StringComparison.Ordinal);
            var receipt = await FleetClient.Ok(await WriteRaw(_fleet, Encoding.UTF8.GetBytes(text), "text/csv", "", "/v1/telemetry/import"));
            Assert.Equal((percent is null ? 2 : 3, percent is null ? 1 : 0), ((int)receipt["stored"]!, (int)receipt["missing"]!));
            await world.Finish(_fleet);
            var second = DateTimeOffset.Parse(at, null).ToUnixTimeSeconds();
            var batch = Assert.Single(await world.Batches(node, second / 86_400));
            var columns = batch["columns"]!;
            Assert.Equal(second - second % 15, (long)batch["from"]!);
            Assert.Equal((null, percent, milliwatts, memory),
                (Row(columns, "smActiveBps", 0).Single(), Row(columns, "gpuUtilPct", 0).Single(), Row(columns, "powerMilliwatts", 0).Single(), Row(columns, "memoryMiB", 0).Single()));
        }
    }

    private static List<int?> Row(JsonNode columns, string column, int gpu) => [.. columns[column]![gpu]!.AsArray().Select(v => (int?)v)];

    /// <summary>One power reading by the exporter's text, and what the receipt must say of it.</summary>
    private async Task Import(Node node, int stored, int unknown = 0, int late = 0, long? at = null)
    {
        var receipt = await FleetClient.Ok(await WriteRaw(_fleet, Encoding.UTF8.GetBytes($"DCGM_FI_DEV_POWER_USAGE{{UUID=\"{node.GpuUuids[0]}\"}} 100\n"), "text/plain", "",
            $"/v1/telemetry/import?at={DateTimeOffset.FromUnixTimeSeconds(at ?? Start):yyyy-MM-ddTHH:mm:ssZ}"));
        Assert.Equal((stored, unknown, late), ((int)receipt["stored"]!, (int)receipt["unknown"]!, (int)receipt["late"]!));
        Assert.Equal(unknown == 0 ? [] : [node.GpuUuids[0]], receipt["unknownGpus"]!.AsArray().Select(g => (string)g!));
    }
}

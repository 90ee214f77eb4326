using System.Text.Json.Nodes;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;
using ComputeRwa.Telemetry.Findings;
using ComputeRwa.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeRwa.Tests.Telemetry.Findings;

[Trait("engine", "both")]
public sealed class CheckJobTests : IAsyncLifetime
{
    private const int Count = 1_440; // six hours
    private static readonly long Epoch = DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 86_400 - 3;

    private readonly Dictionary<NodeId, ChainHead> _heads = [];
    private readonly Random _random = new(17);
    private TestApp _app = null!;

    public async Task InitializeAsync() => _app = await TestApp.StartWithoutChain(null, ("Findings:EverySeconds", "86400"));

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task Lies_of_ended_epochs_are_found_once_with_their_evidence_and_the_feed_is_told()
    {
        var (honest, copier, replayer, frozen) = (await AddNode(1), await AddNode(2), await AddNode(3), await AddNode(4));
        var truth = Honest();
        await Append(honest, Epoch, 0, truth);
        // 960 samples of the first node's first GPU, on the second node at the same time; and of its second GPU, on the third node a day and an hour later.
        var copied = Honest();
        Copy(truth, 0, 100, copied, 1, 100);
        await Append(copier, Epoch, 0, copied);
        var replayed = Honest();
        Copy(truth, 1, 100, replayed, 1, 340);
        await Append(replayer, Epoch + 1, 0, replayed);
        var still = Honest();
        for (var i = 0; i < 100; i++) (still.SmActiveBps[i], still.PowerMilliwatts[i], still.MemoryMiB[i]) = (8_000, 300_000, 40_000);
        await Append(frozen, Epoch + 1, 0, Honest());
        await Append(frozen, Epoch + 1, Count * 15, still);
        await Step();

        var found = await Findings();
        Assert.Equal(4, found.Count);
        var (one, other) = (Of(found, "copied-series", honest.GpuUuids[0]), Of(found, "copied-series", copier.GpuUuids[1]));
        Assert.Equal((copier.GpuUuids[1], honest.GpuUuids[0]), ((string)one["evidence"]!["of"]!["gpuUuid"]!, (string)other["evidence"]!["of"]!["gpuUuid"]!));
        var replay = Of(found, "replayed-series", replayer.GpuUuids[1]);
        Assert.Equal(86_400 + 240 * 15, (long)replay["evidence"]!["figures"]!["secondsLater"]!);
        Assert.Equal(await HashOf(honest, 0), (string)replay["evidence"]!["of"]!["batches"]![0]!["hash"]!);
        Assert.Equal(await HashOf(replayer, 0), (string)replay["evidence"]!["batches"]![0]!["hash"]!);
        var stood = Of(found, "frozen-power", frozen.GpuUuids[0]);
        Assert.Equal((1L, 1_500L, 300_000L), ((long)stood["evidence"]!["batches"]![0]!["sequence"]!, (long)stood["evidence"]!["figures"]!["seconds"]!, (long)stood["evidence"]!["figures"]!["meanMilliwatts"]!));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds((Epoch + 1) * 86_400 + Count * 15), (DateTimeOffset)stood["from"]!);
        Assert.Equal("telemetry.finding", (string)Assert.Single(await Items($"/v1/events?subject={frozen.Id}"))!["type"]!);
        Assert.Contains("computerwa_findings_frozen_power_total 1", await _app.Http.GetStringAsync("/metrics"), StringComparison.Ordinal);
        Assert.Equal((string)stood["id"]!, (string)Assert.Single(await Items($"/v1/findings?node={frozen.Id}"))!["id"]!);
        Assert.Equal(2, (await Items($"/v1/findings?epoch={Epoch}")).Count);
        Assert.Equal(found.Skip(1).Select(f => (string)f!["id"]!), (await Items($"/v1/findings?after={found[0]!["id"]}")).Select(f => (string)f!["id"]!));

        // Nothing is found twice, also when everything is looked at for the last time.
        await Step();
        foreach (var epoch in (long[])[Epoch, Epoch + 1]) await _app.Scratch.Write(tx => TelemetryStore.CloseEpoch(tx, epoch, DateTimeOffset.UtcNow));
        await Step();
        Assert.Equal(found.ToJsonString(), (await Findings()).ToJsonString());
        Assert.True(await _app.Scratch.Read(tx => CheckStore.IsFinal(tx, Epoch + 1)));
        Assert.Empty(await _app.Scratch.Read(tx => CheckStore.Open(tx, Epoch, Epoch + 2)));
    }

    [Fact]
    public async Task What_comes_late_is_checked_before_the_epoch_is_final_and_the_present_one_is_left_alone()
    {
        var node = await AddNode(1);
        await Step(); // with nothing at all to look at
        await Append(node, Epoch, 0, Honest());
        await Step();
        Assert.Contains("computerwa_findings_failing 0", await _app.Http.GetStringAsync("/metrics"), StringComparison.Ordinal);
        Assert.Empty(await Findings());
        Assert.False(await _app.Scratch.Read(tx => CheckStore.IsFinal(tx, Epoch)));

        await Append(node, Epoch, Count * 15, Idle());
        await Append(node, DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 86_400, 0, Idle());
        await _app.Scratch.Write(tx => TelemetryStore.CloseEpoch(tx, Epoch, DateTimeOffset.UtcNow));
        await Step();
        Assert.Equal(("busy-at-idle-power", Epoch), ((string)Assert.Single(await Findings())!["check"]!, (long)(await Findings())[0]!["epoch"]!));
        Assert.True(await _app.Scratch.Read(tx => CheckStore.IsFinal(tx, Epoch)));

        Columns Idle()
        {
            var idle = Honest();
            for (var i = Count; i < Count + 60; i++) (idle.SmActiveBps[i], idle.PowerMilliwatts[i], idle.MemoryMiB[i]) = (8_000, 60_000 + i, 40_000);
            return idle;
        }
    }

    [Fact]
    public async Task A_setting_that_cannot_be_stops_the_start_by_its_name() => Assert.Contains(
        "Findings:EverySeconds", (await Assert.ThrowsAnyAsync<Exception>(() => TestApp.StartWithoutChain(null, ("Findings:EverySeconds", "0")))).ToString(), StringComparison.Ordinal);

    private Task Step() => _app.Services.GetRequiredService<CheckJob>().Step();

    private Columns Honest() => HonestFleet.Columns(_random, "seren", 2, Count, 10);

    private async Task<Node> AddNode(int number)
    {
        var node = HonestFleet.Node(number, "seren", 2);
        await _app.Scratch.Write(async tx => Assert.Empty(await NodeStore.Insert(tx, node)));
        return node;
    }

    private async Task Append(Node node, long epoch, long offset, Columns columns)
    {
        var head = _heads.GetValueOrDefault(node.Id, ChainHead.Empty);
        var from = epoch * 86_400 + offset;
        var batch = new Batch(node.Id, head.NextSequence, epoch, from, 15, head.Hash, columns, Batch.HashOf(node.NodeKey, head.NextSequence, from, 15, head.Hash, columns), null);
        Assert.True((await _app.Scratch.Write(tx => TelemetryStore.Append(tx, batch, PackedBatch.Of(batch), DateTimeOffset.UtcNow))).Ok(out _, out var error), error?.Message);
        _heads[node.Id] = batch.Link.ToHead();
    }

    private static void Copy(Columns from, int gpu, int at, Columns to, int toGpu, int toAt)
    {
        foreach (var (source, target) in from.InOrder.Zip(to.InOrder)) Array.Copy(source, gpu * Count + at, target, toGpu * Count + toAt, 960);
    }

    private async Task<string> HashOf(Node node, long sequence) => (await _app.Scratch.Read(tx => TelemetryStore.Find(tx, node.Id, sequence)))!.Hash.Value;

    private Task<JsonArray> Findings() => Items("/v1/findings");

    private async Task<JsonArray> Items(string path) => (await _app.Get(path))["items"]!.AsArray();

    private static JsonNode Of(JsonArray found, string check, string uuid) => Assert.Single(found, f => (string)f!["check"]! == check && (string)f["gpuUuid"]! == uuid)!;
}

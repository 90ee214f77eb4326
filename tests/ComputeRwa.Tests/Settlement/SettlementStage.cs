using System.Text.Json;
using System.Text.Json.Nodes;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;
using ComputeRwa.Tests.Support;
using ComputeRwa.Verify;
using Nethereum.Signer;

namespace ComputeRwa.Tests.Settlement;

/// <summary>A node whose key signs what it sends, and where its chain of batches stands.</summary>
internal sealed class StageNode(string id, EthECKey key, IReadOnlyList<string> uuids)
{
    public string Id => id;
    public EthECKey Key { get; } = key;

    /// <summary>What signs its batches: its own key, until another was put in its place.</summary>
    public EthECKey Signer { get; set; } = key;
    public IReadOnlyList<string> Uuids => uuids;
    public long Sequence { get; set; }
    public Hash32 Head { get; set; } = Hash32.Zero;
}

/// <summary>What a client does from telemetry to synced leaves, over HTTP, on a <see cref="LeaseWorld"/>.</summary>
internal sealed class SettlementStage(LeaseWorld world)
{
    private const int Step = 3_600;
    private static int _nodes;

    public TestApp App => world.App;
    public EpochLength Length => world.Deployment.Epochs;

    public async Task<StageNode> AddNode(int gpus)
    {
        var number = Interlocked.Increment(ref _nodes);
        var key = HardhatNode.UsableKey();
        var uuids = Enumerable.Range(0, gpus).Select(i => $"GPU-5e771e00-0000-0000-{number:x4}-{i:x12}").ToList();
        var answer = await App.PostOk("/v1/nodes", new { siteId = world.SiteId, name = $"stage {number}", gpuModel = "H100-SXM5-80GB", gpuUuids = uuids, nodeKey = key.GetPublicAddress() });
        return new((string)answer["id"]!, key, uuids);
    }

    /// <summary>A lease on all GPUs of a node, signed, originated and minted.</summary>
    public async Task<string> Lease(StageNode node, int epochs, int noticeEpochs, string method = "fixed", JsonObject? pricing = null)
    {
        var draft = await world.Draft(node.Uuids.Select(u => new Gpu(node.Id, u)), epochs, noticeEpochs);
        draft["pricing"]!["method"] = method;
        draft["pricing"]!["takeOrPayBps"] = 5_000;
        if (pricing is not null) draft["pricing"] = pricing;
        draft["efficiency"] = new JsonObject { ["target"] = 6_000, ["slopeBps"] = 5_000, ["capBps"] = 500 };
        var id = (string)(await App.PostOk("/v1/leases", draft))["id"]!;
        await App.PostOk($"/v1/leases/{id}/signatures", new { party = "provider", signature = LeaseWorld.Sign(world.Provider, id) });
        await App.PostOk($"/v1/leases/{id}/signatures", new { party = "lessee", signature = LeaseWorld.Sign(world.Lessee, id) });
        var sent = await App.PostOk($"/v1/leases/{id}/origination", new { permit = await world.Permit(id) });
        await App.Settled((string)sent["id"]!);
        return id;
    }

    /// <summary>A day of hourly samples, the last <paramref name="missing"/> of them left out.</summary>
    /// <param name="first">of them</param>
    public async Task Telemetry(StageNode node, long epoch, int load = 6_000, int missing = 0, int watts = 400, int first = 0)
    {
        var (samples, from) = (24 - missing - first, Length.StartOf(epoch).ToUnixTimeSeconds() + first * Step);
        int[] All(int value) => [.. Enumerable.Repeat(value, node.Uuids.Count * samples)];
        var columns = new ComputeRwa.Telemetry.Columns(node.Uuids.Count, samples, All(load), All(load / 100), All(watts * 1_000), All(40_000));
        var hash = Batch.HashOf(Address.Parse(node.Key.GetPublicAddress()), node.Sequence, from, Step, node.Head, columns);
        var post = new PostBatch(node.Id, node.Sequence, DateTimeOffset.FromUnixTimeSeconds(from), Step, node.Head.Value, columns.ToJson(), new EthereumMessageSigner().Sign(hash.ToBytes(), node.Signer));
        await App.PostOk("/v1/telemetry/batches", post);
        (node.Sequence, node.Head) = (node.Sequence + 1, hash);
    }

    public Task End(long epoch) => world.MoveToEpoch(epoch + 1);

    public Task<JsonNode> Close(long epoch) => App.PostOk($"/v1/epochs/{epoch}/close", new { });

    public Task<byte[]> File(long epoch) => App.Http.GetByteArrayAsync($"/v1/epochs/{epoch}/file");

    public async Task<Report> Check(long epoch, long? previous) =>
        EpochCheck.Run(await File(epoch), await App.Http.GetByteArrayAsync($"/v1/epochs/{epoch}/evidence"), previous is { } before ? await File(before) : null);

    public async Task<string> Signature(long epoch, EthECKey attestor) =>
        LeaseWorld.Sign(attestor, (string)(await App.Get($"/v1/epochs/{epoch}/attestation"))["digest"]!);

    public async Task<JsonNode> Attest(long epoch, int attestor) =>
        await App.PostOk($"/v1/epochs/{epoch}/attestations", new { signature = await Signature(epoch, HardhatNode.DevelopmentKey(attestor)) });

    /// <summary>Two attestors sign and the root is mined.</summary>
    public async Task Post(long epoch)
    {
        await Attest(epoch, 1);
        await App.Settled((string)(await Attest(epoch, 3))["transactionId"]!);
    }

    /// <summary>Syncs and waits until all is mined and read back.</summary>
    /// <returns>how many transactions it took</returns>
    public async Task<int> Sync(long epoch)
    {
        var sent = (await App.PostOk($"/v1/epochs/{epoch}/sync", new { }))["transactions"]!.AsArray();
        foreach (var transaction in sent) await App.Settled((string)transaction!["id"]!);
        return sent.Count;
    }

    public async Task<JsonNode> Reconciled(bool balanced)
    {
        var report = await App.Get("/v1/reconciliation");
        Assert.True((bool)report["balanced"]! == balanced, report.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        return report;
    }
}

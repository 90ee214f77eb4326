using System.Net.Http.Headers;
using System.Numerics;
using System.Text.Json.Nodes;
using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Db;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using Microsoft.Extensions.DependencyInjection;
using Nethereum.Contracts;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Signer;
using PayToken = ComputeRwa.Chain.Contracts.PayToken;

namespace ComputeRwa.Tests.Support;

/// <summary>
/// An API on contracts of its own, a provider with a site and nodes, and a lessee with money. What a client would do is done over
/// HTTP; only keys, coins and time come from here.
/// </summary>
public sealed class LeaseWorld(HardhatNode node) : IAsyncLifetime
{
    private int _uuids;
    private Hash32 _lastRoot = Hash32.Zero;
    private uint _lastEpoch;

    /// <summary>More options for scripts/deploy.mjs.</summary>
    internal string[] DeployOptions { get; init; } = [];
    internal TestApp App { get; private set; } = null!;
    internal Deployment Deployment { get; private set; } = null!;
    internal ChainClient Chain { get; } = new(node.Rpc);
    internal HardhatNode Node => node;
    internal EthECKey Provider { get; } = EthECKey.GenerateKey();
    internal EthECKey Lessee { get; } = EthECKey.GenerateKey();
    internal string ProviderId { get; private set; } = "";
    internal string SiteId { get; private set; } = "";
    internal Address Claims => Address.Parse(Deployment.Contracts.LeaseClaims);
    internal Address Book => Address.Parse(Deployment.Contracts.LeaseBook);

    public async Task InitializeAsync()
    {
        var deployment = await node.Deploy(["--base-uri", "http://127.0.0.1:5080/v1/tokens/", .. DeployOptions]);
        Deployment = Deployment.Read(deployment);
        App = await TestApp.Start(node, deployment: deployment);
        ProviderId = (string)(await App.PostOk("/v1/providers", new { name = "Prairie Compute", address = Provider.GetPublicAddress() }))["id"]!;
        SiteId = await AddSite(ProviderId);
        await Mint(Lessee, 1_000_000_000_000);
    }

    public async Task DisposeAsync() => await App.DisposeAsync();

    internal async Task<string> AddSite(string providerId, string region = "US-TX") => (string)(await App.PostOk("/v1/sites", new
    {
        providerId, name = "Abilene", region, latitude = 32.4, longitude = -99.7, pueBps = 12_500, powerPriceUsdPerMwh = 40, renewableBps = 3_000, heatReuseBps = 0,
    }))["id"]!;

    /// <summary>A node with fresh GPUs, as a draft names them.</summary>
    internal async Task<List<Gpu>> AddGpus(int count = 2, string? siteId = null, string gpuModel = "H100-SXM5-80GB")
    {
        var uuids = Enumerable.Range(0, count).Select(_ => $"GPU-00000000-0000-0000-0000-{Interlocked.Increment(ref _uuids):x12}").ToList();
        var answer = await App.PostOk("/v1/nodes", new { siteId = siteId ?? SiteId, name = "node", gpuModel, gpuUuids = uuids, nodeKey = EthECKey.GenerateKey().GetPublicAddress() });
        return uuids.ConvertAll(u => new Gpu((string)answer["id"]!, u));
    }

    internal async Task<long> PresentEpoch() => Deployment.Epochs.EpochOf((await node.Head()).MinedAt);

    internal Task MoveToEpoch(long epoch) => node.MoveTo(Deployment.Epochs.StartOf(epoch));

    /// <summary>A draft's body; a test changes what it is about.</summary>
    internal async Task<JsonObject> Draft(IEnumerable<Gpu> gpus, int epochs = 7, int noticeEpochs = 2) => new()
    {
        ["providerId"] = ProviderId,
        ["lessee"] = Lessee.GetPublicAddress(),
        ["gpuModel"] = "H100-SXM5-80GB",
        ["region"] = "US-TX",
        ["gpus"] = new JsonArray([.. gpus.Select(g => new JsonObject { ["nodeId"] = g.NodeId, ["uuid"] = g.Uuid })]),
        ["startEpoch"] = await PresentEpoch() + 1,
        ["epochs"] = epochs,
        ["pricing"] = new JsonObject { ["method"] = "fixed", ["pricePerGpuHour"] = "2.35", ["takeOrPayBps"] = 0 },
        ["sla"] = new JsonObject { ["availabilityBps"] = 9_900, ["creditSlope"] = 10, ["creditCapBps"] = 3_000 },
        ["efficiency"] = new JsonObject { ["target"] = 0, ["slopeBps"] = 0, ["capBps"] = 0 },
        ["interruption"] = new JsonObject { ["limitBps"] = 1_000, ["creditBps"] = 2_500 },
        ["split"] = new JsonObject { ["poolBps"] = 8_000, ["feeBps"] = 200 },
        ["noticeEpochs"] = noticeEpochs,
        ["units"] = 1_000_000,
        ["policy"] = 0,
    };

    internal async Task<string> Drafted(int gpus = 2, int epochs = 7, int noticeEpochs = 2) =>
        (string)(await App.PostOk("/v1/leases", await Draft(await AddGpus(gpus), epochs, noticeEpochs)))["id"]!;

    internal async Task<string> Signed(int gpus = 2, int epochs = 7, int noticeEpochs = 2)
    {
        var id = await Drafted(gpus, epochs, noticeEpochs);
        await App.PostOk($"/v1/leases/{id}/signatures", new { party = "provider", signature = Sign(Provider, id) });
        await App.PostOk($"/v1/leases/{id}/signatures", new { party = "lessee", signature = Sign(Lessee, id) });
        return id;
    }

    internal async Task<object> Permit(string leaseId, EthECKey? signer = null)
    {
        var offer = await App.Get($"/v1/leases/{leaseId}/origination/permit");
        return new { value = (string)offer["value"]!, deadline = (long)offer["deadline"]!, signature = Sign(signer ?? Lessee, (string)offer["digest"]!) };
    }

    internal async Task<string> Originated(int gpus = 2, int epochs = 7, int noticeEpochs = 2)
    {
        var id = await Signed(gpus, epochs, noticeEpochs);
        var sent = await App.PostOk($"/v1/leases/{id}/origination", new { permit = await Permit(id) });
        await App.Settled((string)sent["id"]!);
        return id;
    }

    internal Task Mint(EthECKey account, BigInteger amount) =>
        Send(Deployment.Contracts.TestDollar, new PayToken.Mint { To = account.GetPublicAddress(), Amount = amount });

    internal Task<BigInteger> Dollars(string account) =>
        Chain.Ask<PayToken.BalanceOf, BigInteger>(Address.Parse(Deployment.Contracts.TestDollar), new() { Account = account });

    /// <summary>A transaction from a development account that nobody else here uses.</summary>
    internal Task Send<T>(string to, T message) where T : FunctionMessage => SendFrom(7, to, message);

    /// <summary>From the account that deployed the contracts.</summary>
    internal Task SendAsOwner<T>(string to, T message) where T : FunctionMessage => SendFrom(0, to, message);

    /// <summary>Posts a root of this one leaf by two attestors, and applies it. Epochs without a leaf get a root of their own: the ledger takes no gap.</summary>
    internal async Task PostAndSync(EpochLeaf leaf)
    {
        for (var skipped = _lastEpoch + 1; _lastEpoch > 0 && skipped < leaf.Epoch; skipped++) await Post(skipped, Keccak.Hash(BitConverter.GetBytes(skipped)));
        await Post(leaf.Epoch, MerkleTree.Of([leaf.Hash()]).Root);
        await Send(Deployment.Contracts.EpochLedger, new EpochLedger.Sync
        {
            Epoch = leaf.Epoch,
            Leaf = new()
            {
                LeaseId = leaf.LeaseId.ToInteger(), Epoch = leaf.Epoch, Rent = leaf.Rent, Remainder = leaf.Remainder, CreditParts = leaf.CreditParts,
                GpuSeconds = leaf.GpuSeconds, WattHours = leaf.WattHours, CurtailedSeconds = leaf.CurtailedSeconds, HeatWattHours = leaf.HeatWattHours,
                RecordHash = leaf.RecordHash.ToBytes(),
            },
        });
    }

    private async Task Post(uint epoch, Hash32 hash)
    {
        var root = new EpochRootDto
        {
            Epoch = epoch, Root = hash.ToBytes(), PreviousRoot = _lastRoot.ToBytes(), Leases = 1, DataHash = Hash32.Zero.ToBytes(),
        };
        var digest = Eip712.Digest(SigningDomains.EpochLedger(Deployment), root);
        var signatures = new[] { 1, 2 }.Select(HardhatNode.DevelopmentKey).OrderBy(k => k.GetPublicAddress().ToLowerInvariant(), StringComparer.Ordinal)
            .Select(k => Sign(k, digest.Value).HexToByteArray()).ToList();
        await Send(Deployment.Contracts.EpochLedger, new EpochLedger.Post { Root = root, Signatures = signatures });
        (_lastRoot, _lastEpoch) = (hash, epoch);
    }

    private async Task SendFrom<T>(int account, string to, T message) where T : FunctionMessage
    {
        var accounts = await node.Rpc.SendRequestAsync<string[]>("eth_accounts");
        var hash = await node.Rpc.SendRequestAsync<string>("eth_sendTransaction", null, new { from = accounts[account], to, data = message.GetCallData().ToHex(true) });
        var receipt = (await Chain.Receipts([Hash32.Parse(hash)])).Single();
        Assert.Equal(1, (int)receipt!.Status!.Value);
    }

    /// <summary>A transaction from one of the world's own accounts, which have no ether of their own.</summary>
    internal async Task SendAs<T>(EthECKey key, string to, T message) where T : FunctionMessage
    {
        var account = key.GetPublicAddress();
        await node.Rpc.SendRequestAsync<bool>("hardhat_setBalance", null, account, "0x3635c9adc5dea00000");
        await node.Rpc.SendRequestAsync<bool>("hardhat_impersonateAccount", null, account);
        var hash = await node.Rpc.SendRequestAsync<string>("eth_sendTransaction", null, new { from = account, to, data = message.GetCallData().ToHex(true) });
        await node.Rpc.SendRequestAsync<bool>("hardhat_stopImpersonatingAccount", null, account);
        Assert.Equal(1, (int)(await Chain.Receipts([Hash32.Parse(hash)])).Single()!.Status!.Value);
    }

    /// <summary>Puts a transfer of the account's dollars into the pool, ahead of everything that waits there.</summary>
    internal async Task SpendFirst(string account, BigInteger amount)
    {
        await node.Rpc.SendRequestAsync<bool>("hardhat_setBalance", null, account, "0x3635c9adc5dea00000");
        await node.Rpc.SendRequestAsync<bool>("hardhat_impersonateAccount", null, account);
        var data = new PayToken.Transfer { To = Address.Parse("0x000000000000000000000000000000000000dEaD").Value, Value = amount }.GetCallData().ToHex(true);
        await node.Rpc.SendRequestAsync<string>("eth_sendTransaction", null,
            new { from = account, to = Deployment.Contracts.TestDollar, data, gas = "0x30d40", maxFeePerGas = "0x2e90edd000", maxPriorityFeePerGas = "0x2e90edd000" });
        await node.Rpc.SendRequestAsync<bool>("hardhat_stopImpersonatingAccount", null, account);
    }

    internal HttpRequestMessage Request(HttpMethod method, string path, string? apiKey = null)
    {
        var request = new HttpRequestMessage(method, new Uri(App.Http.BaseAddress!, path));
        if (apiKey is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
        return request;
    }

    internal async Task<T> Read<T>(Func<Tx, Task<T>> work)
    {
        await using var tx = App.Database.Read();
        return await work(tx);
    }

    internal T Service<T>() where T : notnull => App.Services.GetRequiredService<T>();

    /// <summary>r, s and v over a digest, as eth_signTypedData_v4 gives them.</summary>
    internal static string Sign(EthECKey key, string digest)
    {
        var s = key.SignAndCalculateV(digest.HexToByteArray());
        return "0x" + Convert.ToHexStringLower([.. Word(s.R), .. Word(s.S), s.V[0]]);
    }

    private static byte[] Word(byte[] bytes) => [.. new byte[32 - bytes.Length], .. bytes];
}

internal sealed record Gpu(string NodeId, string Uuid);

/// <summary>What a refused request must look like.</summary>
internal static class Refused
{
    public static async Task<JsonNode> With(int status, string code, string? field, Task<HttpResponseMessage> sending)
    {
        using var response = await sending;
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"expected {status} {code}, got {(int)response.StatusCode} {text}");
        var problem = JsonNode.Parse(text)!;
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal($"/problems/{code}", (string)problem["type"]!);
        if (field is not null) Assert.Contains(problem["errors"]!.AsArray(), e => (string)e!["field"]! == field);
        return problem;
    }
}

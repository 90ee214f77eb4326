using System.Net.Http.Json;
using System.Numerics;
using System.Text.Json;
using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Kernel;
using ComputeRwa.Parties;
using Nethereum.Contracts;
using Nethereum.Signer;

namespace ComputeRwa.Benchmarks;

/// <summary>Requests of one kind, each with a signature over something of its own that was made beforehand.</summary>
internal abstract class Workload
{
    public abstract string Name { get; }

    /// <summary>How many requests are sent, one run each.</summary>
    public virtual IReadOnlyList<int> Counts => [1_000, 10_000];

    /// <summary>Whether <see cref="Relay"/> takes them instead of the API.</summary>
    public virtual bool ByRelay => false;

    /// <summary>What the chain must hold before the first request; the same on every fresh chain.</summary>
    public abstract Task PrepareChain(AnvilStack chain);

    public abstract Task<List<(string Path, object Body)>> Bodies(AnvilStack chain, HttpClient http, int count);

    protected static string Sign(EthECKey key, Hash32 digest)
    {
        var s = key.SignAndCalculateV(digest.ToBytes());
        return "0x" + Convert.ToHexStringLower([.. Hex.Word(new BigInteger(s.R, true, true)), .. Hex.Word(new BigInteger(s.S, true, true)), s.V[0]]);
    }

    protected static (Admission Admission, string Signature) Admit(Deployment deployment, Address account)
    {
        var (until, now) = (DateTimeOffset.UnixEpoch.AddYears(80), DateTimeOffset.UtcNow);
        if (!Admission.Draft(account.Value, until, Denmark, Professional, "0", 4_000_000_000, now).Ok(out var admission, out var error)) throw new InvalidOperationException(error.Message);
        return (admission, Sign(AnvilStack.Registrar, Eip712.Digest(SigningDomains.Eligibility(deployment), admission.ToDto())));
    }

    protected const int Denmark = 208;
    protected const int Professional = 2;
}

/// <summary>A light command: one signature, one storage slot.</summary>
internal sealed class Admissions : Workload
{
    public override string Name => "admission";

    public override IReadOnlyList<int> Counts => [1_000];

    public override Task PrepareChain(AnvilStack chain) => Task.CompletedTask;

    public override Task<List<(string Path, object Body)>> Bodies(AnvilStack chain, HttpClient http, int count) =>
        Task.FromResult(Enumerable.Range(0, count).Select(i => ("/v1/memberships", Body(chain.Deployment, i))).ToList());

    private static object Body(Deployment deployment, int i)
    {
        var (a, signature) = Admit(deployment, Address.Parse($"0x{i + 0x10000:x40}"));
        return new PresentAdmission(a.Account.Value, DateTimeOffset.UnixEpoch.AddYears(80), Denmark, Professional, "0", 4_000_000_000, signature);
    }
}

/// <summary>A lease that both parties have signed becomes an ERC-1155 series with its escrow paid: two signatures checked, units minted, dollars pulled.</summary>
internal sealed class Originations : Workload
{
    private const int GpusPerNode = 8;
    private static readonly EthECKey Provider = new("0x8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba");
    private static readonly EthECKey Lessee = new("0x92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e");

    public override string Name => "origination";

    public override async Task PrepareChain(AnvilStack chain)
    {
        foreach (var party in new[] { Provider, Lessee })
        {
            var (admission, signature) = Admit(chain.Deployment, Address.Parse(party.GetPublicAddress()));
            await chain.Send(AnvilStack.Registrar, chain.Deployment.Contracts.Eligibility, new Eligibility.Admit { Admission = admission.ToDto(), Signature = Convert.FromHexString(signature[2..]) });
        }
        await chain.Send(Lessee, chain.Deployment.Contracts.TestDollar, new Chain.Contracts.PayToken.Mint { To = Lessee.GetPublicAddress(), Amount = BigInteger.Pow(10, 18) });
        await chain.Send(Lessee, chain.Deployment.Contracts.TestDollar, new Chain.Contracts.PayToken.Approve { Spender = chain.Deployment.Contracts.LeaseClaims, Value = BigInteger.Pow(2, 256) - 1 });
    }

    public override async Task<List<(string Path, object Body)>> Bodies(AnvilStack chain, HttpClient http, int count)
    {
        var provider = await Post(http, "/v1/providers", new { name = "Bench", address = Provider.GetPublicAddress() });
        var site = await Post(http, "/v1/sites", new { providerId = provider, name = "Bench", region = "US-TX", latitude = 31.9, longitude = -102.1, pueBps = 12_500, powerPriceUsdPerMwh = 40, renewableBps = 5_000, heatReuseBps = 0 });
        string[] uuids = [.. Enumerable.Range(0, GpusPerNode).Select(g => $"GPU-00000000-0000-0000-0000-{g:x12}")];
        var node = await Post(http, "/v1/nodes", new { siteId = site, name = "bench-01", gpuModel = "H100-SXM5-80GB", gpuUuids = uuids, nodeKey = Provider.GetPublicAddress() });
        var present = chain.Deployment.Epochs.EpochOf(DateTimeOffset.UtcNow);
        var paths = new (string, object)[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
        {
            var id = await Post(http, "/v1/leases", Draft(provider, node, uuids[i % GpusPerNode], present + 2 + i / GpusPerNode), $"draft-{i}");
            foreach (var (party, key) in new[] { ("provider", Provider), ("lessee", Lessee) })
                await Post(http, $"/v1/leases/{id}/signatures", new { party, signature = Sign(key, Hash32.Parse(id)) });
            paths[i] = ($"/v1/leases/{id}/origination", new { });
        });
        return [.. paths];
    }

    private static object Draft(string provider, string node, string uuid, long epoch) => new
    {
        providerId = provider, lessee = Lessee.GetPublicAddress(), gpuModel = "H100-SXM5-80GB", region = "US-TX", gpus = new[] { new { nodeId = node, uuid } },
        startEpoch = epoch, epochs = 1, pricing = new { method = "fixed", pricePerGpuHour = "2.50" }, sla = new { availabilityBps = 9_900, creditSlope = 10, creditCapBps = 2_000 },
        efficiency = new { target = 0, slopeBps = 0, capBps = 0 }, interruption = new { limitBps = 0, creditBps = 0 }, split = new { poolBps = 8_000, feeBps = 100 },
        noticeEpochs = 1, units = 1_000, policy = 0, graceEpochs = 0, deposit = "0",
    };

    private static async Task<string> Post(HttpClient http, string path, object body, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, options: JsonSerializerOptions.Web) };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        using var response = await http.SendAsync(request);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        return response.IsSuccessStatusCode ? answer.GetProperty("id").GetString()! : throw new InvalidOperationException($"{path}: {answer}");
    }
}

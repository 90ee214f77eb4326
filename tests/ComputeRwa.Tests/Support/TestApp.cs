using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComputeRwa.Db;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nethereum.Signer;

namespace ComputeRwa.Tests.Support;

/// <summary>
/// The real API in this process, behind real HTTP on a free port, with a database of its own. <see cref="Http"/> carries the
/// operator's API key.
/// </summary>
internal sealed class TestApp : IAsyncDisposable
{
    public const string ApiKey = "crwa_test-operator-key";

    private readonly Factory _factory;
    private readonly bool _ownsScratch;

    private TestApp(Factory factory, ScratchDatabase scratch, bool ownsScratch)
    {
        (_factory, Scratch, _ownsScratch) = (factory, scratch, ownsScratch);
        Http = new() { BaseAddress = factory.ClientOptions.BaseAddress };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ApiKey);
    }

    public HttpClient Http { get; }
    public ScratchDatabase Scratch { get; }
    public IServiceProvider Services => _factory.Services;
    public Database Database => Services.GetRequiredService<Database>();

    /// <summary>An API on a node, with an operator's account of its own that has ether.</summary>
    /// <param name="scratch">a database to go on with, or to share; otherwise a new one</param>
    public static async Task<TestApp> Start(
        HardhatNode node, ScratchDatabase? scratch = null, string? deployment = null, EthECKey? operatorKey = null, params (string Name, string Value)[] settings)
    {
        var key = operatorKey ?? await node.FundedKey();
        return await Start(scratch,
        [
            ("Chain:RpcUrl", node.Url.ToString()), ("Chain:Deployment", deployment ?? await node.Deployment()), ("Chain:OperatorKey", key.GetPrivateKey()),
            ("Clock:Source", "chain"), .. settings,
        ]);
    }

    /// <summary>An API whose node does not answer, for what needs none: commands stay queued, the clock is the system's.</summary>
    public static Task<TestApp> StartWithoutChain(ScratchDatabase? scratch = null, params (string Name, string Value)[] settings) => Start(scratch,
    [
        ("Chain:RpcUrl", "http://127.0.0.1:1"), ("Chain:Deployment", FakeDeployment.Path), ("Chain:OperatorKey", HardhatNode.DevelopmentKey(9).GetPrivateKey()),
        .. settings,
    ]);

    private static async Task<TestApp> Start(ScratchDatabase? given, (string Name, string Value)[] settings)
    {
        var scratch = given ?? await ScratchDatabase.Make();
        var factory = new Factory([("Db:Url", scratch.Url), ("Auth:OperatorKey", ApiKey), .. settings]);
        try
        {
            factory.UseKestrel(0);
            factory.StartServer();
            return new(factory, scratch, ownsScratch: given is null);
        }
        catch
        {
            factory.Dispose();
            if (given is null) await scratch.DisposeAsync();
            throw;
        }
    }

    public Task<HttpResponseMessage> Post(string path, object body, string? idempotencyKey = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, options: JsonSerializerOptions.Web) };
        if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
        return Http.SendAsync(request);
    }

    /// <summary>Posts what must succeed, with an Idempotency-Key of its own, and returns the answer.</summary>
    public async Task<JsonNode> PostOk(string path, object body)
    {
        using var response = await Post(path, body, Guid.NewGuid().ToString("n"));
        return await Ok(response);
    }

    public async Task<JsonNode> Get(string path)
    {
        using var response = await Http.GetAsync(path);
        return await Ok(response);
    }

    /// <summary>Waits until a transaction has come to an end, and returns it; fails the test when it is not <paramref name="state"/>.</summary>
    public async Task<JsonNode> Settled(string transactionId, string state = "final")
    {
        for (var i = 0; i < 1500; i++)
        {
            var transaction = await Get($"/v1/transactions/{transactionId}");
            var at = (string)transaction["state"]!;
            if (at is "final" or "failed" or "replaced")
            {
                Assert.True(at == state, $"{transactionId} is {at}: {transaction["error"]}");
                return transaction;
            }
            await Task.Delay(20);
        }
        throw new TimeoutException($"{transactionId} did not settle in 30 s.");
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _factory.DisposeAsync();
        if (_ownsScratch) await Scratch.DisposeAsync();
    }

    private static async Task<JsonNode> Ok(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{response.RequestMessage!.Method} {response.RequestMessage.RequestUri!.PathAndQuery} → {(int)response.StatusCode} {text}");
        return JsonNode.Parse(text)!;
    }

    // Any public or internal type of the API names its assembly; `Program` would name three.
    private sealed class Factory((string Name, string Value)[] settings) : WebApplicationFactory<Database>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseEnvironment("Production");
            builder.UseContentRoot(AppContext.BaseDirectory);
            foreach (var (name, value) in settings) builder.UseSetting(name, value);
            builder.ConfigureLogging(l => l.ClearProviders());
        }
    }
}

/// <summary>A deployment that exists on no chain.</summary>
internal static class FakeDeployment
{
    private static readonly Lazy<string> File = new(Write);

    public static string Path => File.Value;

    private static string Write()
    {
        static string Address(int i) => $"0x{i:x40}";
        var path = System.IO.Path.Combine(Directory.CreateTempSubdirectory("computerwa-deployment-").FullName, "deployment.json");
        System.IO.File.WriteAllText(path, JsonSerializer.Serialize(new
        {
            chainId = 31337,
            deployedAtBlock = 1,
            epochLength = 86400,
            challengeWindow = 0,
            rootBond = "0",
            disputeBond = "0",
            livenessEpochs = 7,
            salt = "0x" + new string('5', 64),
            contracts = new
            {
                leaseBook = Address(0x11), leaseClaims = Address(0x12), epochLedger = Address(0x13), eligibility = Address(0x14), testDollar = Address(0x15),
                useRights = Address(0x16), authority = Address(0x17), bondToken = Address(0x15),
            },
            attestors = new[] { 1, 2, 3 }.Select(i => HardhatNode.DevelopmentKey(i).GetPublicAddress()).ToArray(),
            threshold = 2,
            registrar = HardhatNode.DevelopmentKey(4).GetPublicAddress(),
            feeRecipient = HardhatNode.DevelopmentKey(5).GetPublicAddress(),
        }));
        return path;
    }
}

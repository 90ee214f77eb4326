using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;
using Nethereum.Signer;

namespace ComputeRwa.Tests.Support;

/// <summary>A provider with a site, speaking HTTP with its own API key.</summary>
internal sealed class FleetClient(HttpClient http, string providerId, string siteId) : IDisposable
{
    public HttpClient Http => http;
    public string ProviderId => providerId;
    public string SiteId => siteId;

    private static int _numbers;

    /// <summary>A number that no other node or provider of this test run has.</summary>
    public static int NextNumber() => Interlocked.Add(ref _numbers, 2);

    /// <param name="account">whose key signs for the provider; an address that has none otherwise</param>
    public static async Task<FleetClient> Join(TestApp app, EthECKey? account = null)
    {
        var number = NextNumber();
        var provider = (string)(await app.PostOk("/v1/providers", new { name = $"provider {number}", address = account?.GetPublicAddress() ?? $"0x{number:x40}" }))["id"]!;
        var key = (string)(await app.PostOk($"/v1/providers/{provider}/keys", new { }))["apiKey"]!;
        var http = new HttpClient { BaseAddress = app.Http.BaseAddress };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        var site = await Ok(await http.PostAsJsonAsync("/v1/sites", Site(provider)));
        return new(http, provider, (string)site["id"]!);
    }

    public static RegisterSite Site(string providerId) => new(providerId, "Abilene 1", "US-TX", 32.4, -99.7, 12_500, 31.5, 4_000, 1_000);

    public RegisterNode NodeRequest(int number, int gpus) => new(
        siteId, $"node {number}", "H100-SXM5-80GB", [.. Enumerable.Range(0, gpus).Select(i => Samples.Uuid(number, i))], Samples.Key(number).GetPublicAddress());

    /// <summary>Registers a node whose key is made from its number.</summary>
    public async Task<Node> AddNode(int number, int gpus)
    {
        var answer = await Ok(await http.PostAsJsonAsync("/v1/nodes", NodeRequest(number, gpus)));
        return Samples.Node(number, gpus) with { Id = NodeId.From((string)answer["id"]!) };
    }

    public Task<HttpResponseMessage> Post(PostBatch batch) => http.PostAsJsonAsync("/v1/telemetry/batches", batch, JsonSerializerOptions.Web);

    public async Task<JsonNode> Get(string path) => await Ok(await http.GetAsync(path));

    public static async Task<JsonNode> Ok(HttpResponseMessage response)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync();
            Assert.True(response.IsSuccessStatusCode, $"{response.RequestMessage!.RequestUri!.PathAndQuery} → {(int)response.StatusCode} {text}");
            return JsonNode.Parse(text)!;
        }
    }

    /// <summary>Asserts that a request was refused as a problem, by code and by the first field it names.</summary>
    public static async Task Refused(HttpStatusCode status, string code, string? field, HttpResponseMessage response)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync();
            Assert.True(response.StatusCode == status, $"{(int)response.StatusCode} {text}");
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            var problem = JsonNode.Parse(text)!;
            Assert.Equal($"/problems/{code}", (string)problem["type"]!);
            if (field is not null) Assert.Equal(field, (string?)problem["errors"]!.AsArray().FirstOrDefault()?["field"]);
        }
    }

    public void Dispose() => http.Dispose();
}

/// <summary>One API without a chain, shared by the tests that only need HTTP and a database; each test makes a provider of its own.</summary>
public sealed class SharedApi : IAsyncLifetime
{
    public const string Name = "API without a chain";

    internal TestApp App { get; private set; } = null!;

    public async Task InitializeAsync() => App = await TestApp.StartWithoutChain();

    public async Task DisposeAsync() => await App.DisposeAsync();
}

[CollectionDefinition(SharedApi.Name)]
[StartsEarly(1)]
public sealed class SharedApiCollection : ICollectionFixture<SharedApi>;

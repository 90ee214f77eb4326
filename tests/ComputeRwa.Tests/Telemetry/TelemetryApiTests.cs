using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;
using ComputeRwa.Tests.Support;

namespace ComputeRwa.Tests.Telemetry;

[Collection(SharedApi.Name)]
[Trait("engine", "both")]
public sealed class TelemetryApiTests(SharedApi shared) : IAsyncLifetime
{
    private FleetClient _fleet = null!;

    public async Task InitializeAsync() => _fleet = await FleetClient.Join(shared.App);

    public Task DisposeAsync()
    {
        _fleet.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_chain_of_batches_is_accepted_and_rolled_up()
    {
        var (node, key) = await NewNode(2);
        var first = Signed(node, key, 0, Start, Hash32.Zero, seed: 1, samples: 60);
        var accepted = await FleetClient.Ok(await _fleet.Post(first));
        Assert.Equal(("accepted", "attested", HashOf(node, first).Value), ((string)accepted["status"]!, (string)accepted["trust"]!, (string)accepted["hash"]!));
        var second = Signed(node, key, 1, Start + 3_600, HashOf(node, first), seed: 2, samples: 30) with { Signature = null };
        Assert.Equal("selfReported", (string)(await FleetClient.Ok(await _fleet.Post(second)))["trust"]!);

        var position = await _fleet.Get($"/v1/nodes/{node.Id}/telemetry");
        Assert.Equal((2, HashOf(node, second).Value), ((int)position["nextSequence"]!, (string)position["headHash"]!));
        var batches = (await _fleet.Get($"/v1/nodes/{node.Id}/batches?after=0"))["items"]!.AsArray();
        Assert.Equal(HashOf(node, first).Value, (string)Assert.Single(batches)!["previousHash"]!);

        var rollup = await _fleet.Get($"/v1/nodes/{node.Id}/rollups?epoch={Samples.Day.EpochOf(At(Start))}");
        var uses = new[] { first, second }.Select(b => Rollup.Of(Flat(node, b), b.From.ToUnixTimeSeconds(), 60, Curtailment.None)).ToList();
        for (var gpu = 0; gpu < 2; gpu++)
        {
            var (sum, row) = (uses[0][gpu] + uses[1][gpu], rollup["gpus"]![gpu]!);
            Assert.Equal((node.GpuUuids[gpu], sum.Available, sum.Busy, sum.Available == 0 ? 0 : sum.LoadSeconds / sum.Available, sum.MilliwattSeconds / 3_600_000),
                ((string)row["uuid"]!, (long)row["availableSeconds"]!, (long)row["busySeconds"]!, (long)row["loadBps"]!, (long)row["wattHours"]!));
        }
    }

    [Fact]
    public async Task An_exact_repeat_is_a_duplicate_even_after_later_batches_and_when_the_epoch_is_closed()
    {
        var (node, key) = await NewNode(1);
        var early = Start - 40 * 86_400L - (Random.Shared.Next(1_000_000) * 86_400L % (86_400L * 4_000));
        var batch = Signed(node, key, 0, early, Hash32.Zero);
        Assert.Equal(HttpStatusCode.Created, (await _fleet.Post(batch)).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await _fleet.Post(Signed(node, key, 1, early + 600, HashOf(node, batch)))).StatusCode);
        await using (var tx = shared.App.Database.Write())
        {
            await TelemetryStore.CloseEpoch(tx, Samples.Day.EpochOf(At(early)), Samples.Now);
            await tx.Commit();
        }

        using var repeat = await _fleet.Post(batch);
        Assert.Equal(HttpStatusCode.OK, repeat.StatusCode);
        Assert.Equal("duplicate", (string)(await FleetClient.Ok(repeat))["status"]!);
        await FleetClient.Refused(HttpStatusCode.Conflict, "epoch-closed", "from", await _fleet.Post(Signed(node, key, 2, early + 1_200, Hash32.Zero)));
        Assert.Equal(2, await Count(node));
    }

    [Fact]
    public async Task The_same_batch_posted_eight_times_at_once_is_stored_once()
    {
        var (node, key) = await NewNode(4);
        var batch = Signed(node, key, 0, Start, Hash32.Zero, samples: 100);
        var responses = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _fleet.Post(batch)));
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Created], responses.Select(r => r.StatusCode).Distinct().Order());
        Assert.Single(responses, r => r.StatusCode == HttpStatusCode.Created);
        Assert.Equal(1, await Count(node));
    }

    [Fact]
    public async Task Batches_that_do_not_follow_are_refused_and_nothing_is_stored()
    {
        var (node, key) = await NewNode(1);
        var first = Signed(node, key, 0, Start, Hash32.Zero);
        using (var gap = await _fleet.Post(Signed(node, key, 1, Start, Hash32.Zero) with { Signature = null }))
            Assert.True((bool)JsonNode.Parse(await gap.Content.ReadAsStringAsync())!["retryable"]!);
        await FleetClient.Ok(await _fleet.Post(first));
        await FleetClient.Refused(HttpStatusCode.Conflict, "sequence-gap", "sequence", await _fleet.Post(Signed(node, key, 2, Start + 600, HashOf(node, first)) with { Signature = null }));
        await FleetClient.Refused(HttpStatusCode.Conflict, "sequence-gap", "sequence", await _fleet.Post(Signed(node, key, 2 + 2_048, Start + 600, HashOf(node, first))));
        await FleetClient.Refused(HttpStatusCode.Conflict, "overlapping-batch", "from", await _fleet.Post(Signed(node, key, 2, Start + 599, HashOf(node, first))));
        await FleetClient.Refused(HttpStatusCode.Conflict, "overlapping-batch", "from", await _fleet.Post(Signed(node, key, 1, Start + 599, HashOf(node, first))));
        await FleetClient.Refused(HttpStatusCode.Conflict, "overlapping-batch", "from", await _fleet.Post(Signed(node, key, 0, Start, Hash32.Zero, seed: 99)));
        await FleetClient.Refused(HttpStatusCode.Conflict, "conflict", "sequence", await _fleet.Post(Signed(node, key, 0, Start + 600, Hash32.Zero)));
        await FleetClient.Refused(HttpStatusCode.Conflict, "previous-hash-mismatch", "previousHash", await _fleet.Post(Signed(node, key, 1, Start + 600, Hash32.Zero)));
        Assert.Equal(1, await Count(node));
    }

    [Theory]
    [InlineData("columns.smActiveBps[0][3]", "\"smActiveBps\":[[", "negative load", -1)]
    [InlineData("columns.smActiveBps[0][3]", "\"smActiveBps\":[[", "absurd load", 10_001)]
    [InlineData("columns.gpuUtilPct[0][3]", "\"gpuUtilPct\":[[", "utilisation", 101)]
    [InlineData("columns.powerMilliwatts[0][3]", "\"powerMilliwatts\":[[", "watts above the hardware's limit", 840_001)]
    [InlineData("columns.memoryMiB[0][3]", "\"memoryMiB\":[[", "memory above the card's", 81_560)]
    public async Task A_reading_that_cannot_be_is_refused_by_its_place(string field, string column, string what, int value)
    {
        var (node, key) = await NewNode(1);
        var text = JsonSerializer.Serialize(Signed(node, key, 0, Start, Hash32.Zero), JsonSerializerOptions.Web);
        var row = text.IndexOf(column, StringComparison.Ordinal) + column.Length;
        var cells = text[row..text.IndexOf(']', row)].Split(',');
        cells[3] = value.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await FleetClient.Refused(HttpStatusCode.BadRequest, "invalid", field, await PostText(text[..row] + string.Join(',', cells) + text[text.IndexOf(']', row)..]));
        Assert.True(await Count(node) == 0, what);
    }

    public static TheoryData<string, string, string?, int> BadEnvelopes => new()
    {
        { "unknown node", "not-found", "nodeId", 404 }, { "future samples", "invalid", "from", 400 }, { "half second", "invalid", "from", 400 },
        { "crosses an epoch", "invalid", "from", 400 }, { "step of 0", "invalid", "stepSeconds", 400 }, { "step of 3601", "invalid", "stepSeconds", 400 },
        { "negative sequence", "invalid", "sequence", 400 }, { "malformed signature", "invalid", "signature", 400 }, { "wrong signature", "wrong-signature", "signature", 403 },
        { "wrong number of gpus", "invalid", "columns.smActiveBps", 400 }, { "ragged", "invalid", "columns.gpuUtilPct[0]", 400 }, { "no samples", "invalid", "columns.smActiveBps[0]", 400 },
        { "malformed hash", "invalid", "previousHash", 400 },
    };

    [Theory]
    [MemberData(nameof(BadEnvelopes))]
    public async Task A_bad_batch_is_refused_by_the_name_of_its_field(string what, string code, string? field, int status)
    {
        var (node, key) = await NewNode(1);
        var good = Signed(node, key, 0, Start, Hash32.Zero);
        var bad = what switch
        {
            "unknown node" => good with { NodeId = NodeId.New(Samples.Now).Value },
            "future samples" => Signed(node, key, 0, DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds(), Hash32.Zero),
            "half second" => good with { From = good.From.AddMilliseconds(1) },
            "crosses an epoch" => Signed(node, key, 0, Start + 86_400 - 300, Hash32.Zero),
            "step of 0" => good with { StepSeconds = 0 },
            "step of 3601" => good with { StepSeconds = 3_601 },
            "negative sequence" => good with { Sequence = -1 },
            "malformed signature" => good with { Signature = good.Signature![..^2] },
            "wrong signature" => good with { Signature = Samples.Sign(key + 1, HashOf(node, good)) },
            "wrong number of gpus" => good with { Columns = good.Columns with { SmActiveBps = new([.. good.Columns.SmActiveBps.Rows, .. good.Columns.SmActiveBps.Rows]) } },
            "ragged" => good with { Columns = good.Columns with { GpuUtilPct = new([good.Columns.GpuUtilPct.Rows[0][1..]]) } },
            "no samples" => good with { Columns = new(new([[]]), new([[]]), new([[]]), new([[]])) },
            "malformed hash" => good with { PreviousHash = "0x00" },
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        };
        await FleetClient.Refused((HttpStatusCode)status, code, field, await _fleet.Post(bad));
        Assert.Equal(0, await Count(node));
    }

    [Theory]
    [InlineData("\"sequence\":0", "\"sequence\":\"0\"", "sequence")]
    [InlineData("\"gpuUtilPct\":[[", "\"gpuUtilPct\":[null,[", "columns.gpuUtilPct")]
    [InlineData("\"gpuUtilPct\":[[", "\"gpuUtilPct\":7,\"memoryMiB\":[[", "columns.gpuUtilPct")]
    [InlineData("\"stepSeconds\":60", "\"stepSeconds\":60.5", "stepSeconds")]
    [InlineData("\"stepSeconds\":60", "\"stepSeconds\":99999999999", "stepSeconds")]
    [InlineData("\"gpuUtilPct\":[[", "\"gpuUtilPct\":[[\"x\",", "columns.gpuUtilPct")]
    [InlineData("\"gpuUtilPct\":[[", "\"gpuUtilPct\":[[1.5,", "columns.gpuUtilPct")]
    [InlineData("\"powerMilliwatts\":[[", "\"powerMilliwatts\":[[99999999999,", "columns.powerMilliwatts")]
    [InlineData("\"stepSeconds\":60", "\"stepSeconds\":60,\"extra\":1", "extra")]
    [InlineData("\"stepSeconds\":60,", "", "stepSeconds")]
    [InlineData("{\"nodeId\"", "{{\"nodeId\"", "body")]
    public async Task A_body_that_cannot_be_read_is_refused_by_the_place(string part, string instead, string field)
    {
        var (node, key) = await NewNode(1);
        var text = JsonSerializer.Serialize(Signed(node, key, 0, Start, Hash32.Zero), JsonSerializerOptions.Web);
        Assert.Contains(part, text, StringComparison.Ordinal);
        await FleetClient.Refused(HttpStatusCode.BadRequest, "malformed", field, await PostText(text.Replace(part, instead, StringComparison.Ordinal)));
        Assert.Equal(0, await Count(node));
    }

    [Fact]
    public async Task A_body_over_8_MiB_and_a_wrong_content_type_are_refused()
    {
        var (node, key) = await NewNode(1);
        var text = JsonSerializer.Serialize(Signed(node, key, 0, Start, Hash32.Zero), JsonSerializerOptions.Web);
        await FleetClient.Refused(HttpStatusCode.RequestEntityTooLarge, "too-large", null, await PostText(text + new string(' ', 8 << 20)));
        await FleetClient.Refused(HttpStatusCode.UnsupportedMediaType, "unsupported-media-type", null, await PostText(text, "text/plain"));
        Assert.Equal(HttpStatusCode.Created, (await PostText(text + new string(' ', 2 << 20))).StatusCode);
    }

    [Fact]
    public async Task Only_the_nodes_own_provider_and_the_operator_may_post()
    {
        var (node, key) = await NewNode(1);
        using var other = await FleetClient.Join(shared.App);
        var batch = Signed(node, key, 0, Start, Hash32.Zero);
        await FleetClient.Refused(HttpStatusCode.Forbidden, "forbidden", "nodeId", await other.Post(batch));
        other.Http.DefaultRequestHeaders.Authorization = null;
        await FleetClient.Refused(HttpStatusCode.Unauthorized, "unauthenticated", null, await other.Post(batch));
        Assert.Equal(0, await Count(node));
        other.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", TestApp.ApiKey);
        Assert.Equal(HttpStatusCode.Created, (await other.Post(batch)).StatusCode);
    }

    [Fact]
    public async Task Telemetry_does_not_flood_the_feed()
    {
        var (node, key) = await NewNode(1);
        var before = await Seq();
        await FleetClient.Ok(await _fleet.Post(Signed(node, key, 0, Start, Hash32.Zero)));
        Assert.Equal(before, await Seq());
    }

    [Theory]
    [InlineData("telemetry")]
    [InlineData("batches")]
    [InlineData("rollups?epoch=1")]
    public async Task An_unknown_node_has_no_telemetry(string what) =>
        await FleetClient.Refused(HttpStatusCode.NotFound, "not-found", null, await _fleet.Http.GetAsync($"/v1/nodes/{NodeId.New(Samples.Now)}/{what}"));

    /// <summary>Yesterday's first second: all of that epoch has passed.</summary>
    private static long Start { get; } = Samples.Day.StartOf(Samples.Day.EpochOf(DateTimeOffset.UtcNow) - 1).ToUnixTimeSeconds();

    private static DateTimeOffset At(long second) => DateTimeOffset.FromUnixTimeSeconds(second);

    private async Task<(Node Node, int Key)> NewNode(int gpus)
    {
        var number = FleetClient.NextNumber();
        return (await _fleet.AddNode(number, gpus), number);
    }

    private static PostBatch Signed(Node node, int key, long sequence, long from, Hash32 previous, int seed = 5, int samples = 10) =>
        Samples.Signed(node, key, sequence, from, 60, previous, Samples.Random(new(seed), node.GpuUuids.Count, samples));

    private static Columns Flat(Node node, PostBatch post) => new ColumnsReader(node, new()).Read(post.Columns);

    private static Hash32 HashOf(Node node, PostBatch post) =>
        Batch.HashOf(node.NodeKey, post.Sequence, post.From.ToUnixTimeSeconds(), post.StepSeconds, Hash32.Parse(post.PreviousHash), Flat(node, post));

    private async Task<long> Count(Node node)
    {
        await using var tx = shared.App.Database.Read();
        return await tx.Single<long>("SELECT COUNT(*) FROM telemetry_batches WHERE node_id = @Id", new { node.Id });
    }

    private async Task<long> Seq()
    {
        await using var tx = shared.App.Database.Read();
        return await tx.Single<long>("SELECT COUNT(*) FROM feed WHERE type LIKE 'telemetry%'");
    }

    private async Task<HttpResponseMessage> PostText(string text, string type = "application/json")
    {
        using var content = new StringContent(text, Encoding.UTF8, type);
        return await _fleet.Http.PostAsync("/v1/telemetry/batches", content);
    }
}

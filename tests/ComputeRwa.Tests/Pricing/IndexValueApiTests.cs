using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ComputeRwa.Db;
using ComputeRwa.Kernel;
using ComputeRwa.Pricing;
using ComputeRwa.Telemetry;
using ComputeRwa.Tests.Support;

namespace ComputeRwa.Tests.Pricing;

[Collection(SharedApi.Name)]
[Trait("engine", "both")]
public sealed class IndexValueApiTests(SharedApi shared)
{
    private static readonly long Present = new EpochLength(86_400).EpochOf(TimeProvider.System.Now());

    // Regions and epochs that only one test has.
    private readonly string _region = $"T-{Guid.NewGuid():n}"[..20];

    private PostIndexValue Good => new("H100-SXM5-80GB", _region, Present - 3, "2.283457", "desk");

    [Fact]
    public async Task A_value_is_written_once_with_its_source_and_a_repeat_changes_nothing()
    {
        using (var written = await Post(Good))
        {
            Assert.Equal(HttpStatusCode.Created, written.StatusCode);
            Assert.Equal("2.283457", (string)JsonNode.Parse(await written.Content.ReadAsStringAsync())!["pricePerGpuHour"]!["amount"]!);
        }
        using (var repeated = await Post(Good)) Assert.Equal(HttpStatusCode.OK, repeated.StatusCode);
        await FleetClient.Refused(HttpStatusCode.Conflict, "already-written", "epoch", await Post(Good with { PricePerGpuHour = "2.283458" }));
        await FleetClient.Refused(HttpStatusCode.Conflict, "already-written", "epoch", await Post(Good with { Source = "another desk" }));
        await FleetClient.Ok(await Post(Good with { Epoch = Present }));
        await FleetClient.Ok(await Post(Good with { GpuModel = "H200-SXM5-141GB" }));
        var listed = await List($"?gpuModel=H100-SXM5-80GB&region={_region}");
        Assert.Equal([(Present - 3, "desk"), (Present, "desk")], listed.Select(v => ((long)v!["epoch"]!, (string)v["source"]!)).Order());
        Assert.Single(await List($"?region={_region}&limit=1"));
    }

    [Fact]
    public async Task A_bad_value_is_refused_by_the_name_of_its_field_and_nothing_is_stored()
    {
        await FleetClient.Refused(HttpStatusCode.BadRequest, "invalid", "gpuModel", await Post(Good with { GpuModel = "H100" }));
        await FleetClient.Refused(HttpStatusCode.BadRequest, "invalid", "region", await Post(Good with { Region = "a b" }));
        await FleetClient.Refused(HttpStatusCode.BadRequest, "invalid", "epoch", await Post(Good with { Epoch = Present + 2 }));
        await FleetClient.Refused(HttpStatusCode.BadRequest, "invalid", "epoch", await Post(Good with { Epoch = -1 }));
        await FleetClient.Refused(HttpStatusCode.BadRequest, "invalid", "pricePerGpuHour", await Post(Good with { PricePerGpuHour = "0" }));
        await FleetClient.Refused(HttpStatusCode.BadRequest, "invalid", "pricePerGpuHour", await Post(Good with { PricePerGpuHour = "79228162514264337593544" }));
        await FleetClient.Refused(HttpStatusCode.BadRequest, "invalid", "source", await Post(Good with { Source = " " }));
        Assert.Empty(await List($"?region={_region}"));
    }

    [Fact]
    public async Task A_closed_epoch_takes_no_value_and_a_provider_writes_none()
    {
        var epoch = Random.Shared.NextInt64(1_000, 10_000);
        await using (var tx = shared.App.Database.Write())
        {
            await TelemetryStore.CloseEpoch(tx, epoch, TimeProvider.System.Now());
            await tx.Commit();
        }
        await FleetClient.Refused(HttpStatusCode.Conflict, "epoch-closed", "epoch", await Post(Good with { Epoch = epoch }));
        using var provider = await FleetClient.Join(shared.App);
        await FleetClient.Refused(HttpStatusCode.Forbidden, "forbidden", null, await provider.Http.PostAsJsonAsync("/v1/index-values", Good));
        Assert.Empty(await List($"?region={_region}"));
    }

    [Fact]
    public async Task The_newest_value_is_the_one_of_the_epoch_or_the_last_before_it()
    {
        await using var db = await ScratchDatabase.Make();
        IndexValue Of(long epoch, string model = "H100-SXM5-80GB") => new($"index_{model}_{epoch}", model, "US-TX", epoch, 1_000_000 + epoch, "desk", TimeProvider.System.Now());
        foreach (var value in new[] { Of(10), Of(12), Of(11, "A100-SXM4-80GB") }) Assert.True(await db.Write(tx => IndexValueStore.Insert(tx, value)));
        Assert.False(await db.Write(tx => IndexValueStore.Insert(tx, Of(12) with { Id = "index_other", Value = 1 })));
        Assert.Equal(Of(12).Value, (await db.Read(tx => IndexValueStore.Find(tx, Of(12))))!.Value);

        Task<IndexValue?> Newest(long epoch, string region = "US-TX") => db.Read(tx => IndexValueStore.Newest(tx, "H100-SXM5-80GB", region, epoch));
        Assert.Null(await Newest(9));
        Assert.Equal([10, 10, 12, 12], new[] { await Newest(10), await Newest(11), await Newest(12), await Newest(99) }.Select(v => v!.Epoch));
        Assert.Null(await Newest(99, "DE-FRA"));
    }

    private Task<HttpResponseMessage> Post(PostIndexValue value) => shared.App.Http.PostAsJsonAsync("/v1/index-values", value);

    private async Task<JsonArray> List(string query) => (await shared.App.Get($"/v1/index-values{query}"))["items"]!.AsArray();
}

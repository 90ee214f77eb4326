using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;
using ComputeRwa.Telemetry.Ingest;
using ComputeRwa.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeRwa.Tests.Telemetry.Ingest;

/// <summary>An API on which windows become batches when a test says so, and a provider that sends to it.</summary>
public sealed class IngestWorld : IAsyncLifetime
{
    internal TestApp App { get; private set; } = null!;

    public async Task InitializeAsync() => App = await TestApp.StartWithoutChain(null, ("Ingest:LatenessSeconds", "86400"), ("Ingest:OldestDays", "4000"), ("Ingest:ScrapeNetworks", "127.0.0.0/8"));

    public async Task DisposeAsync() => await App.DisposeAsync();

    /// <summary>A node whose samples come by the unsigned ways, every <paramref name="step"/> seconds.</summary>
    internal static async Task<Node> AddNode(FleetClient fleet, int gpus, int step = 15)
    {
        var node = await fleet.AddNode(FleetClient.NextNumber(), gpus);
        await FleetClient.Ok(await fleet.Http.PutAsJsonAsync($"/v1/nodes/{node.Id}/ingest", new { stepSeconds = step }));
        return node;
    }

    internal static Task<HttpResponseMessage> Write(FleetClient fleet, WireWriter message) => WriteRaw(fleet, IronSnappy.Snappy.Encode(message.ToArray()));

    internal static Task<HttpResponseMessage> WriteRaw(FleetClient fleet, byte[] body, string type = "application/x-protobuf", string coding = "snappy", string path = "/v1/telemetry/prometheus/write")
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (coding.Length > 0) content.Headers.ContentEncoding.Add(coding);
        return fleet.Http.PostAsync(path, content);
    }

    internal static async Task Stored(Task<HttpResponseMessage> writing)
    {
        using var response = await writing;
        Assert.True(response.StatusCode == HttpStatusCode.NoContent, $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
    }

    /// <summary>Everything that has arrived of a provider's becomes batches.</summary>
    internal async Task Finish(FleetClient fleet)
    {
        await using var tx = App.Database.Write();
        await App.Services.GetRequiredService<Compactor>().Finish(tx, ProviderId.From(fleet.ProviderId));
        await tx.Commit();
    }

    /// <summary>A node's batches of an epoch as an outsider is shown them, with every hash checked.</summary>
    internal async Task<List<JsonNode>> Batches(Node node, long epoch)
    {
        var stream = new MemoryStream();
        await using var tx = App.Database.Read();
        await EvidenceStore.Write(tx, epoch, [node.Id], stream, default);
        var shown = JsonNode.Parse(stream.ToArray())!["nodes"]!.AsArray();
        var batches = shown.Count == 0 ? [] : shown[0]!["batches"]!.AsArray().Select(b => b!).ToList();
        foreach (var batch in batches)
        {
            var columns = new ColumnsReader(node, new()).Read(System.Text.Json.JsonSerializer.Deserialize<ColumnsJson>(batch["columns"]!, System.Text.Json.JsonSerializerOptions.Web)!);
            Assert.Equal(Batch.HashOf(node.NodeKey, (long)batch["sequence"]!, (long)batch["from"]!, (int)batch["stepSeconds"]!, Hash32.Parse((string)batch["previousHash"]!), columns).Value, (string)batch["hash"]!);
            Assert.Null((string?)batch["signature"]);
        }
        return batches;
    }

    internal async Task<long> InboxRows(FleetClient fleet)
    {
        await using var tx = App.Database.Read();
        return await tx.Single<long>("SELECT COUNT(*) FROM telemetry_inbox WHERE provider_id = @ProviderId", new { fleet.ProviderId });
    }

    /// <summary>The first second of a window of yesterday.</summary>
    internal static long Start { get; } = Samples.Day.StartOf(Samples.Day.EpochOf(DateTimeOffset.UtcNow) - 1).ToUnixTimeSeconds() + 7_200;

    internal static long Epoch => Samples.Day.EpochOf(DateTimeOffset.FromUnixTimeSeconds(Start));
}

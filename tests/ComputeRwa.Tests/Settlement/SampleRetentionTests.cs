using System.Net;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using ComputeRwa.Settlement;
using ComputeRwa.Telemetry;
using ComputeRwa.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComputeRwa.Tests.Settlement;

[Collection(HardhatCollection.Name)]
[Trait("engine", "both")]
public sealed class SampleRetentionTests(HardhatNode node) : IAsyncLifetime
{
    private readonly LeaseWorld _world = new(node);
    private SettlementStage _stage = null!;
    private TestApp App => _world.App;

    public async Task InitializeAsync()
    {
        await _world.InitializeAsync();
        _stage = new(_world);
    }

    public Task DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Samples_stay_until_a_root_that_rests_on_them_pays_out()
    {
        var (machine, epoch) = (await _stage.AddNode(1), await _world.PresentEpoch() + 1);
        await _stage.Lease(machine, epochs: 1, noticeEpochs: 1);
        await _stage.End(epoch);
        await _stage.Telemetry(machine, epoch);
        var old = new Link(NodeId.From("node_of_long_ago"), 0, epoch - 2 * SampleStore.EpochsOfAPart, 0, 1, 1, Hash32.Zero, Hash32.Of(7), null);
        await using (var tx = App.Database.Write())
        {
            var number = await tx.Single<long>("INSERT INTO telemetry_nodes (node_id) VALUES (@NodeId) RETURNING CAST(number AS BIGINT)", new { old.NodeId });
            await SampleStore.Insert(tx, [new(old, new([], ColumnsCodec.Compress(Columns.Of(1, 1, [[1], [1], [1], [1]]))))], new Dictionary<NodeId, long> { [old.NodeId] = number });
            await tx.Commit();
        }
        using var job = Job(TimeSpan.Zero);
        using var patient = Job(TimeSpan.FromDays(1));

        await job.Step();
        await _stage.Close(epoch);
        await job.Step();
        Assert.True(await IsKept(old)); // closed, but anybody may still have to prove it
        await _stage.Post(epoch);
        await patient.Step();
        Assert.True(await IsKept(old));
        await patient.StopAsync(default);
        await job.Step();
        Assert.False(await IsKept(old));

        await using (var tx = App.Database.Write())
        {
            await SampleStore.DropThrough(tx, epoch | (SampleStore.EpochsOfAPart - 1));
            await tx.Commit();
        }
        using var evidence = await App.Http.GetAsync($"/v1/epochs/{epoch}/evidence");
        Assert.Equal(HttpStatusCode.Gone, evidence.StatusCode);
        Assert.Contains("/problems/evidence-dropped", await evidence.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await _stage.Reconciled(true);
    }

    private SampleRetentionJob Job(TimeSpan keep) => new(App.Database, App.Services.GetRequiredService<EpochDesk>(), new(keep), App.Services.GetRequiredService<Gauges>(),
        App.Services.GetRequiredService<TimeProvider>(), NullLogger<SampleRetentionJob>.Instance);

    private async Task<bool> IsKept(Link link)
    {
        await using var tx = App.Database.Read();
        return await SampleStore.Find(tx, link.Epoch, link.NodeId, link.Sequence) is not null;
    }
}

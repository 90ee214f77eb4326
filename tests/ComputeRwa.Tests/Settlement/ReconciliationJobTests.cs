using System.Text.Json.Nodes;
using ComputeRwa.Settlement;
using ComputeRwa.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeRwa.Tests.Settlement;

[Collection(HardhatCollection.Name)]
[Trait("engine", "both")]
public sealed class ReconciliationJobTests(HardhatNode node) : IAsyncLifetime
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
    public async Task A_difference_is_kept_shown_and_told_once_until_it_changes()
    {
        var stand = await _stage.AddNode(2);
        await _stage.Lease(stand, epochs: 1, noticeEpochs: 1);
        await _stage.Reconciled(true);
        var job = App.Services.GetRequiredService<ReconciliationJob>();

        var balanced = (await job.Run(null))!;
        Assert.Equal(0, balanced.Differences);
        Assert.True(balanced.Compared > 0);
        Assert.Empty(await Events());

        var units = await App.Scratch.Read(tx => tx.Single<string>("SELECT units FROM claim_transfers"));
        await Minted("999");
        var wrong = (await job.Run(balanced))!;
        Assert.True(wrong.Differences > 0);
        var told = Assert.Single(await Events());
        Assert.Equal("reconciliation.differs", (string)told!["type"]!);
        var first = told["data"]!["differences"]![0]!;
        Assert.Equal(("claim_transfers.units", wrong.Block), ((string)first["table"]!, (long)first["block"]!));
        Assert.NotEqual((string)first["expected"]!, (string)first["actual"]!);
        Assert.Contains($"computerwa_reconciliation_differences {wrong.Differences}\n", await App.Http.GetStringAsync("/metrics"), StringComparison.Ordinal);

        await node.Mine();
        var again = (await job.Run(wrong))!;
        Assert.Single(await Events());

        await Minted(units);
        Assert.Equal(0, (await job.Run(again))!.Differences);
        Assert.Equal(["reconciliation.differs", "reconciliation.balanced"], (await Events()).Select(e => (string)e!["type"]!));
        Assert.Contains("computerwa_reconciliation_differences 0\n", await App.Http.GetStringAsync("/metrics"), StringComparison.Ordinal);
        var runs = (await App.Get("/v1/reconciliation/runs"))["items"]!.AsArray();
        Assert.True(runs.Count >= 4);
        Assert.Equal(0, (long)runs[0]!["differences"]!);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("often")]
    public void A_schedule_that_is_none_is_refused(string minutes)
    {
        var config = new ConfigurationBuilder().AddInMemoryCollection([new("Reconciliation:Minutes", minutes)]).Build();
        var e = Assert.Throws<InvalidOperationException>(() => ReconciliationSchedule.Read(config));
        Assert.Contains("Reconciliation:Minutes", e.Message, StringComparison.Ordinal);
    }

    private Task<int> Minted(string units) => App.Scratch.Write(tx => tx.Execute("UPDATE claim_transfers SET units = @units", new { units }));

    private async Task<JsonArray> Events() => (await App.Get("/v1/events?subject=reconciliation"))["items"]!.AsArray();
}

using ComputeRwa.Tests.Support;
using static ComputeRwa.Tests.Telemetry.Ingest.IngestWorld;

namespace ComputeRwa.Tests.Telemetry.Ingest;

[Trait("engine", "both")]
public sealed class IngestJobTests
{
    [Fact]
    public async Task A_window_that_is_over_becomes_a_batch_by_itself_also_after_a_restart()
    {
        await using var scratch = await ScratchDatabase.Make();
        string node;
        await using (var app = await TestApp.StartWithoutChain(scratch, ("Ingest:LatenessSeconds", "86400")))
        {
            using var fleet = await FleetClient.Join(app);
            var added = await AddNode(fleet, 1);
            node = added.Id.Value;
            await Stored(Write(fleet, new WireWriter().Gpu(added.GpuUuids[0], Start * 1_000 + 5_000, 0.5, 50, 100, 500)));
        }
        await using (var app = await TestApp.StartWithoutChain(scratch, ("Ingest:LatenessSeconds", "0"), ("Ingest:QuietSeconds", "1")))
        {
            for (var i = 0; (int)(await app.Get($"/v1/nodes/{node}/telemetry"))["nextSequence"]! == 0; i++)
            {
                Assert.True(i < 200, "No batch was made in 20 s.");
                await Task.Delay(100);
            }
            Assert.Equal(0, await scratch.Read(tx => tx.Single<long>("SELECT COUNT(*) FROM telemetry_inbox")));
            Assert.Contains("computerwa_ingest_failing 0", await app.Http.GetStringAsync("/metrics"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Ingest:LatenessSeconds", "x")]
    [InlineData("Ingest:QuietSeconds", "-1")]
    [InlineData("Ingest:OldestDays", "99999")]
    [InlineData("Ingest:ScrapeNetworks", "10.0.0.0/99")]
    public async Task A_setting_that_cannot_be_stops_the_start_by_its_name(string name, string value) =>
        Assert.Contains(name, (await Assert.ThrowsAnyAsync<Exception>(() => TestApp.StartWithoutChain(null, (name, value)))).ToString(), StringComparison.Ordinal);
}

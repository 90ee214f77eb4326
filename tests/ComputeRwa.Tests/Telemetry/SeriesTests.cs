using System.Net;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;
using ComputeRwa.Tests.Support;

namespace ComputeRwa.Tests.Telemetry;

[Trait("engine", "both")]
public class SeriesTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private static readonly EpochLength Length = new(3_600);

    /// <summary>Against sums sample by sample, whatever the batches, the range, the step and the gaps.</summary>
    [Fact]
    public async Task Each_step_has_the_sums_of_the_samples_that_begin_in_it()
    {
        await using var scratch = await ScratchDatabase.Make();
        var node = await scratch.AddNode(1, 3);
        var random = new Random(8);
        var start = Length.StartOf(Length.EpochOf(Samples.Now) - 40).ToUnixTimeSeconds();
        var (chain, at, previous) = (new List<Batch>(), start, Hash32.Zero);
        for (var i = 0; i < 60; i++)
        {
            var (step, samples) = (random.Next(1, 40), random.Next(1, 60));
            if (at / 3_600 != (at + (long)step * samples - 1) / 3_600) at = (at / 3_600 + 1) * 3_600;
            var post = Samples.Signed(node, 1, i, at, step, previous, Samples.Random(random, 3, samples));
            Assert.True(Batch.Read(post, node, Length, Samples.Now).Ok(out var batch, out _));
            Assert.True((await scratch.Write(tx => TelemetryStore.Append(tx, batch, PackedBatch.Of(batch), Samples.Now))).Ok(out _, out _));
            chain.Add(batch);
            (at, previous) = (batch.To + random.Next(3) * 100, batch.Hash);
        }
        for (var i = 0; i < 40; i++)
        {
            var from = start + random.Next(-2_000, 20_000);
            var range = new SeriesRange(from, from + random.Next(1, 60_000), random.Next(4) switch { 0 => random.Next(20, 100), 1 => 3_600, _ => random.Next(100, 90_000) }, random.Next(4) is var gpu && gpu == 3 ? null : gpu);
            var expected = new GpuUse[range.Steps];
            foreach (var batch in chain)
                for (var s = 0; s < batch.Columns.Samples; s++)
                    for (var g = 0; g < 3; g++)
                    {
                        var second = batch.From + (long)s * batch.Step;
                        if (second < range.From || second >= range.To || (range.Gpu ?? g) != g) continue;
                        expected[(second - range.From) / range.Step] += Rollup.Of(batch.Columns, g, s, 1, batch.Step);
                    }
            Assert.Equal(expected, await scratch.Read(tx => SeriesStore.Read(tx, node.Id, range, Length)));
        }
    }

    [Theory]
    [InlineData("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z&stepSeconds=60", "to")]
    [InlineData("from=2024-01-01T00:00:00Z&to=2026-01-01T00:00:00Z&stepSeconds=86400", "to")]
    [InlineData("from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&stepSeconds=0", "stepSeconds")]
    [InlineData("from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&stepSeconds=1", "stepSeconds")]
    [InlineData("from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&stepSeconds=60&gpu=2", "gpu")]
    [InlineData("from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&stepSeconds=60&gpu=-1", "gpu")]
    [InlineData("from=0001-01-01T00:00:00Z&to=0001-01-02T00:00:00Z&stepSeconds=60", "from")]
    public async Task A_range_that_cannot_be_is_refused_by_its_field(string query, string field)
    {
        using var fleet = await FleetClient.Join(shared.App);
        var node = await fleet.AddNode(FleetClient.NextNumber(), 2);
        await FleetClient.Refused(HttpStatusCode.BadRequest, "invalid", field, await fleet.Http.GetAsync($"/v1/nodes/{node.Id}/series?{query}"));
    }

    [Fact]
    public async Task A_chart_has_a_point_for_every_step()
    {
        using var fleet = await FleetClient.Join(shared.App);
        var number = FleetClient.NextNumber();
        var node = await fleet.AddNode(number, 2);
        var start = Samples.Day.StartOf(Samples.Day.EpochOf(DateTimeOffset.UtcNow) - 1);
        var columns = Columns.Of(2, 120, [.. new[] { 5_000, 50, 300_000, 1_000 }.Select(v => Enumerable.Repeat(v, 240).ToArray())]);
        await FleetClient.Ok(await fleet.Post(Samples.Signed(node, number, 0, start.ToUnixTimeSeconds(), 60, Hash32.Zero, columns)));
        var series = await fleet.Get($"/v1/nodes/{node.Id}/series?from={start:yyyy-MM-ddTHH:mm:ssZ}&to={start.AddHours(3):yyyy-MM-ddTHH:mm:ssZ}&stepSeconds=3600&gpu=1");
        Assert.Equal([(3_600, 3_600, 5_000, 1_080_000), (3_600, 3_600, 5_000, 1_080_000), (0, 0, null, 0)],
            series["points"]!.AsArray().Select(p => ((long)p!["availableSeconds"]!, (long)p["busySeconds"]!, (long?)p["loadBps"], (long)p["joules"]!)));
    }
}

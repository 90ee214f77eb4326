using System.Net;
using System.Net.Http.Json;
using ComputeRwa.Telemetry;
using ComputeRwa.Telemetry.Meters;
using ComputeRwa.Tests.Support;

namespace ComputeRwa.Tests.Telemetry;

[Collection(SharedApi.Name)]
[Trait("engine", "both")]
public sealed class MeterTests(SharedApi shared) : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = Samples.Day.StartOf(Samples.Day.EpochOf(DateTimeOffset.UtcNow) - 1);
    private FleetClient _fleet = null!;

    public async Task InitializeAsync() => _fleet = await FleetClient.Join(shared.App);

    public Task DisposeAsync()
    {
        _fleet.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_meter_s_readings_are_written_once_and_say_what_was_used()
    {
        Assert.Equal(4, await Stored("facility", (0, 1_000), (60, 1_500), (120, 40), (180, 140)));
        Assert.Equal(1, await Stored("facility", (60, 1_500), (240, 150)));
        Assert.Equal(1, await Stored("heat", (60, 7)));
        var shown = await _fleet.Get($"/v1/sites/{_fleet.SiteId}/meters/facility");
        Assert.Equal((500 + 40 + 100 + 10, 5), ((int)shown["usedWh"]!, shown["items"]!.AsArray().Count));
        shown = await _fleet.Get($"/v1/sites/{_fleet.SiteId}/meters/facility?from={At(60):yyyy-MM-ddTHH:mm:ssZ}&to={At(120):yyyy-MM-ddTHH:mm:ssZ}");
        Assert.Equal((40, 2), ((int)shown["usedWh"]!, shown["items"]!.AsArray().Count));
        shown = await _fleet.Get($"/v1/sites/{_fleet.SiteId}/meters/facility?limit=2");
        shown = await _fleet.Get($"/v1/sites/{_fleet.SiteId}/meters/facility?limit=2&after={shown["next"]}");
        Assert.Equal([At(120), At(180)], shown["items"]!.AsArray().Select(i => (DateTimeOffset)i!["at"]!));
    }

    [Fact]
    public async Task A_reading_that_stands_is_not_changed()
    {
        await Stored("it", (0, 10));
        await FleetClient.Refused(HttpStatusCode.Conflict, "already-written", "readings[1].at", await Post("it", (60, 20), (0, 11)));
        Assert.Single((await _fleet.Get($"/v1/sites/{_fleet.SiteId}/meters/it"))["items"]!.AsArray());
    }

    [Fact]
    public async Task A_closed_epoch_takes_no_reading_but_knows_a_repeat()
    {
        var early = -(FleetClient.NextNumber() + 5_000) * 86_400L;
        await Stored("it", (early, 10));
        await using (var tx = shared.App.Database.Write())
        {
            await TelemetryStore.CloseEpoch(tx, Samples.Day.EpochOf(At(early)), Samples.Now);
            await tx.Commit();
        }
        Assert.Equal(0, await Stored("it", (early, 10)));
        await FleetClient.Refused(HttpStatusCode.Conflict, "epoch-closed", "readings[0].at", await Post("it", (early + 1, 10)));
    }

    [Fact]
    public async Task Readings_that_cannot_be_are_refused_by_their_place()
    {
        await FleetClient.Refused(HttpStatusCode.BadRequest, "invalid", "readings[1].registerWh", await Post("it", (0, 1), (1, -1)));
        await FleetClient.Refused(HttpStatusCode.BadRequest, "invalid", "readings[0].at", await Post("it", (10 * 86_400, 1)));
        await FleetClient.Refused(HttpStatusCode.BadRequest, "invalid", "readings[1].at", await Post("it", (0, 1), (0, 1)));
        await FleetClient.Refused(HttpStatusCode.BadRequest, "invalid", "readings", await Post("it"));
        await FleetClient.Refused(HttpStatusCode.NotFound, "not-found", null, await Post("water", (0, 1)));
        using var other = await FleetClient.Join(shared.App);
        await FleetClient.Refused(HttpStatusCode.Forbidden, "forbidden", "id", await other.Http.PostAsJsonAsync($"/v1/sites/{_fleet.SiteId}/meters/it", new { readings = new[] { new { at = At(0), registerWh = 1 } } }));
    }

    [Fact]
    public void What_was_used_is_what_the_register_rose_and_all_of_one_that_began_anew()
    {
        Assert.Equal(0, Metered.Used([]));
        Assert.Equal(0, Metered.Used([new(5, 100)]));
        Assert.Equal(100 + 30 + 0 + 5, Metered.Used([new(1, 100), new(2, 200), new(3, 30), new(4, 30), new(5, 35)]));
    }

    private static DateTimeOffset At(long second) => Start.AddSeconds(second);

    private Task<HttpResponseMessage> Post(string meter, params (long Second, long Wh)[] readings) => _fleet.Http.PostAsJsonAsync(
        $"/v1/sites/{_fleet.SiteId}/meters/{meter}", new { readings = readings.Select(r => new { at = At(r.Second), registerWh = r.Wh }).ToArray() });

    private async Task<int> Stored(string meter, params (long Second, long Wh)[] readings) => (int)(await FleetClient.Ok(await Post(meter, readings)))["stored"]!;
}

using System.Diagnostics;
using System.Net;
using ComputeRwa.Chain;
using ComputeRwa.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeRwa.Tests.Chain;

[Collection(HardhatCollection.Name)]
[Trait("engine", "both")]
public sealed class PacingTests(HardhatNode node)
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(500, 0)]
    [InlineData(700, 20)]
    [InlineData(10_500, 1_000)]
    [InlineData(3_600_000, 1_000)]
    public void A_pause_is_a_tenth_of_what_the_queue_is_behind_and_a_second_at_most(int waited, int pause) =>
        Assert.Equal(TimeSpan.FromMilliseconds(pause), Pacing.PauseFor(TimeSpan.FromMilliseconds(waited)));

    [Fact]
    public async Task Only_what_goes_to_the_chain_waits_while_a_lane_is_behind()
    {
        await using var app = await TestApp.Start(node);
        var status = app.Services.GetRequiredService<ChainStatus>();
        status.Signed(TimeSpan.FromMinutes(1));
        var watch = Stopwatch.StartNew();
        var admission = app.Post("/v1/memberships", new { account = "nobody" }, "paced");
        using (var other = await app.Post("/v1/providers", new { name = "" }, "not paced")) Assert.Equal(HttpStatusCode.BadRequest, other.StatusCode);
        Assert.False(admission.IsCompleted, "It did not wait.");
        using (var refused = await admission) Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.True(watch.Elapsed > TimeSpan.FromMilliseconds(900), $"It waited for {watch.Elapsed}.");
        Assert.Equal(TimeSpan.Zero, status.WaitInQueue);
    }

    [Fact]
    public async Task The_sender_says_how_long_what_it_signs_had_waited()
    {
        await using var harness = await ChainHarness.Create(node);
        await harness.Mint("mint", ChainHarness.NewAccount(), 1);
        await Task.Delay(50);
        Assert.Equal(TimeSpan.Zero, harness.Status.WaitInQueue);
        await harness.Sender.Step();
        Assert.InRange(harness.Status.WaitInQueue, TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(1));
    }
}

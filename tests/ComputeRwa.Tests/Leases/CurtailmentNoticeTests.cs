using ComputeRwa.Leases;
using static ComputeRwa.Tests.Support.LeaseCases;

namespace ComputeRwa.Tests.Leases;

public class CurtailmentNoticeTests
{
    private static readonly DateTimeOffset Start = Day.StartOf(PresentEpoch + 1);
    private static readonly DateTimeOffset End = Day.EndOf(PresentEpoch + 7);

    [Fact]
    public void A_notice_may_cover_the_whole_lease()
    {
        Assert.True(CurtailmentNotice.Give(Lease(), Day, Start, End, "grid emergency", Now).Ok(out var notice, out _));
        Assert.Equal((Start, End, "grid emergency"), (notice.From, notice.To, notice.Reason));
    }

    [Fact]
    public void A_notice_may_reach_back_to_the_start_of_the_present_epoch_and_no_further()
    {
        var now = Start.AddDays(2).AddHours(5);
        Assert.True(CurtailmentNotice.Give(Lease(), Day, Start.AddDays(2), now, "late", now).Ok(out _, out _));
        Assert.Equal("from", Refusal(Start.AddDays(2).AddSeconds(-1), now, "late", now));
    }

    [Theory]
    [InlineData(-1, 3_600, "from")]
    [InlineData(0, 7 * 86_400 + 1, "to")]
    [InlineData(3_600, 3_600, "to")]
    [InlineData(3_600, 0, "to")]
    [InlineData(0.5, 3_600, "from")]
    [InlineData(0, 3_600.001, "to")]
    public void A_notice_outside_the_lease_or_the_wrong_way_round_is_refused(double from, double to, string field) =>
        Assert.Equal(field, Refusal(Start.AddSeconds(from), Start.AddSeconds(to), "x", Now));

    [Fact]
    public void A_notice_says_why() => Assert.Equal("reason", Refusal(Start, Start.AddHours(1), " ", Now));

    [Fact]
    public void A_notice_in_another_time_zone_is_the_same_moment()
    {
        Assert.True(CurtailmentNotice.Give(Lease(), Day, Start.ToOffset(TimeSpan.FromHours(2)), End, "x", Now).Ok(out var notice, out _));
        Assert.Equal(TimeSpan.Zero, notice.From.Offset);
        Assert.Equal(Start, notice.From);
    }

    private static string Refusal(DateTimeOffset from, DateTimeOffset to, string reason, DateTimeOffset now)
    {
        Assert.False(CurtailmentNotice.Give(Lease(), Day, from, to, reason, now).Ok(out _, out var error));
        return Assert.Single(error.Fields).Field;
    }
}

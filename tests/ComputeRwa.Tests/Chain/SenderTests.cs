using ComputeRwa.Chain;
using ComputeRwa.Kernel;

namespace ComputeRwa.Tests.Chain;

public sealed class SenderTests
{
    private static readonly DryRun Passed = new(DryRunOutcome.Passed, null);
    private static readonly DryRun Reverted = new(DryRunOutcome.Reverted, "Nope()");
    private static readonly DryRun Unanswered = new(DryRunOutcome.Unanswered, "busy");

    [Fact]
    public void Plan_signs_rows_that_pass_in_the_order_of_the_queue()
    {
        var plan = Sender.Plan([(Row(1), Passed), (Row(2), Passed)], earliestOpen: 0);
        Assert.Equal([1, 2], plan.Sign.Select(r => r.Seq));
        Assert.Empty(plan.Fail);
    }

    [Fact]
    public void Plan_fails_a_row_that_reverts_when_nothing_unmined_stands_before_it()
    {
        var plan = Sender.Plan([(Row(1), Reverted), (Row(2), Reverted), (Row(3), Passed)], earliestOpen: null);
        Assert.Equal([(1L, "Nope()"), (2L, "Nope()")], plan.Fail.Select(f => (f.Row.Seq, f.Reason)));
        Assert.Equal([3], plan.Sign.Select(r => r.Seq));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Plan_holds_a_row_that_reverts_and_what_is_behind_it_in_its_subject_while_something_before_it_is_unmined(bool earlierUnmined)
    {
        (OutboxRow, DryRun)[] queue = earlierUnmined ? [(Row(2), Reverted), (Row(3), Passed)] : [(Row(1), Passed), (Row(2), Reverted), (Row(3), Passed)];
        var plan = Sender.Plan(queue, earliestOpen: earlierUnmined ? 1 : null);
        Assert.Empty(plan.Fail);
        Assert.Equal(earlierUnmined ? [] : [1], plan.Sign.Select(r => r.Seq));
    }

    [Fact]
    public void Plan_lets_other_subjects_overtake_a_row_that_waits()
    {
        var plan = Sender.Plan([(Row(2, "a"), Reverted), (Row(3, "b"), Passed), (Row(4, "a"), Passed), (Row(5, "c"), Reverted), (Row(6, "b"), Passed)], earliestOpen: 1);
        Assert.Equal([3, 6], plan.Sign.Select(r => r.Seq));
        Assert.Empty(plan.Fail);
    }

    [Fact]
    public void Plan_fails_what_only_later_commands_stand_beside()
    {
        var plan = Sender.Plan([(Row(2), Reverted)], earliestOpen: 3);
        Assert.Equal([2L], plan.Fail.Select(f => f.Row.Seq));
    }

    [Fact]
    public void Plan_concludes_nothing_from_a_node_that_cannot_say()
    {
        var plan = Sender.Plan([(Row(1), Unanswered), (Row(2), Passed)], earliestOpen: null);
        Assert.Empty(plan.Sign);
        Assert.Empty(plan.Fail);
    }

    [Theory]
    [InlineData(null, 5, 5)]
    [InlineData(3L, 5, 5)]
    [InlineData(9L, 5, 9)]
    public void The_lane_begins_at_its_own_count_or_the_chains_whichever_is_higher(long? lane, long pending, long first) =>
        Assert.Equal(first, Sender.FirstNonce(lane, pending));

    [Fact]
    public void A_nonce_is_lost_only_when_final_blocks_have_used_it_and_there_is_no_receipt()
    {
        Assert.True(Sender.IsLost(nonce: 7, minedInFinalBlocks: 8, hasReceipt: false));
        Assert.False(Sender.IsLost(nonce: 7, minedInFinalBlocks: 7, hasReceipt: false));
        Assert.False(Sender.IsLost(nonce: 7, minedInFinalBlocks: 8, hasReceipt: true));
    }

    [Fact]
    public void Pauses_grow_to_five_seconds()
    {
        Assert.Equal(TimeSpan.FromMilliseconds(100), Sender.BackOff(1));
        Assert.Equal(TimeSpan.FromMilliseconds(400), Sender.BackOff(3));
        Assert.Equal(TimeSpan.FromSeconds(5), Sender.BackOff(100));
    }

    [Fact]
    public void The_first_in_line_is_stuck_after_so_many_blocks_without_progress_and_others_only_when_priced_out()
    {
        List<Flight> flights = [Flying(5, sentBlock: 10, fee: 100), Flying(6, sentBlock: 10, fee: 100), Flying(7, sentBlock: 10, fee: 40), Flying(8, sentBlock: 14, fee: 40)];
        Assert.Equal([5L, 7], Stuck(head: 15, lastMined: 0));
        Assert.Equal([7L], Stuck(head: 15, lastMined: 11));
        Assert.Empty(Stuck(head: 14, lastMined: 0));

        IEnumerable<long> Stuck(long head, long lastMined) =>
            Sender.Stuck(flights, new(head, Hash32.Zero, Hash32.Zero, default, 50), lastMined, afterBlocks: 5).Select(f => f.Nonce);
    }

    [Fact]
    public void A_subject_stays_on_the_lane_that_has_unmined_commands_of_it_and_lanes_agree_on_all_others()
    {
        var unmined = new Dictionary<string, string> { ["lease"] = "b" };
        Assert.Equal("b", Sender.LaneOf("lease", unmined, ["a", "c"]));
        string[] ready = ["a", "b", "c"];
        var shares = Enumerable.Range(0, 3_000).Select(i => Sender.LaneOf($"subject-{i}", unmined, ready)).CountBy(lane => lane).ToDictionary();
        Assert.All(ready, lane => Assert.InRange(shares[lane], 800, 1_200));
    }

    private static Flight Flying(long nonce, long sentBlock, long fee) => new(
        TransactionId.From($"tx_{nonce}"), TransactionState.Broadcast, nonce, Hash32.Zero, 100_000, fee, 1, sentBlock, 0, 0, 1, null, null, "k");

    private static OutboxRow Row(long seq, string subject = "s") => new(
        seq, TransactionId.From($"tx_{seq}"), "k", subject, Address.Zero, "0x", 1, TransactionState.Queued, null, null, null, null, 0, null, null, null, null, default, default, null, 0);
}

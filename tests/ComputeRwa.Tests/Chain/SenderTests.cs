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
        var plan = Sender.Plan([(Row(1), Passed), (Row(2), Passed)], earlierUnmined: true);
        Assert.Equal([1, 2], plan.Sign.Select(r => r.Seq));
        Assert.Empty(plan.Fail);
    }

    [Fact]
    public void Plan_fails_a_row_that_reverts_when_nothing_unmined_stands_before_it()
    {
        var plan = Sender.Plan([(Row(1), Reverted), (Row(2), Reverted), (Row(3), Passed)], earlierUnmined: false);
        Assert.Equal([(1L, "Nope()"), (2L, "Nope()")], plan.Fail.Select(f => (f.Row.Seq, f.Reason)));
        Assert.Equal([3], plan.Sign.Select(r => r.Seq));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Plan_holds_a_row_that_reverts_and_all_behind_it_while_something_before_it_is_unmined(bool earlierUnmined)
    {
        (OutboxRow, DryRun)[] queue = earlierUnmined ? [(Row(2), Reverted), (Row(3), Passed)] : [(Row(1), Passed), (Row(2), Reverted), (Row(3), Passed)];
        var plan = Sender.Plan(queue, earlierUnmined);
        Assert.Empty(plan.Fail);
        Assert.Equal(earlierUnmined ? [] : [1], plan.Sign.Select(r => r.Seq));
    }

    [Fact]
    public void Plan_concludes_nothing_from_a_node_that_cannot_say()
    {
        var plan = Sender.Plan([(Row(1), Unanswered), (Row(2), Passed)], earlierUnmined: false);
        Assert.Empty(plan.Sign);
        Assert.Empty(plan.Fail);
    }

    [Theory]
    [InlineData(null, 5, 5)]
    [InlineData(3L, 5, 5)]
    [InlineData(9L, 5, 9)]
    public void The_lane_begins_at_its_own_count_or_the_chains_whichever_is_higher(long? lane, long pending, long first) =>
        Assert.Equal(first, Sender.FirstNonce(lane, pending));

    [Theory]
    [InlineData(null, "Taken")]
    [InlineData("already known", "Taken")]
    [InlineData("Known transaction: 0xabc", "Taken")]
    [InlineData("nonce too low: next nonce 8, tx nonce 7", "NonceUsed")]
    [InlineData("Nonce too low. Expected nonce to be 1 but got 0.", "NonceUsed")]
    [InlineData("Nonce too high. Expected nonce to be 1 but got 5.", "Refused")]
    [InlineData("insufficient funds for gas * price + value", "Refused")]
    [InlineData("max fee per gas less than block base fee", "Refused")]
    public void Answers_to_a_broadcast_are_told_apart(string? answer, string expected) => Assert.Equal(expected, Sender.Classify(answer).ToString());

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
    public void Fees_leave_room_for_the_base_fee_to_double() => Assert.Equal(new Fees(2_100, 100), Sender.Fees(1_000, 100));

    private static OutboxRow Row(long seq) => new(
        seq, TransactionId.From($"tx_{seq}"), "k", "s", Address.Zero, "0x", 1, TransactionState.Queued, null, null, null, null, 0, null, null, null, null, default, default);
}

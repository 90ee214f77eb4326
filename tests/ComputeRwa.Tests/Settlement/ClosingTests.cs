using System.Diagnostics;
using System.Numerics;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Settlement;
using ComputeRwa.Tests.Leases;
using Xunit.Abstractions;

namespace ComputeRwa.Tests.Settlement;

public sealed class ClosingTests(ITestOutputHelper output)
{
    private const long Day = 86_400;
    private static readonly EpochLength Length = new(Day);

    private static Error? Refuse(long epoch, long clock, long? last, long? firstStart) =>
        EpochClosing.Refuse(epoch, Length, DateTimeOffset.FromUnixTimeSeconds(clock), last, firstStart);

    [Fact]
    public void An_epoch_closes_at_its_end_and_not_a_second_before()
    {
        Assert.Equal("not-ready", Refuse(100, 101 * Day - 1, null, 100)?.Code);
        Assert.Null(Refuse(100, 101 * Day, null, 100));
    }

    [Theory]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(102)]
    public void Epochs_close_one_after_another(long epoch)
    {
        var refusal = Refuse(epoch, 200 * Day, last: 100, firstStart: 90);
        Assert.Equal("epoch-order", refusal?.Code);
        Assert.Contains("101", refusal?.Message, StringComparison.Ordinal);
        Assert.Equal("epoch", refusal?.Fields[0].Field);
    }

    [Fact]
    public void The_first_epoch_closed_may_be_any_in_which_a_lease_had_started()
    {
        Assert.Null(Refuse(105, 200 * Day, null, 100));
        Assert.Equal("not-ready", Refuse(99, 200 * Day, null, 100)?.Code);
        Assert.Equal("not-ready", Refuse(105, 200 * Day, null, null)?.Code);
    }

    [Fact]
    public void An_epoch_waits_until_the_chain_is_read_up_to_its_end()
    {
        Assert.Equal("not-ready", EpochClosing.RefuseUnread(100, Length, DateTimeOffset.FromUnixTimeSeconds(101 * Day - 1))?.Code);
        Assert.Equal("not-ready", EpochClosing.RefuseUnread(100, Length, null)?.Code);
        Assert.Null(EpochClosing.RefuseUnread(100, Length, DateTimeOffset.FromUnixTimeSeconds(101 * Day)));
    }

    [Fact]
    public void An_epoch_of_the_far_future_has_simply_not_ended() => Assert.Equal("not-ready", Refuse(uint.MaxValue, 200 * Day, null, 100)?.Code);

    [Theory]
    [InlineData(-1)]
    [InlineData(uint.MaxValue + 1L)]
    [InlineData(long.MaxValue)]
    public void A_number_that_is_no_epoch_is_refused_by_name(long epoch) => Assert.Equal("epoch", Refuse(epoch, 200 * Day, null, 100)?.Fields[0].Field);

    [Fact]
    public void Leaves_stand_in_order_of_start_and_lease_whatever_order_they_come_in()
    {
        var leases = Leases(50, seed: 1).ToList();
        var one = EpochClosing.Settle(110, 0, Hash32.Zero, leases, Day);
        leases.Reverse();
        var other = EpochClosing.Settle(110, 0, Hash32.Zero, leases, Day);

        Assert.Equal(one.Root, other.Root);
        var order = one.Leases.Select(l => (l.Lease.Terms.StartEpoch, l.Lease.Id.ToInteger())).ToList();
        Assert.Equal(order.Order(), order);
    }

    [Fact]
    public void Totals_are_the_sums_of_the_leaves()
    {
        var epoch = EpochClosing.Settle(110, 0, Hash32.Zero, Leases(200, seed: 2), Day);
        Assert.Equal(200, epoch.Totals.Leases);
        Assert.Equal(epoch.Leases.Aggregate(BigInteger.Zero, (sum, l) => sum + l.Leaf.Rent), epoch.Totals.Rent);
        Assert.Equal(epoch.Leases.Sum(l => (decimal)l.Leaf.GpuSeconds), epoch.Totals.GpuSeconds);
        Assert.Equal(epoch.Leases.Sum(l => (decimal)l.Leaf.WattHours), epoch.Totals.WattHours);
    }

    [Fact]
    public void An_ended_lease_keeps_its_final_leaf()
    {
        var lease = Leases(1, seed: 3).Single();
        var final = EpochClosing.Settle(110, 0, Hash32.Zero, [lease], Day).Leases[0].Leaf;
        var ended = lease with { Terms = lease.Terms with { Epochs = 111 - lease.Terms.StartEpoch }, Record = null, Previous = final };

        var later = EpochClosing.Settle(111, 0, Hash32.Zero, [ended], Day);
        Assert.Equal(final, later.Leases[0].Leaf);
        Assert.Null(later.Leases[0].Rent);
    }

    [Fact]
    public void A_lease_that_ended_early_keeps_its_leaf_although_its_terms_run_on()
    {
        var lease = Leases(1, seed: 3).Single();
        var final = EpochClosing.Settle(110, 0, Hash32.Zero, [lease], Day).Leases[0].Leaf;
        var later = EpochClosing.Settle(111, 0, Hash32.Zero, [lease with { EndedEarly = 110, Record = null, Previous = final }], Day);
        Assert.Equal(final, later.Leases[0].Leaf);
        Assert.ThrowsAny<Exception>(() => EpochClosing.Settle(111, 0, Hash32.Zero, [lease with { EndedEarly = 110, Previous = final }], Day));
    }

    [Fact]
    public void A_lease_metered_outside_its_terms_is_a_bug_that_stops_the_close()
    {
        var lease = Leases(1, seed: 4).Single();
        Assert.ThrowsAny<Exception>(() => EpochClosing.Settle(110, 0, Hash32.Zero, [lease with { Record = null }], Day));
        Assert.ThrowsAny<Exception>(() => EpochClosing.Settle(99, 0, Hash32.Zero, [lease], Day));
    }

    [Fact]
    public void Totals_never_fall_from_epoch_to_epoch()
    {
        var leases = Leases(20, seed: 5).ToList();
        EpochTotals before = new(0, 0, 0, 0);
        for (var n = 110u; n < 116; n++)
        {
            var epoch = EpochClosing.Settle(n, 0, Hash32.Zero, leases, Day);
            Assert.True(epoch.Totals.Rent >= before.Rent && epoch.Totals.GpuSeconds >= before.GpuSeconds && epoch.Totals.WattHours >= before.WattHours);
            Assert.All(epoch.Leases, l => Assert.InRange(l.Leaf.Remainder, 0ul, (ulong)Rent.Parts - 1));
            before = epoch.Totals;
            leases = [.. epoch.Leases.Select(l => l.Lease with { Previous = l.Leaf, Record = l.Lease.Record! with { Epoch = n + 1 } })];
        }
    }

    /// <summary>The budget is a million in 10 s on two cores; a tenth of it here, with room for a busy machine.</summary>
    [Fact]
    public void A_hundred_thousand_leases_close_in_seconds_and_prove_in_less_than_a_millisecond()
    {
        var leases = Leases(100_000, seed: 6).ToList();
        EpochClosing.Settle(110, 0, Hash32.Zero, leases.Take(2_000), Day);
        var closing = Stopwatch.StartNew();
        var epoch = EpochClosing.Settle(110, 0, Hash32.Zero, leases, Day);
        closing.Stop();

        var tree = MerkleTree.Of([.. epoch.Leases.Select(l => l.LeafHash)]);
        _ = tree.Proof(7);
        var proving = Stopwatch.StartNew();
        for (var i = 0; i < 1_000; i++) _ = tree.Proof(i * 97);
        var each = proving.Elapsed.TotalMilliseconds / 1_000;

        output.WriteLine($"100,000 leases: {closing.ElapsedMilliseconds} ms; a proof: {each:F4} ms");
        Assert.True(closing.Elapsed < TimeSpan.FromSeconds(10), $"took {closing.Elapsed}");
        Assert.True(each < 1, $"a proof took {each} ms");
    }

    /// <summary>Leases that run from epoch 100 on, each with a record of epoch 110 and a leaf before it.</summary>
    private static IEnumerable<LeaseToSettle> Leases(int count, int seed)
    {
        foreach (var (c, i) in RentCases.Random(seed, 2 * count).Where((_, i) => i % 2 == 0).Select((c, i) => (c, i)))
        {
            var id = Keccak.Hash(BitConverter.GetBytes((long)seed << 32 | (uint)i));
            var terms = c.Terms with { StartEpoch = 100 + (uint)(i % 11), Epochs = 1_000 };
            var record = c.Record with { LeaseId = id, Epoch = 110, ItWattHours = c.Record.ItWattHours % 1_000_000_000 };
            yield return new(id, terms, [], 12_000, 0, [], record, c.Previous with { LeaseId = id, GpuSeconds = c.Previous.GpuSeconds % 1_000_000_000, WattHours = c.Previous.WattHours % 1_000_000_000 });
        }
    }
}

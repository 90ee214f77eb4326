using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Kernel;
using Microsoft.Extensions.Configuration;

namespace ComputeRwa.Tests.Chain;

public sealed class SendLimitsTests
{
    private static readonly SendLimits Limits = new(MaxFee: 5_000, DailySpend: 1_000_000, DailyGas: 500, BumpAfterBlocks: 5, MostInFlight: 10, MostAtOnce: 256, PackGas: 0);

    [Fact]
    public void An_offer_leaves_room_for_the_base_fee_to_double() => Assert.Equal(new Fees(2_100, 100), Limits.Offer(1_000, 100));

    [Fact]
    public void An_offer_is_cut_at_the_cap_and_above_it_there_is_none()
    {
        Assert.Equal(new Fees(5_000, 100), Limits.Offer(4_900, 100));
        Assert.Null(Limits.Offer(4_901, 100));
    }

    [Fact]
    public void A_replacement_pays_an_eighth_more_of_both_fees_and_never_above_the_cap()
    {
        Assert.Equal(new Fees(1_125, 9), Limits.Raise(new(1_000, 8), baseFee: 10, tip: 1));
        Assert.Equal(new Fees(2, 1), Limits.Raise(new(1, 0), baseFee: 0, tip: 0));
        Assert.Equal(new Fees(4_020, 20), Limits.Raise(new(1_000, 8), baseFee: 2_000, tip: 20));
        Assert.Equal(new Fees(5_000, 9), Limits.Raise(new(4_000, 8), baseFee: 3_000, tip: 1));
        Assert.Null(Limits.Raise(new(4_500, 8), baseFee: 3_000, tip: 1));
    }

    [Fact]
    public void A_replacement_is_always_one_that_nodes_accept()
    {
        var random = new Random(7);
        for (var i = 0; i < 10_000; i++)
        {
            var old = new Fees(random.Next(1, 6_000), 0);
            old = old with { MaxPriority = random.Next(0, (int)old.Max + 1) };
            if (Limits.Raise(old, random.Next(0, 6_000), random.Next(0, 6_000)) is not { } raised) continue;
            Assert.True(raised.Max <= Limits.MaxFee && raised.MaxPriority <= raised.Max, $"{old} → {raised}");
            Assert.True(raised.Max * 8 >= old.Max * 9 && raised.MaxPriority * 8 >= old.MaxPriority * 9 && raised.MaxPriority > old.MaxPriority, $"{old} → {raised}");
        }
    }

    [Fact]
    public void The_days_limits_count_what_is_paid_and_what_is_in_flight()
    {
        Assert.Null(Limits.OverBudget(new(900_000, 400), new(100_000, 100)));
        Assert.Contains("1000000 wei", Limits.OverBudget(new(900_000, 0), new(100_001, 0)), StringComparison.Ordinal);
        Assert.Contains("500 gas", Limits.OverBudget(new(0, 400), new(0, 101)), StringComparison.Ordinal);
        Assert.Null((Limits with { DailySpend = null, DailyGas = null }).OverBudget(new(900_000, 400), new(900_000, 400)));
    }

    [Fact]
    public void Only_calls_of_the_deployments_contracts_and_empty_transfers_to_oneself_may_be_signed()
    {
        var (contract, signer, stranger) = (Account(1), Account(2), Account(3));
        var contracts = new HashSet<Address> { contract };
        Assert.True(May(contract, "0x40c10f19"));
        Assert.True(May(signer, "0x"));
        Assert.False(May(signer, "0x40c10f19"));
        Assert.False(May(stranger, "0x"));
        Assert.False(May(stranger, "0x40c10f19"));
        Assert.True(new UnsignedTransaction(1, 0, new(1, 1), 1, contract, "0x").ToTransaction().Amount == 0);

        bool May(Address to, string data) => SendLimits.MaySend(new(1, 0, new(1, 1), 21_000, to, data), signer, contracts);
        static Address Account(int i) => Address.Parse($"0x{i:x40}");
    }

    [Fact]
    public void Settings_are_whole_numbers_above_zero()
    {
        var read = SendLimits.Read(Settings(("Chain:MaxFeeGwei", "3"), ("Chain:DailySpendWei", "1000000000000000000000"), ("Chain:MostInFlight", "7")));
        Assert.Equal((3 * BigInteger.Pow(10, 9), BigInteger.Pow(10, 21), 7, SendLimits.Standard.BumpAfterBlocks, null), (read.MaxFee, read.DailySpend, read.MostInFlight, read.BumpAfterBlocks, read.DailyGas));
        foreach (var wrong in new[] { "0", "-1", "1.5", "a" })
            Assert.Contains("Chain:MaxFeeGwei", Assert.Throws<InvalidOperationException>(() => SendLimits.Read(Settings(("Chain:MaxFeeGwei", wrong)))).Message, StringComparison.Ordinal);

        static IConfiguration Settings(params (string Name, string Value)[] settings) =>
            new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value))).Build();
    }

    [Theory]
    [InlineData(20_000, 7)] // the same day
    [InlineData(20_001, 0)] // a new one
    [InlineData(19_999, 7)] // the clock was set back over midnight
    [InlineData(19_998, 0)] // it had been wrong by more than a day
    public void A_budget_is_a_days_and_a_clock_set_back_does_not_renew_it(long today, int paid) =>
        Assert.Equal(new Cost(paid, paid), new LaneRow(default, 0, 20_000, 7, 7).PaidOn(today));
}

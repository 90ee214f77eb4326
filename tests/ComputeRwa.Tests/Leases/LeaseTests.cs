using System.Text.Json;
using ComputeRwa.Chain;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using static ComputeRwa.Tests.Leases.LeaseCases;

namespace ComputeRwa.Tests.Leases;

public class LeaseTests
{
    private static readonly PartySignature Signature = new([1], Now);
    private static readonly Lease Signed = Lease() with { ProviderSignature = Signature, LesseeSignature = Signature };
    private static readonly LeaseFacts Fresh = new(false, null, PresentEpoch);

    [Fact]
    public void Status_follows_from_signatures_transaction_chain_and_time()
    {
        Assert.Equal("draft", LeaseStatus.Of(Lease(), Fresh));
        Assert.Equal("draft", LeaseStatus.Of(Lease() with { LesseeSignature = Signature }, Fresh));
        Assert.Equal("signed", LeaseStatus.Of(Signed, Fresh));
        Assert.Equal("withdrawn", LeaseStatus.Of(Signed with { WithdrawnAt = Now }, Fresh));
        Assert.All([TransactionState.Queued, TransactionState.Signed, TransactionState.Broadcast, TransactionState.Mined, TransactionState.Final],
            state => Assert.Equal("originating", LeaseStatus.Of(Signed, Fresh with { OriginationState = state })));
        Assert.Equal("failed", LeaseStatus.Of(Signed, Fresh with { OriginationState = TransactionState.Failed }));
        Assert.Equal("offered", LeaseStatus.Of(Signed, Fresh with { Originated = true }));
        Assert.Equal("active", LeaseStatus.Of(Signed, Fresh with { Originated = true, PresentEpoch = PresentEpoch + 1 }));
        Assert.Equal("active", LeaseStatus.Of(Signed, Fresh with { Originated = true, PresentEpoch = PresentEpoch + 7 }));
        Assert.Equal("ended", LeaseStatus.Of(Signed, Fresh with { Originated = true, PresentEpoch = PresentEpoch + 8 }));
    }

    [Fact]
    public void An_offer_that_was_not_originated_expires_when_its_first_epoch_begins()
    {
        Assert.Equal("expired", LeaseStatus.Of(Signed, Fresh with { PresentEpoch = PresentEpoch + 1 }));
        Assert.Equal("expired", LeaseStatus.Of(Signed, new(false, TransactionState.Failed, PresentEpoch + 1)));
        Assert.Equal("originating", LeaseStatus.Of(Signed, new(false, TransactionState.Broadcast, PresentEpoch + 1)));
    }

    [Fact]
    public void A_withdrawn_draft_that_somebody_originated_is_a_lease() =>
        Assert.Equal("offered", LeaseStatus.Of(Signed with { WithdrawnAt = Now }, Fresh with { Originated = true }));

    [Fact]
    public void Origination_needs_both_signatures_and_names_the_missing_one()
    {
        Assert.Equal("signatures.provider", LeaseRules.RefuseOrigination(Lease(), "draft")!.Fields.Single().Field);
        Assert.Equal("signatures.lessee", LeaseRules.RefuseOrigination(Lease() with { ProviderSignature = Signature }, "draft")!.Fields.Single().Field);
        Assert.Null(LeaseRules.RefuseOrigination(Signed, "signed"));
        Assert.Null(LeaseRules.RefuseOrigination(Signed, "failed"));
        Assert.All(["withdrawn", "expired", "offered", "active", "ended"], status => Assert.Equal("conflict", LeaseRules.RefuseOrigination(Signed, status)!.Code));
    }

    [Fact]
    public void What_is_on_chain_or_on_its_way_cannot_be_withdrawn_or_signed_again() => Assert.All(["originating", "offered", "active", "ended", "withdrawn"], status =>
    {
        Assert.NotNull(LeaseRules.RefuseWithdrawal(status));
        Assert.NotNull(LeaseRules.RefuseSignature(status));
    });

    [Fact]
    public void Terms_survive_the_database()
    {
        var terms = Good().Terms with { Price = (System.Numerics.BigInteger.One << 96) - 1, Units = ulong.MaxValue, EfficiencyTarget = ulong.MaxValue };
        var text = JsonSerializer.Serialize(LeaseTermsJson.Of(terms), JsonSerializerOptions.Web);
        Assert.Equal(terms, JsonSerializer.Deserialize<LeaseTermsJson>(text, JsonSerializerOptions.Web)!.ToTerms());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("H100\u0001")]
    [InlineData("É")]
    [InlineData("123456789012345678901234567890123")]
    public void A_short_text_is_visible_ASCII_of_at_most_32_bytes(string? text) => Assert.False(ShortText.TryParse(text, out _));

    [Fact]
    public void A_short_text_stands_left_in_its_word()
    {
        var text = ShortText.Parse("US-TX");
        Assert.Equal("0x55532d5458000000000000000000000000000000000000000000000000000000", text.ToHash32().Value);
        Assert.Equal(text, ShortText.FromWord(text.ToHash32()));
    }

    [Fact]
    public void A_lease_account_is_the_sum_of_its_events()
    {
        var terms = Good().Terms with { PoolBps = 8_000, FeeBps = 200 };
        var cash = LeaseCash.Of(terms, [("funded", 1_000), ("funded", 500), ("provider-paid", 20), ("refunded", 300)], new(20_667, 1_100, 1_001));
        Assert.Equal((1_200, 199, 99), ((int)cash.Funded, (int)cash.Escrow, (int)cash.Arrears));
        Assert.Equal((800, 20, 181, 161, 20), ((int)cash.Earned.Pool, (int)cash.Earned.Fee, (int)cash.Earned.Provider, (int)cash.ProviderDue, (int)cash.FeeDue));
        Assert.Equal(20_667, cash.SyncedThrough);
    }

    [Fact]
    public void Before_the_first_leaf_a_lease_is_synced_through_the_epoch_before_it() =>
        Assert.Equal(PresentEpoch, LeaseCash.Of(Good().Terms, [], null).SyncedThrough);
}

using System.Text.Json;
using ComputeRwa.Chain;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using static ComputeRwa.Tests.Support.LeaseCases;

namespace ComputeRwa.Tests.Leases;

public class LeaseTests
{
    private static readonly PartySignature Signature = new([1], Now);
    private static readonly Lease Signed = Lease() with { ProviderSignature = Signature, LesseeSignature = Signature };
    private static readonly LeaseCash Prefunded = LeaseCash.Before(Signed) with { Funded = Signed.Prefunding };
    private static readonly LeaseFacts Fresh = new(null, null, PresentEpoch);

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
        Assert.Equal("offered", LeaseStatus.Of(Signed, Fresh with { Account = Prefunded }));
        Assert.Equal("active", LeaseStatus.Of(Signed, Fresh with { Account = Prefunded, PresentEpoch = PresentEpoch + 1 }));
        Assert.Equal("active", LeaseStatus.Of(Signed, Fresh with { Account = Prefunded, PresentEpoch = PresentEpoch + 7 }));
        Assert.Equal("ended", LeaseStatus.Of(Signed, Fresh with { Account = Prefunded, PresentEpoch = PresentEpoch + 8 }));
    }

    [Fact]
    public void An_offer_that_was_not_originated_expires_when_its_first_epoch_begins()
    {
        Assert.Equal("expired", LeaseStatus.Of(Signed, Fresh with { PresentEpoch = PresentEpoch + 1 }));
        Assert.Equal("expired", LeaseStatus.Of(Signed, new(null, TransactionState.Failed, PresentEpoch + 1)));
        Assert.Equal("originating", LeaseStatus.Of(Signed, new(null, TransactionState.Broadcast, PresentEpoch + 1)));
    }

    [Fact]
    public void A_withdrawn_draft_that_somebody_originated_is_a_lease() =>
        Assert.Equal("offered", LeaseStatus.Of(Signed with { WithdrawnAt = Now }, Fresh with { Account = Prefunded }));

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

    private static readonly Lease Shared = Lease(Good().Terms with { PoolBps = 8_000, FeeBps = 200 });

    private static CashRow Cash(long at, string kind, long amount, long line = 0) => new(at, Shared.Id, kind, line, Account(1), amount, Now, Hash32.Zero);
    private static SyncRow Sync(long at, long epoch, long asked, long applied) => new(at, Shared.Id, epoch, asked, applied, Now, Hash32.Zero);
    private static TurnRow Turn(long at, string kind, long? epoch = null, long? amount = null) => new(at, Shared.Id, kind, null, epoch, amount, Now, Hash32.Zero);

    [Fact]
    public void A_lease_account_is_the_sum_of_its_events()
    {
        var cash = LeaseCash.Replay(Shared,
        [
            Cash(1, CashKind.Funded, 1_000), Cash(2, CashKind.Funded, 500), Sync(5, 20_667, 1_100, 1_001), Cash(3, CashKind.ProviderPaid, 20), Cash(4, CashKind.Refunded, 300),
        ]);
        Assert.Equal((1_200, 199, 99), ((int)cash.Funded, (int)cash.Escrow, (int)cash.Arrears));
        Assert.Equal((800, 20, 181, 161, 20), ((int)cash.Earned.Pool, (int)cash.Earned.Fee, (int)cash.Earned.Provider, (int)cash.ProviderDue, (int)cash.FeeDue));
        Assert.Equal(20_667, cash.SyncedThrough);
    }

    [Fact]
    public void Before_the_first_leaf_a_lease_is_synced_through_the_epoch_before_it() => Assert.Equal(PresentEpoch, LeaseCash.Before(Shared).SyncedThrough);

    [Fact]
    public void Other_income_is_shared_out_beside_the_rent_and_never_touches_the_escrow()
    {
        var cash = LeaseCash.Replay(Shared, [Cash(1, CashKind.Funded, 1_000), Cash(2, CashKind.Funded, 70, line: 1), Sync(3, 20_666, 600, 670), Cash(4, CashKind.Funded, 30, line: 3)]);
        Assert.Equal((1_000, 400, 100, 600, 700), ((int)cash.Funded, (int)cash.Escrow, (int)cash.Income, (int)cash.RentApplied, (int)cash.Applied));
        Assert.Equal(560, cash.Earned.Pool);
        Assert.Equal(0, cash.Arrears);
    }

    [Fact]
    public void A_deposit_stands_apart_until_it_is_used_or_goes_back_with_the_escrow()
    {
        var paid = LeaseCash.Replay(Shared, [Cash(1, CashKind.Funded, 1_000), Cash(2, CashKind.DepositPaid, 200)]);
        Assert.Equal((1_000, 200), ((int)paid.Escrow, (int)paid.Deposit));
        var used = paid.After(Turn(3, TurnKind.DepositUsed, amount: 200));
        Assert.Equal((1_200, 0), ((int)used.Escrow, (int)used.Deposit));
        var back = paid.After(Sync(4, 20_666, 600, 600)).After(Cash(5, CashKind.Refunded, 600));
        Assert.Equal((600, 0, 0), ((int)back.Funded, (int)back.Escrow, (int)back.Deposit));
    }

    [Fact]
    public void What_is_held_back_is_neither_applied_nor_in_arrears()
    {
        var cash = LeaseCash.Replay(Shared, [Cash(1, CashKind.Funded, 1_000), Turn(2, TurnKind.HeldBack, amount: 250), Sync(3, 20_666, 600, 350)]);
        Assert.Equal((350, 0, false), ((int)cash.RentApplied, (int)cash.Arrears, cash.IsShort));
        Assert.Equal(350, cash.AppliedBy(20_666, 600));
        var leaf = EpochLeaf.Before(Shared.Id) with { Epoch = 20_666, Rent = 600 };
        Assert.True(cash.IsDone(leaf));
        var released = cash.After(Turn(4, TurnKind.HeldBack, amount: 50));
        Assert.False(released.IsDone(leaf));
        Assert.Equal((200, 550), ((int)released.Arrears, (int)released.AppliedBy(20_666, 600)));
    }

    [Theory]
    [InlineData(20_665, 5, 5, false)] // an earlier epoch is applied
    [InlineData(20_666, 5, 5, true)]
    [InlineData(20_666, 5, 4, false)] // the escrow fell short
    [InlineData(20_667, 9, 4, true)] // a later leaf covers it
    public void A_leaf_is_done_when_it_or_a_later_one_is_applied_in_full(long epoch, long asked, long applied, bool done) =>
        Assert.Equal(done, LeaseCash.Before(Shared).After(Sync(1, epoch, asked, applied)).IsDone(EpochLeaf.Before(Shared.Id) with { Epoch = 20_666, Rent = 5 }));

    public static TheoryData<string, long, string> Standings => new()
    {
        { "offered", 20_665, "" }, { "active", 20_666, "" }, { "active", 20_672, "" }, { "ended", 20_673, "" },
        { "delinquent", 20_666, "short" }, { "delinquent", 20_666, "uncovered" }, { "curtailed", 20_667, "curtailed" }, { "active", 20_668, "curtailed" },
        { "active", 20_669, "exited" }, { "ended", 20_670, "exited" }, { "defaulted", 20_666, "defaulted" }, { "defaulted", 20_680, "defaulted" },
        { "delinquent", 20_666, "curtailed and uncovered" },
    };

    [Theory]
    [MemberData(nameof(Standings))]
    public void How_a_lease_stands_follows_from_its_events(string status, long epoch, string story)
    {
        var cover = (long)Shared.CapPerEpoch * 2; // the notice
        var account = LeaseCash.Replay(Shared, story switch
        {
            "short" => [Cash(1, CashKind.Funded, cover), Sync(2, 20_672, cover + 1, cover)],
            "uncovered" => [Cash(1, CashKind.Funded, cover - 1)],
            "curtailed" => [Cash(1, CashKind.Funded, cover), Turn(2, TurnKind.Curtailed, 20_667)],
            "curtailed and uncovered" => [Turn(2, TurnKind.Curtailed, 20_667)],
            "exited" => [Cash(1, CashKind.Funded, cover), Turn(2, TurnKind.Exited, 20_669)],
            "defaulted" => [Turn(2, TurnKind.Defaulted, 20_667)],
            _ => (ILeaseEvent[])[Cash(1, CashKind.Funded, cover)],
        });
        Assert.Equal(status, LeaseStatus.Of(Shared, new(account, TransactionState.Final, epoch)));
    }
}

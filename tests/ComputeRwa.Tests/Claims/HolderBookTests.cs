using System.Numerics;
using ComputeRwa.Claims;
using ComputeRwa.Kernel;
using ComputeRwa.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace ComputeRwa.Tests.Claims;

public class HolderBookTests
{
    private static readonly Address Provider = Account(1);

    [Fact]
    public void Revenue_is_shared_by_units_held_when_it_is_applied()
    {
        var book = Minted(poolBps: 10_000, units: 100);
        book.Apply(new RevenueApplied(2, 1_000));
        book.Apply(new UnitsMoved(3, Provider, Account(2), 40));
        book.Apply(new RevenueApplied(4, 2_000));
        Assert.Equal((1_600, 400), ((int)book.Claimable(Provider), (int)book.Claimable(Account(2))));
    }

    [Fact]
    public void Only_the_holders_share_is_theirs_and_the_rest_of_a_division_stays_in_the_pool()
    {
        var book = Minted(poolBps: 8_000, units: 300);
        book.Apply(new RevenueApplied(2, 1_000));
        Assert.Equal((800, 2, 200), ((int)book.Pool, (int)book.PerUnit, (int)book.Residue));
        Assert.Equal(600, book.Claimable(Provider));
    }

    [Fact]
    public void A_claim_empties_what_is_owed_and_units_stay()
    {
        var book = Minted(10_000, 10);
        book.Apply(new RevenueApplied(2, 55));
        book.Apply(new CashClaimed(3, Provider, 50));
        Assert.Equal(new Holding(10, 5, 0, 50), book.Of(Provider));
        book.Apply(new RevenueApplied(4, 60));
        Assert.Equal(10, book.Claimable(Provider));
    }

    [Fact]
    public void Units_sent_to_oneself_change_nothing()
    {
        var book = Minted(10_000, 10);
        book.Apply(new RevenueApplied(2, 55));
        book.Apply(new UnitsMoved(3, Provider, Provider, 7));
        Assert.Equal((10, 50), ((int)book.Of(Provider).Units, (int)book.Claimable(Provider)));
    }

    [Fact]
    public void Events_are_replayed_in_the_order_of_the_chain()
    {
        var terms = LeaseCases.Good().Terms with { PoolBps = 10_000, Units = 100 };
        var book = HolderBook.Replay(terms, [new RevenueApplied(4, 2_000), new UnitsMoved(1, Address.Zero, Provider, 100), new UnitsMoved(3, Provider, Account(2), 40), new RevenueApplied(2, 1_000)]);
        Assert.Equal((1_600, 400), ((int)book.Claimable(Provider), (int)book.Claimable(Account(2))));
    }

    [Fact]
    public void No_base_unit_is_made_or_lost_whatever_happens() => Prop.ForAll(Histories.ToArbitrary(), history =>
    {
        var book = Minted(history.PoolBps, (ulong)history.Units);
        BigInteger applied = 0;
        long position = 1;
        foreach (var (kind, a, b, amount) in history.Steps)
        {
            position++;
            if (kind == 0) book.Apply(new RevenueApplied(position, applied += amount));
            else if (kind == 1) book.Apply(new UnitsMoved(position, Account(a), Account(b), BigInteger.Min(amount, book.Of(Account(a)).Units)));
            else book.Apply(new CashClaimed(position, Account(a), book.Claimable(Account(a))));
            var owed = book.Holdings.Aggregate(BigInteger.Zero, (sum, h) => sum + h.Value.Claimable(book.PerUnit) + h.Value.Claimed);
            if (owed + book.Residue != book.Pool || book.Residue < 0 || book.Residue >= history.Units) return false;
            if (book.Holdings.Values.Any(h => h.Units < 0 || h.Accrued < 0 || h.Claimable(book.PerUnit) < 0)) return false;
            if (book.Holdings.Values.Aggregate(BigInteger.Zero, (sum, h) => sum + h.Units) != history.Units) return false;
        }
        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private sealed record History(int PoolBps, int Units, (int Kind, int A, int B, int Amount)[] Steps);

    private static readonly Gen<History> Histories =
        from poolBps in Gen.Choose(0, 10_000)
        from units in Gen.Choose(1, 2_000)
        from steps in (from kind in Gen.Choose(0, 2) from a in Gen.Choose(1, 5) from b in Gen.Choose(1, 5) from amount in Gen.Choose(0, 5_000) select (kind, a, b, amount)).ArrayOf()
        select new History(poolBps, units, steps);

    private static HolderBook Minted(int poolBps, ulong units)
    {
        var book = new HolderBook(poolBps, units);
        book.Apply(new UnitsMoved(1, Address.Zero, Provider, units));
        return book;
    }

    private static Address Account(int i) => Address.Parse($"0x{i:x40}");
}

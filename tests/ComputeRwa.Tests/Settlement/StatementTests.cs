using System.Numerics;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Settlement;
using ComputeRwa.Tests.Leases;
using ComputeRwa.Tests.Support;

namespace ComputeRwa.Tests.Settlement;

public sealed class StatementTests
{
    private static readonly PayToken Dollar = LeaseCases.Dollar;

    private static BigInteger Value(IEnumerable<StatementStep> steps, string name) => BigInteger.Parse(steps.Single(s => s.Name == name).Value);
    private static BigInteger Input(IEnumerable<StatementStep> steps, string name, string input) => BigInteger.Parse(steps.Single(s => s.Name == name).Inputs[input]);

    [Fact]
    public void Every_step_follows_from_the_ones_before_on_any_lease()
    {
        foreach (var c in RentCases.Random(seed: 21, count: 2_000).Where(c => c.Terms.Units > 0 && c.Terms.PoolBps + c.Terms.FeeBps <= 10_000))
        {
            var rent = Rent.Compute(c.Terms, c.Record, c.EpochSeconds);
            if (c.Previous.Rent + rent.Net / Rent.Parts + 1 >= BigInteger.One << 96 || WouldOverflow(c, rent)) continue;
            var leaf = Rent.NextLeaf(c.Previous, c.Record, rent);
            var steps = Statement.Of(c.Terms, c.Record, c.Previous, leaf, new(c.Previous.Rent, leaf.Rent, true), Dollar, c.EpochSeconds, "market A");

            Assert.Equal(Value(steps, "reserved") - Value(steps, "excused"), Value(steps, "billable"));
            Assert.Equal(Value(steps, "net"), BigInteger.Max(0, Value(steps, "gross") - Value(steps, "slaCredit") + Value(steps, "efficiency") - Value(steps, "curtailmentCredit")));
            Assert.Equal(Input(steps, "rent", "carriedIn") + Value(steps, "net"), Value(steps, "rent") * Rent.Parts + Input(steps, "rent", "carriedOut"));
            Assert.Equal(leaf.Rent, Value(steps, "cumulativeRent"));
            Assert.Equal(Value(steps, "rent"), Value(steps, "pool") + Value(steps, "fee") + Value(steps, "provider"));
            Assert.Equal(Input(steps, "pool", "after"), Input(steps, "perUnit", "after") * c.Terms.Units + Input(steps, "perUnit", "residue"));
            Assert.InRange(Input(steps, "perUnit", "residue"), 0, c.Terms.Units - 1);
            Assert.All(steps, s => Assert.NotEmpty(s.Text));
        }
    }

    private static bool WouldOverflow(RentCase c, Rent rent) =>
        c.Previous.GpuSeconds > ulong.MaxValue - rent.Available || c.Previous.WattHours > ulong.MaxValue - c.Record.ItWattHours
        || c.Previous.CurtailedSeconds > ulong.MaxValue - c.Record.CurtailedSeconds || c.Previous.HeatWattHours > ulong.MaxValue - c.Record.HeatWattHours;

    [Fact]
    public void A_line_reads_as_a_person_would_check_it()
    {
        var terms = RentCases.Plain with { GpuCount = 8, Price = 2_350_000, SlaBps = 9_900, SlaCreditSlope = 10, SlaCreditCapBps = 3_000, PoolBps = 8_000, FeeBps = 200, Units = 1_000_000 };
        var record = RentCases.Nothing with { ReservedSeconds = 8 * 86_400, AvailableSeconds = 8 * 86_400 - 8 * 3_600, BusySeconds = 1, LoadBps = 5_663, ItWattHours = 1_000 };
        var leaf = Rent.NextLeaf(EpochLeaf.Before(record.LeaseId), record, Rent.Compute(terms, record, 86_400));
        var text = Statement.Of(terms, record, null, leaf, new(0, leaf.Rent, false), Dollar, 86_400, null).ToDictionary(s => s.Name, s => s.Text);

        Assert.Equal("8 GPUs let for 86,400 s: 691,200 GPU-seconds.", text["reserved"]);
        Assert.Equal("662,400 GPU-seconds were available, 95.83 % of the billable ones.", text["available"]);
        Assert.Equal("Take or pay: 691,200 GPU-seconds at 2.350000 tUSD a GPU-hour is 451.200000 tUSD.", text["gross"]);
        Assert.Equal("Availability 95.83 % against 99.00 % promised: credit 30.00 % of gross, 135.360000 tUSD.", text["slaCredit"]);
        Assert.StartsWith("Not synced yet; if the escrow holds, sync will apply 315.840000 tUSD", text["applied"], StringComparison.Ordinal);
        Assert.StartsWith("252.672000 tUSD: 80.00 % to the holders' pool", text["pool"], StringComparison.Ordinal);
    }

    [Fact]
    public void What_sync_applied_is_told_from_what_it_would_apply()
    {
        var (lease, leaf) = (LeaseCases.Lease(RentCases.Plain) with { CapPerEpoch = 1_000 }, EpochLeaf.Before(Hash32.Zero) with { Epoch = 102, Rent = 900 });
        var at = 0;
        ILeaseEvent Sync(long epoch, long asked, long applied) => new SyncRow(++at, lease.Id, epoch, asked, applied, LeaseCases.Now, Hash32.Zero);
        ILeaseEvent Fund(long line, long amount) => new CashRow(++at, lease.Id, CashKind.Funded, line, LeaseCases.Account(1), amount, LeaseCases.Now, Hash32.Zero);
        ILeaseEvent Hold(long amount) => new TurnRow(++at, lease.Id, TurnKind.HeldBack, null, null, amount, LeaseCases.Now, Hash32.Zero);

        Assert.Equal(new AppliedRent(400, 700, true), Statement.Applied(lease, leaf, [Sync(100, 200, 200), Sync(101, 400, 400), Sync(102, 900, 700)]));
        Assert.Equal(new AppliedRent(400, 900, true), Statement.Applied(lease, leaf, [Sync(101, 400, 400), Sync(102, 900, 700), Sync(102, 900, 900), Sync(103, 950, 950)]));
        Assert.Equal(new AppliedRent(400, 900, false), Statement.Applied(lease, leaf, [Sync(101, 400, 400)]));
        Assert.Equal(new AppliedRent(0, 300, false), Statement.Applied(lease with { CapPerEpoch = 100 }, leaf, []));
        Assert.Equal(new AppliedRent(400, 800, true) { Held = 100, IncomeAfter = 50 }, Statement.Applied(lease, leaf, [Sync(101, 400, 400), Hold(100), Fund(1, 50), Sync(102, 900, 850)]));
        Assert.Equal(new AppliedRent(400, 800, false) { Held = 100, IncomeBefore = 50, IncomeAfter = 50 }, Statement.Applied(lease, leaf, [Fund(2, 50), Sync(101, 400, 450), Hold(100)]));
    }
}

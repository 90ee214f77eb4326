using System.Numerics;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;

namespace ComputeRwa.Claims;

/// <summary>One holder of one lease, as the contract's account slot has it; amounts are base units.</summary>
/// <param name="Checkpoint">pool revenue per unit that is credited already</param>
/// <param name="Accrued">credited and not yet claimed</param>
/// <param name="Claimed">paid out so far</param>
internal sealed record Holding(BigInteger Units, BigInteger Checkpoint, BigInteger Accrued, BigInteger Claimed)
{
    public static readonly Holding None = new(0, 0, 0, 0);

    public BigInteger Claimable(BigInteger perUnit) => Accrued + Units * (perUnit - Checkpoint);

    /// <summary>What both sides of a transfer and every claim do first.</summary>
    public Holding Credited(BigInteger perUnit) => this with { Accrued = Claimable(perUnit), Checkpoint = perUnit };
}

/// <summary>What can change a holding, in the order of the chain.</summary>
internal abstract record ClaimEvent(long Position);

/// <summary><c>From</c> is the zero address at the mint.</summary>
internal sealed record UnitsMoved(long Position, Address From, Address To, BigInteger Units) : ClaimEvent(Position);

/// <summary><c>Applied</c> is the lease's cumulative rent, base units.</summary>
internal sealed record RevenueApplied(long Position, BigInteger Applied) : ClaimEvent(Position);

internal sealed record CashClaimed(long Position, Address Holder, BigInteger Amount) : ClaimEvent(Position);

/// <summary>
/// Who holds a lease's units and what each is owed: contracts/base/ClaimUnits.sol replayed in integers. Pool revenue is counted
/// per unit and rounded down there only, so Σ (claimable + claimed) + residue is the pool, exactly.
/// </summary>
internal sealed class HolderBook(int poolBps, ulong units)
{
    private readonly Dictionary<Address, Holding> _holdings = [];

    public BigInteger Pool { get; private set; }
    public BigInteger PerUnit { get; private set; }
    public BigInteger Residue => Pool - PerUnit * units;

    /// <summary>Everyone who ever held a unit.</summary>
    public IReadOnlyDictionary<Address, Holding> Holdings => _holdings;

    public static HolderBook Replay(LeaseTerms terms, IEnumerable<ClaimEvent> events)
    {
        var book = new HolderBook(terms.PoolBps, terms.Units);
        foreach (var e in events.OrderBy(e => e.Position)) book.Apply(e);
        return book;
    }

    public Holding Of(Address holder) => _holdings.GetValueOrDefault(holder, Holding.None);

    public BigInteger Claimable(Address holder) => Of(holder).Claimable(PerUnit);

    public void Apply(ClaimEvent e)
    {
        switch (e)
        {
            case RevenueApplied revenue:
                Pool = Split.Of(revenue.Applied, poolBps, 0).Pool;
                PerUnit = Split.PerUnit(revenue.Applied, poolBps, units);
                break;
            case UnitsMoved moved:
                // One after the other, as in the contract: the two may be one account.
                Change(moved.From, h => h with { Units = h.Units - moved.Units });
                Change(moved.To, h => h with { Units = h.Units + moved.Units });
                break;
            case CashClaimed claimed:
                Change(claimed.Holder, h => h with { Accrued = h.Accrued - claimed.Amount, Claimed = h.Claimed + claimed.Amount });
                break;
            default:
                throw new InvalidOperationException($"{e.GetType().Name} is not an event of holdings.");
        }
    }

    private void Change(Address account, Func<Holding, Holding> change)
    {
        if (account != Address.Zero) _holdings[account] = change(Of(account).Credited(PerUnit));
    }
}

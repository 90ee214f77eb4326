using System.Numerics;

namespace ComputeRwa.Leases;

/// <summary>
/// How a lease stands after some of its chain events: contracts/base/LeaseCash.sol and LeaseEnding.sol replayed in integers, base
/// units. <c>Applied</c> is all revenue shared out: rent moved out of escrow, and <c>Income</c> from heat, mining and grid.
/// </summary>
/// <param name="Funded">into the rent escrow in all, deposit used included, less refunds</param>
/// <param name="Asked">cumulative rent of the last leaf applied</param>
/// <param name="Held">of what leaves ask, held back by objections or decided not to be owed</param>
/// <param name="Deposit">security deposit that stands</param>
/// <param name="SyncedThrough">last epoch applied; the epoch before the first when none is</param>
/// <param name="LastEpoch">last epoch of the lease: earlier than the terms say after an exit or a default</param>
/// <param name="IsShort">the last leaf asked for more than was funded</param>
/// <param name="CurtailedThrough">last epoch of a notice that the lease stands still; −1 without one</param>
internal sealed record LeaseCash(
    Lease Lease, BigInteger Funded, BigInteger Income, BigInteger Applied, BigInteger Asked, BigInteger Held, BigInteger Deposit, long SyncedThrough,
    long LastEpoch, bool IsShort, bool IsDefaulted, long CurtailedThrough, BigInteger ProviderPaid, BigInteger FeeCollected)
{
    public static LeaseCash Before(Lease lease) =>
        new(lease, 0, 0, 0, 0, 0, 0, lease.Terms.StartEpoch - 1L, lease.Terms.LastEpoch, false, false, -1, 0, 0);

    /// <param name="events">of the lease, in any order</param>
    public static LeaseCash Replay(Lease lease, IEnumerable<ILeaseEvent> events) =>
        events.OrderBy(e => e.Position).Aggregate(Before(lease), (account, e) => account.After(e));

    /// <summary>Rent moved out of escrow so far.</summary>
    public BigInteger RentApplied => Applied - Income;
    public BigInteger Escrow => Funded - RentApplied;
    /// <summary>What is owed of the rent that leaves ask.</summary>
    public BigInteger Owed => BigInteger.Max(0, Asked - Held);
    public BigInteger Arrears => BigInteger.Max(0, Owed - RentApplied);
    public Split Earned => Split.Of(Applied, Lease.Terms.PoolBps, Lease.Terms.FeeBps);
    public BigInteger ProviderDue => Earned.Provider - ProviderPaid;
    public BigInteger FeeDue => Earned.Fee - FeeCollected;

    /// <summary>Number of epochs that the lease has, as LeaseClaims counts them.</summary>
    public long Epochs => LastEpoch - Lease.Terms.StartEpoch + 1;

    /// <summary>Epochs that the escrow should cover: the notice, or what is left of the lease.</summary>
    public long CoverDue => Math.Min(Lease.Terms.NoticeEpochs, LastEpoch - SyncedThrough);

    public bool IsCovered => Escrow >= Lease.CapPerEpoch * CoverDue;

    public bool Covers(long epoch) => epoch >= Lease.Terms.StartEpoch && epoch <= LastEpoch;

    /// <summary>What a leaf can be applied to: no more than the cap of the epochs so far.</summary>
    private BigInteger OwedThrough(long epoch, BigInteger rent) =>
        BigInteger.Min(BigInteger.Max(0, rent - Held), Lease.CapPerEpoch * (epoch - Lease.Terms.StartEpoch + 1));

    /// <summary>What applying a leaf now leads to, by LeaseClaims' rule.</summary>
    /// <param name="rent">cumulative, as the leaf has it</param>
    public BigInteger AppliedBy(long epoch, BigInteger rent) => BigInteger.Max(Applied, BigInteger.Min(OwedThrough(epoch, rent), Funded) + Income);

    /// <summary>Whether a sync would change nothing: the leaf or a later one is applied, and in full.</summary>
    public bool IsDone(EpochLeaf leaf) =>
        SyncedThrough > leaf.Epoch || (SyncedThrough == leaf.Epoch && RentApplied >= OwedThrough(leaf.Epoch, leaf.Rent));

    /// <exception cref="InvalidOperationException">The event is none of a lease's.</exception>
    public LeaseCash After(ILeaseEvent e) => e switch
    {
        CashRow cash => AfterCash(cash),
        SyncRow sync => this with
        {
            Asked = sync.Asked,
            Applied = sync.Applied,
            SyncedThrough = sync.Epoch,
            IsShort = OwedThrough(sync.Epoch, sync.Asked) > Funded,
        },
        TurnRow turn => AfterTurn(turn),
        _ => throw new InvalidOperationException($"{e.GetType().Name} is not an event of a lease."),
    };

    private LeaseCash AfterCash(CashRow cash) => cash.Kind switch
    {
        CashKind.Funded when cash.Line == FundingLine.Rent => this with { Funded = Funded + cash.Amount },
        CashKind.Funded => this with { Income = Income + cash.Amount, Applied = Applied + cash.Amount },
        CashKind.DepositPaid => this with { Deposit = Deposit + cash.Amount },
        // What goes back is the escrow and the deposit together.
        CashKind.Refunded => this with { Funded = Funded + Deposit - cash.Amount, Deposit = 0 },
        CashKind.ProviderPaid => this with { ProviderPaid = ProviderPaid + cash.Amount },
        CashKind.FeeCollected => this with { FeeCollected = FeeCollected + cash.Amount },
        _ => throw new InvalidOperationException($"{cash.Kind} is no kind of cash movement."),
    };

    private LeaseCash AfterTurn(TurnRow turn) => turn.Kind switch
    {
        TurnKind.Exited => this with { LastEpoch = turn.Epoch!.Value },
        TurnKind.Defaulted => this with { LastEpoch = turn.Epoch!.Value, IsDefaulted = true },
        TurnKind.Curtailed => this with { CurtailedThrough = turn.Epoch!.Value },
        TurnKind.CoSettled => this,
        TurnKind.HeldBack => this with { Held = turn.Amount!.Value },
        TurnKind.DepositUsed => this with { Funded = Funded + turn.Amount!.Value, Deposit = Deposit - turn.Amount.Value },
        _ => throw new InvalidOperationException($"{turn.Kind} is no turn of a lease."),
    };
}

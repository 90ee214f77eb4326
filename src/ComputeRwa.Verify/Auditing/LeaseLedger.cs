using System.Numerics;

namespace ComputeRwa.Verify.Auditing;

/// <summary>One holder of one lease, as LeaseClaims keeps it. Base units; the checkpoint is revenue per unit.</summary>
internal sealed class Holding
{
    public BigInteger Balance { get; set; }
    public BigInteger Checkpoint { get; private set; }
    public BigInteger Accrued { get; set; }

    /// <summary>What is owed in all, when a unit has earned so much.</summary>
    public BigInteger Owed(BigInteger perUnit) => Accrued + Balance * (perUnit - Checkpoint);

    public void Credit(BigInteger perUnit) => (Accrued, Checkpoint) = (Owed(perUnit), perUnit);
}

/// <summary>One lease's money and units, replayed event by event. All amounts in base units.</summary>
internal sealed class LeaseLedger(LeaseFacts facts)
{
    private static readonly BigInteger MostHeld = (BigInteger.One << 96) - 1;
    private readonly Dictionary<string, Holding> _holdings = [];

    public LeaseFacts Facts => facts;
    public IReadOnlyDictionary<string, Holding> Holdings => _holdings;

    /// <summary>Paid into the rent escrow in all, less refunds.</summary>
    public BigInteger Funded { get; private set; }

    /// <summary>Revenue shared out so far: rent, and <see cref="Income"/>.</summary>
    public BigInteger Applied { get; private set; }

    /// <summary>Heat, mining and grid income, shared out as it is paid in.</summary>
    public BigInteger Income { get; private set; }

    /// <summary>Security deposit that stands.</summary>
    public BigInteger Deposit { get; private set; }

    /// <summary>Rent that leaves ask and that objections hold back.</summary>
    public BigInteger Held { get; private set; }

    /// <summary>Objections not yet decided.</summary>
    public int Objections { get; private set; }

    /// <summary>As signed, or fewer after an exit or a default.</summary>
    public BigInteger Epochs { get; private set; } = facts.Epochs;

    public BigInteger LastEpoch { get; private set; } = facts.StartEpoch - 1;

    /// <summary>Whether the last leaf asked for more than was funded.</summary>
    public bool Short { get; private set; }

    /// <summary>Whether rent was granted that no sync has paid yet.</summary>
    public bool Unapplied { get; private set; }

    public BigInteger ProviderPaid { get; set; }
    public BigInteger FeePaid { get; set; }

    public BigInteger End => facts.StartEpoch + Epochs - 1;
    public Shares Shares => Shares.Of(Applied, facts);
    public BigInteger Escrow => Funded - (Applied - Income);
    public BigInteger ProviderDue => Shares.Provider - ProviderPaid;
    public BigInteger FeeDue => Shares.Fee - FeePaid;

    /// <summary>The pool's part that does not divide by the units; below one base unit a unit.</summary>
    public BigInteger Residue => Shares.Pool - Shares.PerUnit * facts.Units;

    public bool IsFinal => LastEpoch == End && !Short && !Unapplied && Objections == 0;

    /// <param name="kind">0 rent escrow; other income is shared out at once</param>
    public void Fund(BigInteger kind, BigInteger amount)
    {
        if (kind.IsZero) Funded += amount;
        else (Income, Applied) = (Income + amount, Applied + amount);
    }

    public void PayDeposit(BigInteger amount) => Deposit += amount;

    /// <summary>The deposit, as far as it stands, counts as rent escrow from now on.</summary>
    public void UseDeposit() => (Funded, Deposit) = (Funded + Deposit, 0);

    public void Refund() => (Funded, Deposit) = (Applied - Income, 0);

    public void Shorten(BigInteger epochs) => Epochs = epochs;

    public void Object(BigInteger increment) => (Held, Objections) = (BigInteger.Min(Held + increment, MostHeld), Objections + 1);

    /// <param name="granted">of what was held: owed from now on</param>
    public void Resolve(BigInteger granted) => (Held, Objections, Unapplied) = (BigInteger.Max(0, Held - granted), Objections - 1, Unapplied || granted.Sign > 0);

    /// <param name="held">as the chain says</param>
    public void HoldBack(BigInteger held) => Held = held;

    /// <summary>What applying a leaf makes of <see cref="Applied"/>: never less than before, nor more than is funded or than the epochs passed can cost.</summary>
    /// <param name="rent">of the leaf, cumulative</param>
    public BigInteger ApplicableOf(BigInteger rent, BigInteger epoch) => BigInteger.Max(Applied, BigInteger.Min(Asked(rent, epoch), Funded) + Income);

    /// <param name="applied">as the chain says: a difference is reported where it arises, and not once more for each later event</param>
    public void Sync(BigInteger rent, BigInteger epoch, BigInteger applied)
    {
        (Short, Unapplied) = (Asked(rent, epoch) > Funded, false);
        (Applied, LastEpoch) = (applied, epoch);
    }

    public void Move(string from, string to, BigInteger units)
    {
        var perUnit = Shares.PerUnit;
        if (Hashing.Number(Hashing.Unhex(from, 20)).IsZero) { Of(to).Balance += units; return; }
        Of(from).Credit(perUnit);
        Of(from).Balance -= units;
        if (Hashing.Number(Hashing.Unhex(to, 20)).IsZero) return;
        Of(to).Credit(perUnit);
        Of(to).Balance += units;
    }

    public Holding Of(string holder) => _holdings.TryGetValue(holder, out var holding) ? holding : _holdings[holder] = new();

    private BigInteger Asked(BigInteger rent, BigInteger epoch) =>
        BigInteger.Min(BigInteger.Max(0, rent - Held), facts.Cap * (epoch - facts.StartEpoch + 1));
}

using System.Globalization;
using System.Numerics;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Kernel;
using PayToken = ComputeRwa.Kernel.PayToken;

namespace ComputeRwa.Leases;

/// <summary>Whether a lease may end, default or be settled by its parties now: what LeaseBook would say, with the field that stands in the way.</summary>
internal static class LeaseEnding
{
    private const int Bps = 10_000;

    /// <param name="presentEpoch">of the chain</param>
    public static Result<ExitDto> Exit(Lease lease, LeaseOnChain account, ExitInput asked, long presentEpoch, DateTimeOffset now)
    {
        var fields = new Fields();
        var earliest = Math.Max(presentEpoch + lease.Terms.NoticeEpochs, lease.Terms.StartEpoch);
        fields.Require(asked.EndEpoch >= earliest, "endEpoch", $"must leave the notice of {lease.Terms.NoticeEpochs} epochs: {earliest} at the earliest");
        fields.Require(asked.EndEpoch < account.LastEpoch, "endEpoch", $"must be earlier than the lease ends anyway, with epoch {account.LastEpoch}");
        Future(asked.Deadline, now, fields);
        return fields.Error is { } error ? error
            : new ExitDto { LeaseId = lease.Id.ToInteger(), EndEpoch = checked((uint)asked.EndEpoch), Deadline = asked.Deadline };
    }

    public static Result<DefaultDto> Default(Lease lease, LeaseOnChain account, long deadline, DateTimeOffset now)
    {
        if (account.IsDefaulted) return Error.Conflict("conflict", "the lease is in default already");
        var cover = Math.Min(lease.Terms.NoticeEpochs, account.LastEpoch - account.SyncedThrough);
        var needed = lease.CapPerEpoch * Math.Max(0, cover - lease.Terms.GraceEpochs);
        if (account.Escrow >= needed)
            return Error.Conflict("not-in-default", $"the escrow of {account.Escrow} base units covers the {needed} that are asked after {lease.Terms.GraceEpochs} epochs of grace");
        var fields = new Fields();
        Future(deadline, now, fields);
        return fields.Error is { } error ? error : new DefaultDto { LeaseId = lease.Id.ToInteger(), Deadline = deadline };
    }

    /// <summary>Once nothing is left to wait for, holders need not wait for the provider.</summary>
    public static bool DefaultNeedsProvider(LeaseOnChain account) => !account.Escrow.IsZero || !account.IsShort;

    public static Result<CurtailmentDto> Standstill(Lease lease, StandstillInput asked, DateTimeOffset now)
    {
        if (lease.Terms.CurtailLimitBps == 0) return Error.Conflict("conflict", "the terms do not allow this lease to be interrupted");
        var fields = new Fields();
        fields.Require(asked.ThroughEpoch is >= 0 and <= uint.MaxValue, "throughEpoch", "must be an epoch");
        Future(asked.Deadline, now, fields);
        return fields.Error is { } error ? error
            : new CurtailmentDto { LeaseId = lease.Id.ToInteger(), ThroughEpoch = (uint)asked.ThroughEpoch, Deadline = asked.Deadline };
    }

    /// <param name="livenessEpochs">epochs without a sync after which parties may settle</param>
    public static Result<CoSettlementDto> CoSettlement(
        Lease lease, LeaseOnChain account, CoSettlementInput asked, PayToken token, long livenessEpochs, long presentEpoch, long epochSeconds, DateTimeOffset now)
    {
        var from = account.SyncedThrough + livenessEpochs + 1;
        if (presentEpoch < from) return Error.Conflict("not-ready", $"the parties may settle on their own once nobody has synced the lease for {livenessEpochs} epochs, from epoch {from} on");
        var fields = new Fields();
        fields.Require(asked.Epoch < presentEpoch, "epoch", $"must be over; the present one is {presentEpoch}");
        fields.Require(asked.Epoch > account.SyncedThrough && asked.Epoch <= account.LastEpoch, "epoch", $"must be {account.SyncedThrough + 1} to {account.LastEpoch}");
        Future(asked.Deadline, now, fields);
        var least = account.RentApplied + account.Held + LeastPerEpoch(lease.Terms, epochSeconds) * Math.Max(0, asked.Epoch - account.SyncedThrough);
        fields.Require(Money.TryParse(asked.Rent, token, out var rent) && rent.BaseUnits < BigInteger.One << 96, "rent", $"must be a decimal with at most {token.Decimals} fraction digits");
        fields.Require(rent.BaseUnits >= least, "rent", $"must be at least {new Money(least, token)}: holders are owed the minimum less the largest credit");
        return fields.Error is { } error ? error
            : new CoSettlementDto { LeaseId = lease.Id.ToInteger(), Epoch = checked((uint)asked.Epoch), Rent = rent.BaseUnits, Deadline = asked.Deadline };
    }

    /// <summary>The least that parties may agree on for an epoch, most of which is the holders': base units, rounded down.</summary>
    private static BigInteger LeastPerEpoch(LeaseTerms terms, long epochSeconds) => LessCredit(terms, Rent.Minimum(terms, epochSeconds));

    /// <summary>Less the largest SLA credit, rounded down.</summary>
    public static BigInteger LessCredit(LeaseTerms terms, BigInteger minimum) => minimum * (Bps - terms.SlaCreditCapBps) / Bps;

    private static void Future(long deadline, DateTimeOffset now, Fields fields) =>
        fields.Require(deadline > now.ToUnixTimeSeconds(), "deadline", $"must be unix seconds after {now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}");
}

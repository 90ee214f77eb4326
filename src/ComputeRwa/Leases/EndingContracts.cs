using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Kernel;

namespace ComputeRwa.Leases;

/// <summary>Ends, defaults and settlements of leases as LeaseBook and LeaseClaims take them.</summary>
internal static class EndingContracts
{
    /// <summary>One signature and a few slots, perhaps of a contract wallet (about 100 thousand).</summary>
    private const long OneSignature = 350_000;
    /// <summary>Two signatures and a sync (about 130 thousand).</summary>
    private const long TwoSignatures = 500_000;
    /// <summary>The deposit becomes escrow (about 45 thousand).</summary>
    private const long UseDepositGas = 120_000;

    public static Command Exit(Lease lease, ExitDto exit, byte[] signature, Deployment deployment) => Command.Of(
        $"exit:{lease.Id}:{exit.EndEpoch}", "exit", lease.Id.Value, deployment.Contracts.LeaseBook,
        new LeaseBook.Exit { Terms = lease.Terms.ToDto(), EndEpoch = exit.EndEpoch, Deadline = exit.Deadline, Signature = signature }, OneSignature);

    /// <param name="signature">the provider's; empty when none is needed</param>
    public static Command Default(Lease lease, DefaultDto declared, byte[] signature, Deployment deployment) => Command.Of(
        $"default:{lease.Id}", "default", lease.Id.Value, deployment.Contracts.LeaseBook,
        new LeaseBook.DeclareDefault { Terms = lease.Terms.ToDto(), Deadline = declared.Deadline, Signature = signature }, OneSignature);

    public static Command Standstill(Lease lease, CurtailmentDto notice, byte[] signature, Deployment deployment) => Command.Of(
        $"standstill:{lease.Id}:{notice.ThroughEpoch}:{notice.Deadline}", "standstill", lease.Id.Value, deployment.Contracts.LeaseBook,
        new LeaseBook.NoticeCurtailment { Terms = lease.Terms.ToDto(), ThroughEpoch = notice.ThroughEpoch, Deadline = notice.Deadline, Signature = signature }, OneSignature);

    public static Command CoSettle(Lease lease, CoSettlementDto agreed, byte[] provider, byte[] lessee, Deployment deployment) => Command.Of(
        $"co-settle:{lease.Id}:{agreed.Epoch}:{agreed.Rent}", "co-settle", lease.Id.Value, deployment.Contracts.LeaseBook,
        new LeaseBook.SettleByParties { C = agreed, Terms = lease.Terms.ToDto(), ProviderSignature = provider, LesseeSignature = lessee }, TwoSignatures);

    /// <summary>A deposit is used once, whole.</summary>
    public static Command UseDeposit(Lease lease, Deployment deployment) => Command.Of(
        $"deposit-use:{lease.Id}", "deposit-use", lease.Id.Value, deployment.Contracts.LeaseClaims, new LeaseClaims.UseDeposit { Id = lease.Id.ToInteger() }, UseDepositGas);
}

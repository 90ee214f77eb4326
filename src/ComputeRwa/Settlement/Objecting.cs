using System.Globalization;
using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using PayToken = ComputeRwa.Kernel.PayToken;

namespace ComputeRwa.Settlement;

/// <summary>Objections and their resolutions as EpochLedger takes them.</summary>
internal static class Objecting
{
    /// <summary>A step with two proofs, a signature and the dispute bond (about 250 thousand).</summary>
    private const long ObjectGas = 900_000;
    /// <summary>Signatures and a few slots (about 100 thousand).</summary>
    private const long ResolveGas = 400_000;

    public static ObjectionToSignDto Message(Lease lease, EpochRow epoch, long deadline) => new()
    {
        LeaseId = lease.Id.ToInteger(), Epoch = checked((uint)epoch.Epoch), Root = epoch.Root.ToBytes(), Deadline = deadline,
    };

    /// <param name="granted">decimal, in the pay token: what of the increment is owed</param>
    public static Result<ResolutionDto> Resolution(Lease lease, long epoch, ObjectionDto standing, string? granted, PayToken token)
    {
        if (!Money.TryParse(granted, token, out var amount)) return Error.Invalid("granted", $"must be a decimal with at most {token.Decimals} fraction digits");
        if (amount.BaseUnits > standing.Increment) return Error.Invalid("granted", $"must be at most the {new Money(standing.Increment, token)} that are disputed");
        return new ResolutionDto { LeaseId = lease.Id.ToInteger(), Epoch = checked((uint)epoch), Attempt = standing.Attempt, Granted = amount.BaseUnits };
    }

    public static Command Object(Lease lease, EpochRow epoch, Step step, ObjectionToSignDto message, byte[] signature, Deployment deployment) => Command.Of(
        $"object:{lease.Id}:{epoch.Epoch}:{epoch.Attempt}:{message.Deadline}", "object", lease.Id.Value, deployment.Contracts.EpochLedger,
        new EpochLedger.Object { Epoch = message.Epoch, Step = step.ToDto(), Deadline = message.Deadline, Signature = signature }, ObjectGas);

    public static Command ByQuorum(Lease lease, ObjectionDto standing, ResolutionDto r, IEnumerable<AttestorSignature> quorum, Deployment deployment) => Command.Of(
        Named(lease, r.Epoch, standing), "resolve", lease.Id.Value, deployment.Contracts.EpochLedger,
        new EpochLedger.ResolveByQuorum { R = r, Signatures = [.. quorum.Select(q => q.Signature)] }, ResolveGas);

    public static Command ByParties(Lease lease, ObjectionDto standing, ResolutionDto r, byte[] provider, byte[] lessee, Deployment deployment) => Command.Of(
        Named(lease, r.Epoch, standing), "resolve", lease.Id.Value, deployment.Contracts.EpochLedger,
        new EpochLedger.ResolveByParties { R = r, Terms = lease.Terms.ToDto(), ProviderSignature = provider, LesseeSignature = lessee }, ResolveGas);

    public static Command BySilence(Lease lease, long epoch, ObjectionDto standing, Deployment deployment) => Command.Of(
        Named(lease, epoch, standing), "resolve", lease.Id.Value, deployment.Contracts.EpochLedger,
        new EpochLedger.ResolveBySilence { Id = lease.Id.ToInteger(), Epoch = checked((uint)epoch) }, ResolveGas);

    public static Command Drop(Lease lease, long epoch, ObjectionDto standing, Deployment deployment) => Command.Of(
        Named(lease, epoch, standing), "resolve", lease.Id.Value, deployment.Contracts.EpochLedger,
        new EpochLedger.DropObjection { Id = lease.Id.ToInteger(), Epoch = checked((uint)epoch) }, ResolveGas);

    // An objection is decided once; a later one to the same epoch has another time to be decided by.
    private static string Named(Lease lease, long epoch, ObjectionDto standing) =>
        string.Create(CultureInfo.InvariantCulture, $"resolve:{lease.Id}:{epoch}:{standing.Attempt}:{standing.DecideBy}");
}

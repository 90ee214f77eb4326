using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Db;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using Token = ComputeRwa.Chain.Contracts.PayToken;

namespace ComputeRwa.Settlement;

/// <summary>What a lessee is asked to sign, and the step that goes with it.</summary>
internal sealed record AskedToObject(Lease Lease, EpochRow Epoch, Step Step, ObjectionToSignDto Message);

/// <summary>An objection that the chain holds undecided.</summary>
internal sealed record StandingObjection(Lease Lease, ObjectionDto Objection);

/// <summary>Puts objections and their resolutions together. The chain itself is asked what stands: it decides in the end.</summary>
internal sealed class ObjectionDesk(ChainClient chain, SignatureCheck signatures, Deployment deployment, EpochTrees trees, LeaseBoard board, TimeProvider time)
{
    private Address Ledger => Address.Parse(deployment.Contracts.EpochLedger);

    public async Task<Result<AskedToObject>> Ask(Tx tx, string id, ObjectionInput asked)
    {
        if (await LeaseStore.Find(tx, id) is not { } lease) return Error.NotFound("lease", id);
        if (asked.Deadline <= time.Now().ToUnixTimeSeconds()) return Error.Invalid("deadline", "must be unix seconds in the future");
        if (await EpochStore.Find(tx, asked.Epoch) is not { } epoch) return EpochApi.NotClosed(asked.Epoch);
        if (await CancellationStore.Standing(tx, asked.Epoch) is not { } standing || standing.Root != epoch.Root)
            return Error.Conflict("not-ready", $"the root of epoch {asked.Epoch} that is published here does not stand on chain", "epoch");
        if (await chain.Ask<EpochLedger.IsActive, bool>(Ledger, new() { Epoch = checked((uint)asked.Epoch), Root = epoch.Root.ToBytes() }))
            return Error.Conflict("conflict", $"the root of epoch {asked.Epoch} is active: its challenge window is over", "epoch");
        if (await Earlier(lease, asked.Epoch) is var earlier && !earlier.Increment.IsZero)
            return Error.Conflict("conflict", $"an objection to epoch {asked.Epoch} stands already", "epoch");
        if ((long)earlier.Posted == standing.MinedAt.ToUnixTimeSeconds())
            return Error.Conflict("conflict", $"an objection to this root of epoch {asked.Epoch} was decided already", "epoch");
        if (await Step.Load(tx, trees, epoch, lease) is not { } step)
            return new Error("not-found", $"Lease {id} has no leaf in epoch {asked.Epoch}.", [new("epoch", "has no leaf of the lease")]);
        return new AskedToObject(lease, epoch, step, Objecting.Message(lease, epoch, asked.Deadline));
    }

    /// <summary>EpochLedger takes the dispute bond from the lessee, who must have let it.</summary>
    public async Task<Error?> RefuseWithoutBond(Lease lease)
    {
        var (bond, token, lessee) = (BigInteger.Parse(deployment.DisputeBond, System.Globalization.CultureInfo.InvariantCulture), Address.Parse(deployment.Contracts.BondToken), lease.Terms.Lessee.Value);
        var balance = await chain.Ask<Token.BalanceOf, BigInteger>(token, new() { Account = lessee });
        var allowance = await chain.Ask<Token.Allowance, BigInteger>(token, new() { Owner = lessee, Spender = Ledger.Value });
        return BigInteger.Min(balance, allowance) >= bond ? null : Error.Conflict("escrow-short",
            $"an objection takes a dispute bond of {bond} base units of {token}: {lessee} has {balance} and allows EpochLedger {allowance}");
    }

    public async Task<Result<StandingObjection>> Standing(Tx tx, string id, long epoch)
    {
        if (await LeaseStore.Find(tx, id) is not { } lease) return Error.NotFound("lease", id);
        if (epoch is < 0 or > uint.MaxValue) return Error.Invalid("epoch", "must be an epoch number");
        var objection = await Earlier(lease, epoch);
        return objection.Increment.IsZero ? new Error("not-found", $"No objection of lease {id} to epoch {epoch} stands.", [new("epoch", "has no objection that stands")])
            : new StandingObjection(lease, objection);
    }

    private async Task<ObjectionDto> Earlier(Lease lease, long epoch) => (await chain.AskOutput<EpochLedger.ObjectionOf, EpochLedger.ObjectionOfOutput>(
        Ledger, new() { Id = lease.Id.ToInteger(), Epoch = checked((uint)epoch) })).Value;

    /// <summary>By whom the request says; without signatures the chain's own state says whether silence decides or the root is gone.</summary>
    public async Task<Result<Command>> Resolve(Tx tx, StandingObjection standing, long epoch, ResolveObjection request, DateTimeOffset now)
    {
        var (lease, objection) = standing;
        if (request.Attestations is null && request.ProviderSignature is null && request.LesseeSignature is null)
        {
            if (request.Granted is not null) return Error.Invalid("granted", "is signed by attestors or by both parties, and no signature is given");
            if (await IsReplaced(tx, epoch, objection)) return Objecting.Drop(lease, epoch, objection, deployment);
            var decideBy = DateTimeOffset.FromUnixTimeSeconds((long)objection.DecideBy);
            return now >= decideBy ? Objecting.BySilence(lease, epoch, objection, deployment) : Error.Conflict("not-ready", $"silence decides from {decideBy:u} on");
        }
        if (!Objecting.Resolution(lease, epoch, objection, request.Granted, board.TokenOf(lease.Terms)).Ok(out var message, out var error)) return error;
        var digest = Eip712.Digest(SigningDomains.EpochLedger(deployment), message);
        if (request.Attestations is { } attestations)
            return (await Quorum(tx, attestations, digest)).Ok(out var quorum, out error) ? Objecting.ByQuorum(lease, objection, message, quorum, deployment) : error;
        var least = LeaseEnding.LessCredit(lease.Terms, objection.Minimum);
        if (message.Granted < least)
            return Error.Invalid("granted", $"must be at least {new Money(least, board.TokenOf(lease.Terms))} when the parties decide: most of it is the holders'");
        if (!(await signatures.Check(request.ProviderSignature, lease.Terms.Provider, digest, "providerSignature")).Ok(out var provider, out error)) return error;
        if (!(await signatures.Check(request.LesseeSignature, lease.Terms.Lessee, digest, "lesseeSignature")).Ok(out var lessee, out error)) return error;
        return Objecting.ByParties(lease, objection, message, provider, lessee, deployment);
    }

    private static async Task<Result<List<AttestorSignature>>> Quorum(Tx tx, IReadOnlyList<string> given, Hash32 digest)
    {
        if (await RootStore.Attestors(tx) is not { } attestors) return AttestationDesk.ChainUnread;
        var good = new Dictionary<Address, AttestorSignature>();
        for (var i = 0; i < given.Count; i++)
        {
            if (!Attestation.Check(given[i], digest, attestors).Ok(out var signature, out var error))
                return error with { Fields = [.. error.Fields.Select(f => f with { Field = $"attestations[{i}]" })] };
            good[signature.Signer] = signature;
        }
        return Attestation.Quorum(good.Values, attestors) is { } quorum ? quorum.ToList()
            : Error.Invalid("attestations", $"must be of {attestors.Threshold} attestors; {good.Count} are given");
    }

    /// <summary>Whether the root objected to was cancelled: another stands in its place, or none.</summary>
    private static async Task<bool> IsReplaced(Tx tx, long epoch, ObjectionDto objection) =>
        await CancellationStore.Standing(tx, epoch) is not { } post || post.MinedAt.ToUnixTimeSeconds() != (long)objection.Posted;
}

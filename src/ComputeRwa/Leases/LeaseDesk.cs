using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Leases;

/// <summary>A lease and its account as the chain has it now.</summary>
internal sealed record LeaseStand(Lease Lease, LeaseOnChain Account);

/// <summary>What a party is asked to sign about a lease, and how the lease stands.</summary>
internal sealed record AskedToSign<T>(Lease Lease, LeaseOnChain Account, T Message);

/// <summary>Puts together what parties sign about a lease on chain, and checks that they did.</summary>
internal sealed class LeaseDesk(ChainClient chain, SignatureCheck signatures, Deployment deployment, LeaseBoard board, TimeProvider time)
{
    private long PresentEpoch => deployment.Epochs.EpochOf(time.Now());

    public async Task<Result<LeaseStand>> Stand(Tx tx, string id)
    {
        if (await LeaseStore.Find(tx, id) is not { } lease) return Error.NotFound("lease", id);
        return await LeaseOnChain.Read(chain, deployment, lease) is { } account ? new LeaseStand(lease, account) : LeaseOnChain.NotThere;
    }

    public Task<Result<AskedToSign<ExitDto>>> Exit(Tx tx, string id, ExitInput asked) =>
        Ask(tx, id, s => LeaseEnding.Exit(s.Lease, s.Account, asked, PresentEpoch, time.Now()));

    public Task<Result<AskedToSign<DefaultDto>>> Default(Tx tx, string id, long deadline) =>
        Ask(tx, id, s => LeaseEnding.Default(s.Lease, s.Account, deadline, time.Now()));

    public Task<Result<AskedToSign<CurtailmentDto>>> Standstill(Tx tx, string id, StandstillInput asked) =>
        Ask(tx, id, s => LeaseEnding.Standstill(s.Lease, asked, time.Now()));

    public Task<Result<AskedToSign<CoSettlementDto>>> CoSettlement(Tx tx, string id, CoSettlementInput asked) => Ask(tx, id, s => LeaseEnding.CoSettlement(
        s.Lease, s.Account, asked, board.TokenOf(s.Lease.Terms), deployment.LivenessEpochs, PresentEpoch, deployment.EpochLength, time.Now()));

    public TypedDataView View<T>(T message) where T : class => Eip712.View(SigningDomains.LeaseBook(deployment), message);

    public Task<Result<byte[]>> SignedBy<T>(Address signer, string? signature, T message, string field) where T : class =>
        signatures.Check(signature, signer, Eip712.Digest(SigningDomains.LeaseBook(deployment), message), field);

    /// <summary>By the provider, or else by the lessee.</summary>
    public async Task<Result<byte[]>> SignedByOneOf<T>(string signature, T message, Lease lease) where T : class
    {
        if (!Signatures.TryParse(signature, out var bytes)) return Error.Invalid("signature", "must be 0x and the hex digits of a signature");
        var digest = Eip712.Digest(SigningDomains.LeaseBook(deployment), message);
        foreach (var party in new[] { lease.Terms.Provider, lease.Terms.Lessee })
            if (await signatures.IsValidSignature(digest, party, bytes)) return bytes;
        return new Error("wrong-signature", "The signature is neither the provider's nor the lessee's.", [new("signature", "is neither the provider's nor the lessee's")]);
    }

    private async Task<Result<AskedToSign<T>>> Ask<T>(Tx tx, string id, Func<LeaseStand, Result<T>> make) where T : class
    {
        if (!(await Stand(tx, id)).Ok(out var stand, out var error)) return error;
        if (!make(stand).Ok(out var message, out error)) return error;
        return new AskedToSign<T>(stand.Lease, stand.Account, message);
    }
}

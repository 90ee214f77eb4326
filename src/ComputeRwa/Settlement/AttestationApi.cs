using System.Text.Json.Nodes;
using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Settlement;

/// <param name="Signature">an attestor's EIP-712 signature over the epoch's root, 65 bytes</param>
internal sealed record PostAttestation(string Signature);

/// <param name="TypedData">what an attestor signs once its own recomputation agrees</param>
/// <param name="Collected">attestors whose signatures are here</param>
/// <param name="TransactionId">of the root's post; null before the quorum</param>
internal sealed record AttestationView(
    JsonNode TypedData, string Digest, IReadOnlyList<string> Attestors, int Threshold, IReadOnlyList<string> Collected, string? TransactionId);

internal static class AttestationApi
{
    public static void MapAttestations(this RouteGroupBuilder epochs)
    {
        epochs.MapGet("/{epoch:long}/attestation", Get).WithSummary("What attestors sign of an epoch, and who has signed");
        epochs.MapPost("/{epoch:long}/attestations", Post).RequireAuthorization(Roles.Provider)
            .WithSummary("Hand in an attestor's signature; the one that makes the quorum posts the root");
    }

    private static async Task<Results<Ok<AttestationView>, Refusal>> Get(long epoch, Tx tx, AttestationDesk desk)
    {
        if (await EpochStore.Find(tx, epoch) is not { } row) return new Refusal(EpochApi.NotClosed(epoch));
        return await desk.View(tx, row) is { } view ? TypedResults.Ok(view) : new Refusal(AttestationDesk.ChainUnread);
    }

    private static async Task<Results<Ok<AttestationView>, Refusal>> Post(long epoch, PostAttestation request, Tx tx, AttestationDesk desk, TimeProvider time)
    {
        if (await EpochStore.Find(tx, epoch) is not { } row) return new Refusal(EpochApi.NotClosed(epoch));
        if (await desk.Take(tx, row, request.Signature, time.Now()) is { } error) return new Refusal(error);
        return TypedResults.Ok((await desk.View(tx, row))!);
    }
}

/// <summary>Collects signatures over roots and posts each root that has its quorum, in the order of the epochs.</summary>
internal sealed class AttestationDesk(Deployment deployment, ChainStatus status)
{
    public static Error ChainUnread => Error.Conflict("not-ready", "the attestors have not been read from the chain yet");

    /// <summary>Our clock may be ahead of the latest block; a post on top of it would fail.</summary>
    private Error ChainBehind(EpochRow epoch, BlockHeader head) => Error.Conflict("not-ready",
        $"EpochLedger takes a root once a block is at or after the epoch's end, {deployment.Epochs.EndOf(epoch.Epoch):u}; the latest is of {head.MinedAt:u}", "epoch");

    /// <summary>null while the attestors are not known.</summary>
    public async Task<AttestationView?> View(Tx tx, EpochRow epoch)
    {
        if (await RootStore.Attestors(tx) is not { } attestors) return null;
        var request = Attestation.TypedData(epoch.ToMessage(), deployment);
        var collected = (await RootStore.Attestations(tx, epoch)).Where(a => attestors.Members.Contains(a.Signer));
        return new(request.TypedData, request.Digest, [.. attestors.Members.Select(a => a.Value)], attestors.Threshold, [.. collected.Select(a => a.Signer.Value)],
            (await RootStore.PostTransaction(tx, epoch))?.Value);
    }

    /// <summary>Keeps a good signature and posts what can be posted.</summary>
    public async Task<Error?> Take(Tx tx, EpochRow epoch, string signature, DateTimeOffset now)
    {
        if (await RootStore.Attestors(tx) is not { } attestors) return ChainUnread;
        if (!Attestation.Check(signature, Attestation.Digest(epoch.ToMessage(), deployment), attestors).Ok(out var good, out var error)) return error;
        if (status.Head is { } head && head.MinedAt < deployment.Epochs.EndOf(epoch.Epoch)) return ChainBehind(epoch, head);
        await EpochStore.TakeTurn(tx);
        if (await CancellationStore.NextAttempt(tx) is var attempt && epoch.Attempt != attempt && await CancellationStore.Standing(tx, epoch.Epoch) is null)
            return Error.Conflict("root-cancelled", $"roots were cancelled since epoch {epoch.Epoch} was closed: close it again, for attempt {attempt}", "epoch");
        await RootStore.AddAttestation(tx, epoch, good, now);
        await PostFrom(tx, epoch, attestors, now);
        return null;
    }

    /// <summary>
    /// EpochLedger takes roots one after another, so a post is queued only behind that of the epoch before; a quorum that came
    /// early is posted as soon as its turn comes.
    /// </summary>
    private async Task PostFrom(Tx tx, EpochRow epoch, AttestorSet attestors, DateTimeOffset now)
    {
        if (epoch.PreviousRoot != Hash32.Zero && !await IsOnItsWay(tx, epoch.Epoch - 1)) return;
        for (var next = epoch; next is not null && await Post(tx, next, attestors, now);) next = await EpochStore.Find(tx, next.Epoch + 1);
    }

    private static async Task<bool> IsOnItsWay(Tx tx, long epoch) => await EpochStore.Find(tx, epoch) is { } row
        && ((await CancellationStore.Standing(tx, epoch))?.Root == row.Root
            || (row.Attempt == await CancellationStore.NextAttempt(tx) && await RootStore.PostTransaction(tx, row) is not null));

    /// <returns>false before the quorum</returns>
    private async Task<bool> Post(Tx tx, EpochRow epoch, AttestorSet attestors, DateTimeOffset now)
    {
        if (Attestation.Quorum(await RootStore.Attestations(tx, epoch), attestors) is not { } quorum) return false;
        if (await CancellationStore.Standing(tx, epoch.Epoch) is null)
            await RootStore.SetTransaction(tx, epoch, 0, 0, (await Outbox.EnqueueAgainIfFailed(tx, Command(epoch, quorum), now)).Id);
        return true;
    }

    private Command Command(EpochRow epoch, IReadOnlyList<AttestorSignature> quorum) => Chain.Command.Of(
        $"post:{epoch.Epoch}:{epoch.Attempt}", "post", $"{epoch.Epoch}", deployment.Contracts.EpochLedger,
        new EpochLedger.Post { Root = epoch.ToMessage(), Signatures = [.. quorum.Select(q => q.Signature)] }, SettlementGas.Post(quorum.Count));
}

using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using Microsoft.AspNetCore.Http.HttpResults;
using Nethereum.Contracts;
using Nethereum.Hex.HexConvertors.Extensions;

namespace ComputeRwa.Settlement;

/// <summary>What StandardMerkleTree.verify takes: root, leafEncoding, values, proof.</summary>
/// <param name="Leaf">the leaf's hash</param>
/// <param name="Values">the leaf's members in order, as strings</param>
/// <param name="Position">the leaf's place in the tree</param>
internal sealed record ProofView(
    string LeaseId, long Epoch, string Leaf, IReadOnlyList<string> LeafEncoding, IReadOnlyList<string> Values, IReadOnlyList<string> Proof, string Root, long Position);

/// <param name="LeafEpoch">the last epoch that the leaf counts; earlier than <c>Epoch</c> once the lease has ended</param>
/// <param name="StaleIndex">the lease follows an index that had no value of this epoch, so its floor applied</param>
/// <param name="Synced">whether the chain has applied this epoch's leaf</param>
internal sealed record StatementView(
    string LeaseId, long Epoch, long LeafEpoch, string Currency, int Decimals, bool Synced, int Trust, bool StaleIndex, string EvidenceHash, string RecordHash,
    IReadOnlyList<StatementStep> Steps);

/// <param name="Root">of the epoch as closed here</param>
/// <param name="Step">the Step struct of IEpochLedger by name; integers of more than 32 bits are decimal strings</param>
/// <param name="Challenge">calldata of EpochLedger.challenge with this step, which a right step makes revert</param>
internal sealed record StepView(string LeaseId, long Epoch, string Root, JsonObject Step, string Challenge);

internal static class ProofApi
{
    public static void MapProofs(this RouteGroupBuilder epochs)
    {
        epochs.MapGet("/{epoch:long}/leases/{id}/proof", Proof).WithSummary("A lease's leaf and its proof, as @openzeppelin/merkle-tree takes them");
        epochs.MapGet("/{epoch:long}/leases/{id}/step", Step).WithSummary("A lease's step from the epoch before with both proofs, as EpochLedger takes it to challenge, reveal or object");
        epochs.MapGet("/{epoch:long}/leases/{id}/statement", Statement).WithSummary("Each step of a lease's epoch from GPU-seconds to cents");
    }

    private static async Task<Results<Ok<ProofView>, Refusal>> Proof(long epoch, string id, Tx tx, EpochTrees trees)
    {
        if (await EpochStore.Find(tx, epoch) is not { } row) return new Refusal(EpochApi.NotClosed(epoch));
        if (!Hash32.TryParse(id, out var lease) || await EpochStore.Leaf(tx, row, lease) is not { } leaf) return new Refusal(NoLeaf(epoch, id));
        var proof = (await trees.Of(tx, row)).Proof((int)leaf.Position);
        return TypedResults.Ok(new ProofView(
            lease.Value, epoch, leaf.LeafHash.Value, EpochFile.LeafEncoding, Values(leaf.Leaf), proof.ConvertAll(h => h.Value), row.Root.Value, leaf.Position));
    }

    private static async Task<Results<Ok<StepView>, Refusal>> Step(long epoch, string id, Tx tx, EpochTrees trees)
    {
        if (await EpochStore.Find(tx, epoch) is not { } row) return new Refusal(EpochApi.NotClosed(epoch));
        if (!Hash32.TryParse(id, out var hash) || await LeaseStore.Find(tx, hash) is not { } lease || await Settlement.Step.Load(tx, trees, row, lease) is not { } step)
            return new Refusal(NoLeaf(epoch, id));
        var (dto, number) = (step.ToDto(), checked((uint)epoch));
        return TypedResults.Ok(new StepView(
            hash.Value, epoch, row.Root.Value, AbiView.Json(dto), new EpochLedger.Challenge { Epoch = number, Step = dto }.GetCallData().ToHex(true)));
    }

    private static async Task<Results<Ok<StatementView>, Refusal>> Statement(long epoch, string id, Tx tx, LeaseBoard board, Deployment deployment) =>
        (await LoadStatement(tx, epoch, id, board, deployment)).Ok(out var view, out var error) ? TypedResults.Ok(view) : new Refusal(error);

    public static async Task<Result<StatementView>> LoadStatement(Tx tx, long epoch, string id, LeaseBoard board, Deployment deployment)
    {
        if (await EpochStore.Find(tx, epoch) is not { } row) return EpochApi.NotClosed(epoch);
        if (!Hash32.TryParse(id, out var hash) || await LeaseStore.Find(tx, hash) is not { } lease || await EpochStore.Leaf(tx, row, hash) is not { } leaf)
            return NoLeaf(epoch, id);
        if (await EpochStore.Record(tx, row, hash) is not { } record)
            return new Error("not-found", $"Lease {id} ended with epoch {leaf.Leaf.Epoch}; its last statement is of that epoch.", [new("epoch", "is after the lease's last")]);
        var previous = await EpochStore.Find(tx, epoch - 1) is { } before ? await EpochStore.Leaf(tx, before, hash) : null;
        var applied = Settlement.Statement.Applied(lease, leaf.Leaf, (await LeaseChainStore.Events(tx, [hash]))[hash].OrderBy(e => e.Position));
        var token = board.TokenOf(lease.Terms);
        return new StatementView(
            hash.Value, epoch, leaf.Leaf.Epoch, token.Symbol, token.Decimals, applied.IsSynced, record.Trust, lease.Terms.Method == PricingMethod.Indexed && !Rent.IsIndexFresh(record), record.EvidenceHash.Value, leaf.Leaf.RecordHash.Value,
            Settlement.Statement.Of(lease.Terms, record, previous?.Leaf, leaf.Leaf, applied, token, deployment.EpochLength, (await RevenueStore.Find(tx, hash, epoch))?.Source));
    }

    private static Error NoLeaf(long epoch, string id) => new("not-found", $"Lease {id} has no leaf in epoch {epoch}.", [new("id", "has no leaf in this epoch")]);

    private static string[] Values(EpochLeaf l) =>
    [
        Text(l.LeaseId.ToInteger()), Text(l.Epoch), Text(l.Rent), Text(l.Remainder), Text(l.CreditParts), Text(l.GpuSeconds), Text(l.WattHours),
        Text(l.CurtailedSeconds), Text(l.HeatWattHours), l.RecordHash.Value,
    ];

    private static string Text(BigInteger value) => value.ToString(CultureInfo.InvariantCulture);
}

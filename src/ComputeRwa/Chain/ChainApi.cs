using ComputeRwa.Db;
using ComputeRwa.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Chain;

/// <summary>The chain and the contracts this program works with.</summary>
/// <param name="LatestBlock">null until the node has answered once</param>
/// <param name="EpochLength">seconds, as is the challenge window</param>
/// <param name="RootBond">base units of the bond token, as is the dispute bond</param>
/// <param name="LivenessEpochs">epochs without a sync after which a lease's parties may settle on their own</param>
/// <param name="Operator">the first of the accounts that pay gas; none has a right in any contract</param>
internal sealed record ChainView(
    long ChainId, long? LatestBlock, DateTimeOffset? LatestBlockTime, long? Epoch, long EpochLength, long ChallengeWindow, string RootBond, string DisputeBond, long LivenessEpochs, DeployedContracts Contracts,
    IReadOnlyList<string> Attestors, int Threshold, string Registrar, string FeeRecipient, string Operator, IReadOnlyList<string> Operators);

/// <param name="Logs">of our contracts, as many as were folded again</param>
internal sealed record RebuildAnswer(long Logs);

internal static class ChainApi
{
    public static void MapChainView(this IEndpointRouteBuilder app)
    {
        app.MapFeature("/v1/chain", "Chain").MapGet("/", Get).WithSummary("The chain, the contracts and the epoch of the latest block");
        app.MapFeature("/v1/projections", "Chain").MapPost("/rebuild", Rebuild).RequireAuthorization(Roles.Operator)
            .WithSummary("Fold all stored logs of the chain again; other writers wait, readers do not notice");
    }

    private static async Task<Ok<RebuildAnswer>> Rebuild(Tx tx, ProjectorRunner projectors) => TypedResults.Ok(new RebuildAnswer(await projectors.Rebuild(tx)));

    private static Ok<ChainView> Get(ChainOptions options, ChainStatus status)
    {
        var (d, head) = (options.Deployment, status.Head);
        return TypedResults.Ok(new ChainView(
            d.ChainId, head?.Number, head?.MinedAt, head is null ? null : d.Epochs.EpochOf(head.MinedAt), d.EpochLength, d.ChallengeWindow, d.RootBond, d.DisputeBond, d.LivenessEpochs, d.Contracts,
            d.Attestors, d.Threshold, d.Registrar, d.FeeRecipient, options.Operator.Address.Value,
            [.. options.Signers.Select(s => s.Address.Value)]));
    }
}

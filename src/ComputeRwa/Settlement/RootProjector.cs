using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;

namespace ComputeRwa.Settlement;

/// <summary>Posted roots, attestors and their threshold, from the events of EpochLedger.</summary>
internal sealed class RootProjector : IProjector
{
    public const string ProjectorName = "roots";

    public string Name => ProjectorName;

    public Task Apply(Tx tx, ChainLog log)
    {
        if (log.Decode<EpochLedger.EpochPostedEvent>() is { } posted) return Posted(tx, log, posted);
        if (log.Decode<EpochLedger.AttestorSetEvent>() is { } attestor) return RootStore.AddAttestor(tx, log, Address.Parse(attestor.Account), attestor.Attestor);
        if (log.Decode<EpochLedger.ThresholdSetEvent>() is { } threshold) return RootStore.AddThreshold(tx, log, threshold.Threshold);
        return Task.CompletedTask;
    }

    public Task RollBack(Tx tx, long fromBlock) => RootStore.RollBack(tx, fromBlock);

    private static async Task Posted(Tx tx, ChainLog log, EpochLedger.EpochPostedEvent e)
    {
        var post = checked(new PostedRoot(
            0, e.Epoch, e.Attempt, Hash32.Of(e.Root), Hash32.Of(e.PreviousRoot), e.Leases, e.Rent, (long)e.GpuSeconds, (long)e.WattHours, Hash32.Of(e.DataHash),
            Address.Parse(e.Poster), 0, log.MinedAt, log.TxHash));
        await RootStore.AddPost(tx, log, post);
        await Feed.Append(tx, "epoch.posted", $"{e.Epoch}", new { attempt = e.Attempt, root = post.Root.Value, leases = e.Leases, transaction = log.TxHash.Value }, log.MinedAt);
    }
}

using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;

namespace ComputeRwa.Settlement;

/// <summary>
/// Posted and cancelled roots, attestors and their threshold, from the events of EpochLedger. A demand to reveal a step of a root of ours is
/// answered at once: unanswered, it would cost the root and the bond.
/// </summary>
internal sealed class RootProjector(Deployment deployment, EpochTrees trees, TimeProvider time) : IProjector
{
    public const string ProjectorName = "roots";

    public string Name => ProjectorName;

    public Task Apply(Tx tx, ChainLog log)
    {
        if (log.Decode<EpochLedger.EpochPostedEvent>() is { } posted) return Posted(tx, log, posted);
        if (log.Decode<EpochLedger.RootsCancelledEvent>() is { } cancelled) return Cancelled(tx, log, cancelled);
        if (log.Decode<EpochLedger.RevealDemandedEvent>() is { } demanded) return Demanded(tx, log, demanded);
        if (log.Decode<EpochLedger.ObjectedEvent>() is { } objected) return Objected(tx, log, objected);
        if (log.Decode<EpochLedger.ObjectionResolvedEvent>() is { } resolved) return Resolved(tx, log, resolved);
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
        Feed.Append(tx, "epoch.posted", $"{e.Epoch}", new { attempt = e.Attempt, root = post.Root.Value, leases = e.Leases, transaction = log.TxHash.Value }, log.MinedAt);
    }

    private static async Task Cancelled(Tx tx, ChainLog log, EpochLedger.RootsCancelledEvent e)
    {
        await CancellationStore.AddCancellation(tx, new(
            log.Position, e.Epoch, e.Last, e.Attempt, Address.Parse(e.Challenger), e.Reward, e.Burned, log.BlockNumber, log.MinedAt, log.TxHash));
        Feed.Append(tx, "epoch.cancelled", $"{e.Epoch}",
            new { last = e.Last, attempt = e.Attempt, challenger = e.Challenger, reward = $"{e.Reward}", burned = $"{e.Burned}", transaction = log.TxHash.Value }, log.MinedAt);
    }

    private static async Task Objected(Tx tx, ChainLog log, EpochLedger.ObjectedEvent e)
    {
        var lease = Hash32.Of(e.Id);
        await ObjectionStore.Add(tx, log, new(log.Position, lease, e.Epoch, Address.Parse(e.Lessee), e.Increment, e.Minimum, (long)e.DecideBy, log.MinedAt, log.TxHash));
        Feed.Append(tx, "lease.objected", lease.Value, new { epoch = e.Epoch, lessee = e.Lessee, increment = $"{e.Increment}", transaction = log.TxHash.Value }, log.MinedAt);
    }

    private static async Task Resolved(Tx tx, ChainLog log, EpochLedger.ObjectionResolvedEvent e)
    {
        var lease = Hash32.Of(e.Id);
        await ObjectionStore.AddResolution(tx, log, lease, e.Epoch, e.Granted);
        Feed.Append(tx, "lease.objection-resolved", lease.Value, new { epoch = e.Epoch, granted = $"{e.Granted}", transaction = log.TxHash.Value }, log.MinedAt);
    }

    private async Task Demanded(Tx tx, ChainLog log, EpochLedger.RevealDemandedEvent e)
    {
        var id = Hash32.Of(e.Id);
        await CancellationStore.AddDemand(tx, log, e.Epoch, id, Address.Parse(e.By));
        var step = await Ours(tx, e.Epoch, id);
        Feed.Append(tx, "epoch.reveal-demanded", $"{e.Epoch}", new { leaseId = id.Value, by = e.By, answered = step is not null }, log.MinedAt);
        if (step is not null && !tx.IsReplay)
            await Outbox.Enqueue(tx, Command.Of($"reveal:{e.Epoch}:{id}:{log.TxHash}", "reveal", $"{e.Epoch}", deployment.Contracts.EpochLedger,
                new EpochLedger.Reveal { Epoch = e.Epoch, Step = step.ToDto() }, SettlementGas.Reveal), time.Now());
    }

    /// <summary>null when the root that stands is somebody else's, or the lease has no leaf: nothing can be shown.</summary>
    private async Task<Step?> Ours(Tx tx, long epoch, Hash32 id)
    {
        if (await EpochStore.Find(tx, epoch) is not { } row || (await CancellationStore.Standing(tx, epoch))?.Root != row.Root) return null;
        return await LeaseStore.Find(tx, id) is { } lease ? await Step.Load(tx, trees, row, lease) : null;
    }
}

using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Fleet;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Telemetry;
using ComputeRwa.Telemetry.Ingest;

namespace ComputeRwa.Settlement;

/// <summary>Closes an epoch: reads what was measured, settles, stores everything and ends the epoch's telemetry, in the caller's transaction.</summary>
internal sealed class EpochCloser(Deployment deployment, ChainClient chain, Compactor compactor, TimeProvider time)
{
    /// <summary>Blocks that the projections may be behind for the node to be asked what is in them.</summary>
    private const long MostBehind = 1_000;

    // The projector that knows which leases stand on chain.
    private const string LeaseEvents = "leases";

    private EpochLength Length => deployment.Epochs;

    /// <summary>
    /// The epoch as it was closed; closing it again changes nothing, unless roots were cancelled on chain since: then it is computed anew, for
    /// the attempt that EpochLedger asks for, after the epochs before it.
    /// </summary>
    public async Task<Result<EpochRow>> Close(Tx tx, long epoch)
    {
        var now = time.Now();
        await EpochStore.TakeTurn(tx);
        await tx.ShareTurn(ProjectorRunner.Turn);
        await tx.AllowPauses(TimeSpan.FromMinutes(2)); // a million leases take seconds to compute
        var attempt = await CancellationStore.NextAttempt(tx);
        var known = await EpochStore.Find(tx, epoch);
        if (known is not null && (known.Attempt == attempt || await Stands(tx, known))) return known;
        var last = known is null ? await EpochStore.LastClosed(tx) : await EpochStore.Find(tx, epoch - 1) is { } earlier ? earlier.Epoch : null;
        if (last is { } l && await EpochStore.Find(tx, l) is { } stale && stale.Attempt != attempt && !await Stands(tx, stale))
            return Error.Conflict("epoch-order", $"roots were cancelled since epoch {l} was closed: close that again first", "epoch");
        if (EpochClosing.Refuse(epoch, Length, now, last, await LeaseStore.FirstEpoch(tx)) is { } refusal) return refusal;
        if (EpochClosing.RefuseUnread(epoch, Length, await LeasesKnownAsOf(tx, epoch)) is { } unread) return unread;

        await compactor.Finish(tx, epoch);
        await TelemetryStore.CloseEpoch(tx, epoch, now);
        var before = last is null ? null : await EpochStore.Find(tx, last.Value);
        var leases = await Leases(tx, epoch, before);
        if (leases.Count == 0) return Error.Conflict("not-ready", $"no lease runs in epoch {epoch}, and none has a leaf from before", "epoch");
        var closed = EpochClosing.Settle(epoch, attempt, before?.Root ?? Hash32.Zero, leases, Length.Seconds);
        await EpochStore.Insert(tx, closed, EpochFile.Write(closed, deployment), now);
        var stored = (await EpochStore.Find(tx, epoch))!;
        Feed.Append(tx, "epoch.closed", $"{epoch}",
            new { root = stored.Root.Value, leases = stored.Leases, rent = $"{stored.Rent}", dataHash = stored.DataHash.Value, staleIndex = closed.Leases.Count(l => l.Lease.IsIndexStale) }, now);
        return stored;
    }

    private static async Task<bool> Stands(Tx tx, EpochRow row) => (await CancellationStore.Standing(tx, row.Epoch))?.Root == row.Root;

    /// <summary>
    /// Up to when every lease and its end is known. Where the projections have not come to the epoch's end, as after a client moved chain
    /// time, blocks without any event of LeaseBook add and end no lease.
    /// </summary>
    private async Task<DateTimeOffset?> LeasesKnownAsOf(Tx tx, long epoch)
    {
        if (await ProjectedBlock.Find(tx, LeaseEvents) is not { } read) return null;
        if (read.MinedAt >= Length.EndOf(epoch)) return read.MinedAt;
        var head = await chain.LatestBlock();
        if (head.Number <= read.Number || head.Number - read.Number > MostBehind) return read.MinedAt;
        var (unread, last) = await chain.Logs([new([Address.Parse(deployment.Contracts.LeaseBook)], [])], read.Number + 1, head.Number);
        return unread.Count == 0 && last?.Hash == head.Hash ? head.MinedAt : read.MinedAt;
    }

    private async Task<List<LeaseToSettle>> Leases(Tx tx, long epoch, EpochRow? before)
    {
        var leases = await LeaseStore.StartedBy(tx, epoch);
        var ids = leases.ConvertAll(l => l.Id);
        var gpus = await LeaseStore.Gpus(tx, ids);
        var notices = await CurtailmentStore.Of(tx, ids, Length.StartOf(epoch), Length.EndOf(epoch));
        var leaves = before is null ? [] : (await EpochStore.Leaves(tx, before)).ToDictionary(l => l.Leaf.LeaseId, l => l.Leaf);
        var ends = await LeaseChainStore.EarlyEnds(tx);
        var settled = new List<LeaseToSettle>();
        foreach (var lease in leases)
            // A lease that ended before the first epoch was ever closed has no leaf and gets none.
            if (Covers(lease, ends, epoch) || leaves.ContainsKey(lease.Id))
                settled.Add(await Meter(tx, epoch, lease, ends, [.. gpus[lease.Id]], [.. notices[lease.Id]], leaves.GetValueOrDefault(lease.Id)));
        return settled;
    }

    private static bool Covers(Lease lease, Dictionary<Hash32, long> ends, long epoch) =>
        lease.Terms.Covers(epoch) && (!ends.TryGetValue(lease.Id, out var end) || epoch <= end);

    private async Task<LeaseToSettle> Meter(
        Tx tx, long epoch, Lease lease, Dictionary<Hash32, long> ends, List<LeasedGpu> gpus, List<CurtailmentNotice> notices, EpochLeaf? previous)
    {
        var factors = await SiteStore.FactorsAt(tx, lease.SiteId, Length.StartOf(epoch))
            ?? throw new InvalidOperationException($"Site {lease.SiteId} of lease {lease.Id} has no factors.");
        var times = notices.ConvertAll(n => new TimeRange(n.From.ToUnixTimeSeconds(), n.To.ToUnixTimeSeconds()));
        return new(
            lease.Id, lease.Terms, gpus.ConvertAll(g => new GpuLet(g.NodeId.Value, g.NodeKey, g.Uuid)), factors.PueBps, factors.HeatReuseBps,
            times.ConvertAll(t => new CurtailedTime(t.From, t.To)), Covers(lease, ends, epoch) ? await Record(tx, epoch, lease, gpus, times, factors) : null, previous)
        {
            EndedEarly = ends.TryGetValue(lease.Id, out var end) ? end : null,
        };
    }

    private async Task<MeteringRecord> Record(Tx tx, long epoch, Lease lease, List<LeasedGpu> gpus, List<TimeRange> times, SiteFactors factors)
    {
        var places = (await NodeStore.Locate(tx, gpus.Select(g => g.Uuid))).ToDictionary(p => p.Uuid);
        var let = gpus.ConvertAll(g => new LetGpu(g.NodeId, g.Uuid, places[g.Uuid].GpuIndex));
        return Recording.Of(
            lease.Id, epoch, await MeteringStore.Measure(tx, let, epoch, Length, times), factors.PueBps, factors.HeatReuseBps, await PricingInputs.Find(tx, lease, epoch));
    }
}

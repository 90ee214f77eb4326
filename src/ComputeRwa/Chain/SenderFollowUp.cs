using System.Numerics;
using ComputeRwa.Db;
using ComputeRwa.Kernel;
using Nethereum.JsonRpc.Client;
using Receipt = Nethereum.RPC.Eth.DTOs.TransactionReceipt;

namespace ComputeRwa.Chain;

/// <summary>
/// What became of a lane's signed transactions: receipts, reorganisations, nonces that went to strangers or are missing, bytes that the node
/// lost or that pay too little. What it keeps between rounds only saves questions.
/// </summary>
internal sealed class SenderFollowUp(Lane lane, ChainSignals signals, AbiCatalog catalog, ILogger log)
{
    /// <summary>Up to so many transactions are asked for one by one; for more, the blocks' receipts are read.</summary>
    private const int Few = 64;
    private const int MostBlocks = 16;

    /// <summary>Blocks that go by before an unmined transaction is asked about by itself.</summary>
    private const int Patience = 2;

    private readonly IReadOnlySet<Address> _contracts = lane.Options.Deployment.Callable();
    private BlockHeader? _followed;

    /// <summary>The highest block of a receipt, which can be above the head that was looked at before it was asked for.</summary>
    private (long Number, Hash32 Hash)? _highest;
    private long _lastMined;
    private bool _readsBlocks = true;

    /// <summary>Another may have had the lane meanwhile.</summary>
    public void Forget() => (_followed, _highest) = (null, null);

    /// <param name="offered">what the node has just said of the lane's signed bytes</param>
    /// <returns>whether anything moved, and why the lane cannot go on</returns>
    public async Task<(bool Moved, string? Problem)> Run(BlockHeader head, BigInteger tip, List<Offered> offered)
    {
        var open = offered.Where(o => o.Answer != NodeAnswer.Taken).ToList();
        var fresh = offered.Where(o => o.Answer == NodeAnswer.Taken).Select(o => o.Parcel.Id).ToHashSet();
        if (_followed?.Hash == head.Hash && open.Count == 0) return (false, null);
        var isSteady = _followed is { } before && await Stand(before, head);
        var (flights, variants) = await Read(minedToo: !isSteady);
        var suspects = open.Where(o => o.Answer == NodeAnswer.NonceUsed).Select(o => o.Parcel.Id).ToHashSet();
        var receipts = await Receipts(flights, variants, suspects, head, isSteady);
        var late = flights.Where(f => !receipts.ContainsKey(f.Id) && f.State != TransactionState.Signed && (!isSteady || head.Number - f.SentBlock >= Patience)).Take(isSteady ? Few : Sender.BatchSize).ToList();
        open.AddRange(await OfferAgain(late, variants, receipts));
        var moved = await WriteOutcomes(flights, receipts, isSteady);
        var unmined = flights.Where(f => !receipts.ContainsKey(f.Id)).ToList();
        moved |= await GiveUpLost(unmined, variants, open, head);
        moved |= (late.Count > 0 || open.Exists(o => o.Answer == NodeAnswer.NonceGap)) && await FillGap(unmined, head, tip);
        var (replaced, stuck) = await Replace(unmined, fresh, open, head, tip);
        _followed = head;
        return (moved || replaced, Problem(unmined, open) ?? stuck);
    }

    /// <summary>Whether nothing was undone that a receipt was read of.</summary>
    private async Task<bool> Stand(BlockHeader before, BlockHeader head)
    {
        var blocks = new[] { (before.Number, before.Hash), _highest ?? (before.Number, before.Hash) }.Distinct().Where(b => b.Hash != head.Hash).ToList();
        return blocks.Count == 0 || await lane.Stand(blocks);
    }

    private async Task<(List<Flight> Flights, ILookup<TransactionId, Variant> Variants)> Read(bool minedToo)
    {
        await using var tx = lane.Read();
        var flights = await LaneStore.InFlight(tx, lane.Address, minedToo);
        var variants = flights.Exists(f => f.Attempts > 1) ? await LaneStore.Variants(tx, lane.Address) : [];
        return (flights, variants.ToLookup(v => v.TransactionId));
    }

    // ── receipts ──────────────────────────────────────────────────────────────────────────────────────────────────────

    private static IEnumerable<Hash32> Hashes(Flight flight, ILookup<TransactionId, Variant> variants) => variants[flight.Id].Select(v => v.Hash).Append(flight.Hash).Distinct();

    /// <summary>The receipt of whichever variant is mined.</summary>
    private async Task<Dictionary<TransactionId, (Receipt Receipt, bool IsEmpty)>> Receipts(
        List<Flight> flights, ILookup<TransactionId, Variant> variants, HashSet<TransactionId> suspects, BlockHeader head, bool isSteady)
    {
        var owners = new Dictionary<Hash32, (Flight Flight, bool IsEmpty)>();
        foreach (var flight in flights)
        {
            foreach (var variant in variants[flight.Id]) owners[variant.Hash] = (flight, variant.IsEmpty == 1);
            owners[flight.Hash] = (flight, flight.IsEmpty == 1);
        }
        var found = new Dictionary<TransactionId, (Receipt, bool)>();
        foreach (var receipt in await Ask(owners, suspects, head, isSteady))
            if (Hash32.TryParse(receipt.TransactionHash, out var hash) && owners.TryGetValue(hash, out var owner)) found[owner.Flight.Id] = (receipt, owner.IsEmpty);
        return found;
    }

    private async Task<IEnumerable<Receipt>> Ask(
        Dictionary<Hash32, (Flight Flight, bool IsEmpty)> owners, HashSet<TransactionId> suspects, BlockHeader head, bool isSteady)
    {
        if (_readsBlocks && isSteady && owners.Count > Few && head.Number - _followed!.Number <= MostBlocks)
        {
            var blocks = Enumerable.Range(1, (int)(head.Number - _followed.Number)).Select(i => _followed.Number + i);
            if (await lane.Chain.BlockReceipts(blocks) is { } all)
            {
                // What a reorganisation put back may be in a block from before: what is late, or has its nonce used, is asked for by itself.
                var late = owners.Where(o => head.Number - o.Value.Flight.SentBlock >= Patience || suspects.Contains(o.Value.Flight.Id)).Take(Few).Select(o => o.Key);
                return all.Concat((await lane.Chain.Receipts(late)).OfType<Receipt>());
            }
            _readsBlocks = false;
            log.LogInformation("The node does not answer eth_getBlockReceipts; receipts are asked for one by one");
        }
        var receipts = new List<Receipt>();
        foreach (var batch in owners.Keys.Chunk(Sender.BatchSize)) receipts.AddRange((await lane.Chain.Receipts(batch)).OfType<Receipt>());
        return receipts;
    }

    private async Task<bool> WriteOutcomes(List<Flight> flights, Dictionary<TransactionId, (Receipt Receipt, bool IsEmpty)> receipts, bool isSteady)
    {
        var outcomes = new List<Outcome>();
        foreach (var flight in flights)
            if (receipts.TryGetValue(flight.Id, out var found) && flight.BlockHash != Hash32.Parse(found.Receipt.BlockHash)) outcomes.Add(await Outcome(flight, found.Receipt, found.IsEmpty));
        var undone = isSteady ? [] : flights.Where(f => f.State == TransactionState.Mined && !receipts.ContainsKey(f.Id)).Select(f => f.Id).ToList();
        if (outcomes.Count + undone.Count == 0) return false;
        var (now, paid) = (lane.Now, outcomes.Aggregate(default(Cost), (sum, o) => sum + new Cost(o.FeePaid - o.Flight.FeePaid, o.Flight.FeePaid.IsZero ? o.GasUsed : 0)));
        await using var tx = await lane.Write();
        foreach (var batch in outcomes.Chunk(Sender.BatchSize)) await LaneStore.Mine(tx, batch, now);
        if (undone.Count > 0) await LaneStore.Unmine(tx, undone, now);
        if (outcomes.Count > 0) await LaneStore.Book(tx, lane.Address, Lane.Today, paid);
        await tx.Commit();
        if (outcomes.Count > 0)
        {
            var last = outcomes.MaxBy(o => o.Block)!;
            _lastMined = Math.Max(_lastMined, last.Block);
            if (!isSteady || _highest is not { } highest || last.Block > highest.Number) _highest = (last.Block, last.BlockHash);
            signals.Watcher.Set();
        }
        return true;
    }

    private async Task<Outcome> Outcome(Flight flight, Receipt receipt, bool isEmpty)
    {
        var (block, gas) = ((long)receipt.BlockNumber.Value, (long)receipt.GasUsed.Value);
        var error = isEmpty && flight.Error is not null ? flight.Error : await WhyReverted(flight, receipt, gas);
        var price = receipt.EffectiveGasPrice?.Value ?? flight.MaxFee;
        return new(flight, Hash32.Parse(receipt.TransactionHash), isEmpty, block, Hash32.Parse(receipt.BlockHash), gas, gas * price, error, Skipped(flight, receipt));
    }

    private IReadOnlyList<(long Place, string Reason)> Skipped(Flight flight, Receipt receipt) => flight.Kind != Outbox.Pack ? []
        : [.. lane.Options.Packs.SelectMany(pack => receipt.Logs.Where(l => Address.Parse(l.Address) == pack.To).Select(pack.Skipped)).OfType<(long Place, string Data)>()
            .Select(s => (s.Place, catalog.Revert(s.Data)))];

    private async Task<string?> WhyReverted(Flight flight, Receipt receipt, long gasUsed)
    {
        if (receipt.HasErrors() != true) return null;
        if (gasUsed >= flight.GasLimit) return $"ran out of its {flight.GasLimit} gas";
        OutboxRow row;
        await using (var tx = lane.Read()) row = (await OutboxStore.Load(tx, [flight.Id])).Single();
        var replay = await lane.Chain.Replay(lane.Address, row, (long)receipt.BlockNumber.Value - 1, catalog.Revert);
        return replay.Reason ?? "reverted in its block, but not when tried again before it";
    }

    // ── what the node has lost, and nonces ────────────────────────────────────────────────────────────────────────────

    /// <summary>Handed over before, in no block, and no longer known to the node: a restart, a full pool or a reorganisation has dropped it.</summary>
    private async Task<List<Offered>> OfferAgain(List<Flight> late, ILookup<TransactionId, Variant> variants, Dictionary<TransactionId, (Receipt, bool)> receipts)
    {
        var asked = late.SelectMany(f => Hashes(f, variants).Select(hash => (f.Id, hash))).ToList();
        var known = asked.Zip(await lane.Chain.Knows(asked.Select(a => a.hash))).Where(p => p.Second).Select(p => p.First.Id).ToHashSet();
        var dropped = late.Where(f => !known.Contains(f.Id) && !receipts.ContainsKey(f.Id)).Select(f => f.Id).ToList();
        if (dropped.Count == 0) return [];
        List<Parcel> parcels;
        await using (var tx = lane.Read()) parcels = await LaneStore.Parcels(tx, dropped);
        return [.. (await lane.Offer(parcels)).Where(o => o.Answer != NodeAnswer.Taken)];
    }

    /// <summary>A nonce that final blocks have used, and not for any variant of ours, is a stranger's: the command gets another.</summary>
    private async Task<bool> GiveUpLost(List<Flight> unmined, ILookup<TransactionId, Variant> variants, List<Offered> open, BlockHeader head)
    {
        var used = open.Where(o => o.Answer == NodeAnswer.NonceUsed).Select(o => o.Parcel.Id).ToHashSet();
        var suspects = unmined.Where(f => used.Contains(f.Id)).ToList();
        if (suspects.Count == 0) return false;
        var hashes = suspects.ConvertAll(f => Hashes(f, variants).ToList());
        var (mined, receipts) = await lane.Chain.Settled(lane.Address, Math.Max(0, head.Number - lane.Options.Confirmations + 1), hashes.SelectMany(h => h));
        var (lost, at) = (new List<Flight>(), 0);
        foreach (var (flight, own) in suspects.Zip(hashes))
        {
            var hasReceipt = receipts.Skip(at).Take(own.Count).Any(r => r is not null);
            at += own.Count;
            if (Sender.IsLost(flight.Nonce, mined, hasReceipt)) lost.Add(flight);
        }
        if (lost.Count == 0) return receipts.Exists(r => r is not null);
        await using var tx = await lane.Write();
        foreach (var flight in lost) await LaneStore.Lose(tx, flight.Id, lane.Now);
        await LaneStore.Open(tx, lane.Address, mined);
        await tx.Commit();
        foreach (var flight in lost)
            log.LogError("{Id} lost nonce {Nonce} to a transaction that this program did not send. Does something else use the key of {Lane}?", flight.Id, flight.Nonce, lane.Address);
        unmined.RemoveAll(lost.Contains);
        return true;
    }

    /// <summary>The next nonce the node waits for, where none of ours has it, as after a reorganisation that undid a stranger's transaction.</summary>
    private async Task<bool> FillGap(List<Flight> unmined, BlockHeader head, BigInteger tip)
    {
        var next = await lane.Chain.TransactionCount(lane.Address, block: null);
        LaneRow? row;
        await using (var look = lane.Read()) row = await LaneStore.Find(look, lane.Address);
        if (row is null || next >= row.NextNonce || unmined.Exists(f => f.Nonce == next) || lane.Options.Limits.Offer(head.BaseFee, tip) is not { } fees) return false;
        var signed = (await lane.Sign([Empty(next, fees)], _contracts))[0];
        await using var tx = await lane.Write();
        if (await LaneStore.Has(tx, lane.Address, next)) return false;
        await LaneStore.Fill(tx, lane.Address, next, signed, fees, head.Number, lane.Now);
        await tx.Commit();
        log.LogWarning("Nonce {Nonce} of {Lane} is used by nothing; an empty transaction fills it so that later ones go on", next, lane.Address);
        return true;
    }

    private UnsignedTransaction Empty(long nonce, Fees fees) =>
        new(lane.Options.Deployment.ChainId, nonce, fees, SendLimits.EmptyGas, lane.Address, UnsignedTransaction.NoData);

    // ── replacements ──────────────────────────────────────────────────────────────────────────────────────────────────

    private async Task<(bool Replaced, string? Problem)> Replace(
        List<Flight> unmined, HashSet<TransactionId> fresh, List<Offered> open, BlockHeader head, BigInteger tip)
    {
        var never = open.Where(o => o.Answer == NodeAnswer.Never).ToDictionary(o => o.Parcel.Id, o => o.Words);
        var cheap = open.Where(o => o.Answer == NodeAnswer.Underpriced).Select(o => o.Parcel.Id).ToHashSet();
        var stuck = Sender.Stuck(unmined, head, _lastMined, lane.Options.Limits.BumpAfterBlocks).Select(f => f.Id).Where(id => !fresh.Contains(id)).ToHashSet();
        var (replaced, problem) = (false, (string?)null);
        foreach (var flight in unmined)
        {
            var givenUp = never.TryGetValue(flight.Id, out var words) && flight.IsEmpty == 0 ? $"no node takes it: {words}" : null;
            var isDue = givenUp is not null || stuck.Contains(flight.Id) || (cheap.Contains(flight.Id) && head.Number > flight.SentBlock);
            if (!isDue) continue;
            if (lane.Options.Limits.Raise(flight.Fees, head.BaseFee, tip) is not { } fees)
                problem ??= $"{flight.Id} waits: a replacement would cost more than Chain:MaxFeeGwei allows";
            else if (await OverBudget(flight, fees) is { } over)
                problem ??= over;
            else
                replaced |= await Replace(flight, fees, givenUp, head);
        }
        return (replaced, problem);
    }

    private async Task<string?> OverBudget(Flight flight, Fees fees) => lane.Options.Limits.HasBudget
        ? lane.Options.Limits.OverBudget(await lane.Risked(), Cost.Worst(flight.GasLimit, fees.Max - flight.MaxFee) with { Gas = 0 })
        : null;

    private async Task<bool> Replace(Flight flight, Fees fees, string? givenUp, BlockHeader head)
    {
        OutboxRow row;
        await using (var look = lane.Read()) row = (await OutboxStore.Load(look, [flight.Id])).Single();
        var unsigned = givenUp is not null || flight.IsEmpty == 1
            ? Empty(flight.Nonce, fees)
            : new UnsignedTransaction(lane.Options.Deployment.ChainId, flight.Nonce, fees, row.GasLimit, row.ToAddress, row.Calldata);
        var signed = (await lane.Sign([unsigned], _contracts))[0];
        await using var tx = await lane.Write();
        if (!await LaneStore.Replace(tx, flight, signed, fees, givenUp, head.Number, lane.Now)) return false;
        await tx.Commit();
        if (givenUp is null) log.LogWarning("{Id} is replaced by one that pays {Fee} wei per gas instead of {Was}", flight.Id, fees.Max, flight.MaxFee);
        else log.LogError("{Id} is given up: {Reason}. An empty transaction takes its nonce {Nonce}", flight.Id, givenUp, flight.Nonce);
        return true;
    }

    /// <summary>What the node refuses for reasons that pass: it is offered again, and the queue waits behind it.</summary>
    private static string? Problem(List<Flight> unmined, List<Offered> open)
    {
        var waiting = unmined.Select(f => f.Id).ToHashSet();
        return open.Where(o => o.Answer is NodeAnswer.NoFunds or NodeAnswer.Full or NodeAnswer.Unclear or NodeAnswer.Underpriced && waiting.Contains(o.Parcel.Id))
            .Select(o => $"the node refuses {o.Parcel.Id}: {o.Words}").FirstOrDefault();
    }
}

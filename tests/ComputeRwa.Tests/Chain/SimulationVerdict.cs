using ComputeRwa.Db;

namespace ComputeRwa.Tests.Chain;

/// <summary>Compares, at the end of a seed, what the client was promised and what the database says with what the model reads from the chain.</summary>
internal sealed class SimulationVerdict(SimulationWorld world, SimulatedClient client, Model model)
{
    private sealed record Row(
        string Id, long Seq, string CommandId, string Kind, string Subject, string State, string? Signer, long? Nonce, string? Hash, string? Raw, long? BlockNumber,
        string? BlockHash, long? GasUsed, string? Error, long IsEmpty, string Calldata, string? PackId)
    {
        public string? Signer { get; } = Signer?.ToLowerInvariant();
    }

    private readonly List<string> _wrong = [];

    /// <summary>Sentences about what is wrong; none when all is well.</summary>
    public static async Task<List<string>> Of(SimulationWorld world, SimulatedClient client)
    {
        var verdict = new SimulationVerdict(world, client, await Model.Read(world.Chain, [.. world.Options.Signers.Select(s => s.Address.Value.ToLowerInvariant())]));
        await using var tx = world.Scratch.Database.Read();
        var rows = await tx.Query<Row>(
            """
            SELECT id, seq, command_id, kind, subject, state, signer, nonce, hash, raw, block_number, block_hash, gas_used, error, is_empty, calldata, pack_id
            FROM transactions ORDER BY seq
            """);
        verdict.Promises(rows);
        verdict.Outbox(rows);
        await verdict.Variants(tx, rows);
        await verdict.Lanes(tx, rows);
        await verdict.Readings(tx);
        await verdict.Feed(tx, rows);
        return verdict._wrong;
    }

    private void Require(bool holds, string otherwise)
    {
        if (!holds) _wrong.Add(otherwise);
    }

    private void Same(string what, IEnumerable<string> expected, IEnumerable<string> actual)
    {
        var (missing, surplus) = (new List<string>(), actual.ToList());
        foreach (var one in expected)
            if (!surplus.Remove(one)) missing.Add(one);
        Require(missing.Count + surplus.Count == 0, $"{what}: missing {string.Join(" | ", missing)}; surplus {string.Join(" | ", surplus)}");
    }

    /// <summary>What was promised and can succeed has happened once, and nothing else has.</summary>
    private void Promises(List<Row> rows)
    {
        Same("effects on the chain", client.Acknowledged.Where(a => a.CanSucceed).Select(a => a.Effect).Distinct(), model.Logs.Select(l => l.Effect).OfType<string>());
        Same("transactions in the outbox", client.Acknowledged.Select(a => a.Id).Distinct(), rows.Where(r => r.Kind is not ("fill" or "pack")).Select(r => r.Id));
        var states = rows.ToDictionary(r => r.Id, r => r.State);
        var errors = rows.Where(r => r.Error is not null).ToDictionary(r => r.Id, r => r.Error);
        foreach (var effect in client.Acknowledged.GroupBy(a => a.Effect))
        {
            var ends = effect.Select(a => a.Id).Distinct().Select(id => states.GetValueOrDefault(id, "nowhere")).ToList();
            var succeeded = ends.Count(e => e == "final");
            var said = string.Join(", ", effect.Select(a => errors.GetValueOrDefault(a.Id)).OfType<string>());
            Require(succeeded == (effect.First().CanSucceed ? 1 : 0) && ends.All(e => e is "final" or "failed"), $"{effect.Key} ends as {string.Join(", ", ends)} {said}");
        }
    }

    /// <summary>Each row ended, and as the chain says.</summary>
    private void Outbox(List<Row> rows)
    {
        var mined = model.Transactions.ToDictionary(t => t.Hash);
        var commands = client.Acknowledged.ToLookup(a => a.Id);
        Packs(rows, mined);
        foreach (var row in rows.Where(r => r.PackId is null))
        {
            var what = $"{row.Id} ({row.CommandId}, {row.State})";
            if (row.Hash is not { } hash || !mined.TryGetValue(hash, out var transaction))
            {
                var hasEnded = row.State is "failed" or "replaced" && row is { Nonce: null, BlockNumber: null };
                Require(hasEnded, $"{what} has nonce {row.Nonce}, and its transaction {row.Hash} is not on the chain");
                continue;
            }
            var isThere = (row.Nonce, row.Signer) == (transaction.Nonce, transaction.From)
                && (row.BlockNumber, row.BlockHash, row.GasUsed) == (transaction.Block, transaction.BlockHash, transaction.GasUsed);
            Require(isThere, $"{what} is said to be nonce {row.Nonce} of {row.Signer} in {row.BlockNumber} {row.BlockHash}, and is {transaction}");
            Require(row.State == (transaction.Succeeded && row.IsEmpty == 0 ? "final" : "failed"), $"{what} is {transaction}");
            Require((row.State == "failed") == (row.Error is not null), $"{what} has the error {row.Error}");
            Require(row.IsEmpty == 1 ? transaction.Input == "0x" : transaction.Input == row.Calldata, $"{what} was sent with other data: {transaction.Input}");
            foreach (var command in commands[row.Id].Select(a => a.Command))
                Require(command.CallData == row.Calldata && (row.IsEmpty == 1 || IsSame(command.To.Value, transaction.To)), $"{what} is not what was asked for");
        }
        var known = rows.Select(r => r.Hash).OfType<string>().ToHashSet();
        foreach (var transaction in model.Transactions)
            Require(known.Contains(transaction.Hash) || world.Strangers.Contains(transaction.Hash), $"nobody knows {transaction}");
        if (world.Regime is { Lanes: 1, HasStrangers: false }) InOrder(rows, mined);
    }

    /// <summary>A command that ended in a pack ended in its block; the pack had an effect, and carried just what was asked for.</summary>
    private void Packs(List<Row> rows, Dictionary<string, ModelTransaction> mined)
    {
        var packs = rows.Where(r => r.Kind == "pack").ToDictionary(r => r.Id);
        foreach (var row in rows.Where(r => r.PackId is not null))
        {
            var (what, pack) = ($"{row.Id} ({row.CommandId}, {row.State}) of {row.PackId}", packs[row.PackId!]);
            Require(pack.State == "final" && mined[pack.Hash!].Succeeded, $"{what}, whose pack is {pack.State}");
            Require((row.Hash, row.BlockNumber, row.BlockHash) == (pack.Hash, pack.BlockNumber, pack.BlockHash) && row is { Nonce: null, Signer: null }, $"{what} is not where its pack is");
            Require(pack.Calldata.Contains(row.Calldata[74..], StringComparison.Ordinal), $"{what} is not in its pack's call");
            Require((row.State == "failed") == (row.Error is not null), $"{what} has the error {row.Error}");
        }
        foreach (var pack in packs.Values)
            Require(rows.Exists(r => r.PackId == pack.Id) == (pack.State == "final"), $"{pack.Id} is {pack.State} and has commands, or is final and has none");
    }

    /// <summary>Commands of one subject do not overtake each other, where one lane sends them all.</summary>
    private void InOrder(List<Row> rows, Dictionary<string, ModelTransaction> mined)
    {
        foreach (var subject in rows.Where(r => r.Hash is not null).GroupBy(r => r.Subject))
        {
            var places = subject.Select(r => mined.GetValueOrDefault(r.Hash!)).OfType<ModelTransaction>().Select(t => (t.Block, t.Index)).ToList();
            Require(places.SequenceEqual(places.Order()), $"commands of {subject.Key} overtook each other");
        }
    }

    private async Task Variants(Tx tx, List<Row> rows)
    {
        var hashes = rows.Select(r => r.Hash).OfType<string>().ToHashSet();
        foreach (var (hash, state) in await tx.Query<(string, string)>("SELECT hash, state FROM transaction_variants"))
            Require(state == (hashes.Contains(hash) ? "mined" : "replaced"), $"variant {hash} is {state}");
    }

    /// <summary>Every nonce is used once, and the lanes know where they stand.</summary>
    private async Task Lanes(Tx tx, List<Row> rows)
    {
        foreach (var lane in model.Transactions.GroupBy(t => t.From))
            Require(lane.Select(t => t.Nonce).Order().SequenceEqual(Numbers(0, lane.Count())), $"nonces of {lane.Key} on the chain are not 0 to {lane.Count() - 1}");
        foreach (var (address, next) in await tx.Query<(string, long)>("SELECT LOWER(address), next_nonce FROM signer_lanes"))
        {
            var used = SimulatedChain.Number(await world.Chain.Ask("eth_getTransactionCount", address, "latest"));
            var waiting = SimulatedChain.Number(await world.Chain.Ask("eth_getTransactionCount", address, "pending"));
            Require(used == next || (world.Regime.HasStrangers && used > next), $"the lane of {address} is at nonce {next}, and the chain at {used}");
            Require(used == waiting, $"transactions of {address} still wait");
            var nonces = rows.Where(r => r.Signer == address && r.Nonce is not null).Select(r => r.Nonce).ToList();
            Require(nonces.Distinct().Count() == nonces.Count, $"a nonce of {address} is given twice");
        }
    }

    /// <summary>What was read from the chain, and what was made of it.</summary>
    private async Task Readings(Tx tx)
    {
        const string Since = " WHERE block_number > @Base";
        var chain = world.Chain;
        var blocks = await tx.Query<(long Number, string Hash)>("SELECT number, hash FROM chain_blocks");
        Same("blocks", model.Blocks.Select(b => $"{b.Key} {b.Value}"), blocks.Where(b => b.Number > chain.Base).Select(b => $"{b.Number} {b.Hash}"));
        var logs = await tx.Query<(long, long, string, string, string, string)>("SELECT block_number, log_index, tx_hash, LOWER(address), topics, data FROM chain_logs" + Since, new { chain.Base });
        Same("logs", model.Logs.Select(l => $"{(l.Block, l.Index, l.TransactionHash, l.Address, string.Join(',', l.Topics), l.Data)}"), logs.Select(l => $"{l}"));
        var transfers = await tx.Query<(long, long, string, string)>("SELECT position, block_number, LOWER(recipient), amount FROM recorded_transfers" + Since, new { chain.Base });
        Same("recorded transfers", model.Of(Model.Transfer).Select(l => $"{(Position(l), l.Block, l.Account(2), l.Word(0))}"), transfers.Select(t => $"{t}"));
        var members = await tx.Query<(long, long, string, long, long, long, long)>(
            "SELECT position, block_number, LOWER(account), valid_until, jurisdiction, investor_class, blocked FROM memberships" + Since, new { chain.Base });
        Same("memberships", model.Of(Model.MemberSet).Select(l => $"{(Position(l), l.Block, l.Account(1), l.Word(0) * 1000, l.Word(1), l.Word(2), l.Word(3))}"), members.Select(m => $"{m}"));
        var last = model.Logs.Count == 0 ? -1 : model.Logs.Max(Position);
        foreach (var (projector, position) in await tx.Query<(string, long)>("SELECT projector, position FROM projector_cursors"))
            Require(last < 0 || position == last, $"{projector} stands at {position}, and the last log is at {last}");
    }

    /// <summary>No event is missing or told twice: a failure once, where what is final cannot be undone; what was read, once for each time it was read.</summary>
    private async Task Feed(Tx tx, List<Row> rows)
    {
        var events = await tx.Query<(long Seq, string Type, string Subject, string Data)>("SELECT seq, type, subject, data FROM feed ORDER BY seq");
        Require(events.Select(e => e.Seq).SequenceEqual(Numbers(1, events.Count)), "the feed's numbers have gaps");
        var told = events.Where(e => e.Type == "transaction.failed").Select(e => e.Subject).ToList();
        var failed = rows.Where(r => r.State == "failed").Select(r => r.Id).ToList();
        if (world.Regime.IsDeep) Same("failures told", failed, told);
        else Require(failed.TrueForAll(told.Contains), $"failures not told: {string.Join(", ", failed.Except(told))}");
        var set = events.Where(e => e.Type == "membership.set").Select(e => e.Subject).ToList();
        foreach (var account in model.Of(Model.MemberSet).GroupBy(l => l.Account(1)))
            Require(set.Count(s => IsSame(s, account.Key)) >= account.Count(), $"the feed does not tell every admission of {account.Key}");
        if (!events.Exists(e => e.Type == "chain.reorganised")) Require(set.Count == model.Of(Model.MemberSet).Count(), "an admission was told twice");
    }

    private static long Position(ModelLog log) => log.Block * 10_000_000 + log.Index;

    private static bool IsSame(string text, string other) => string.Equals(text, other, StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<long> Numbers(int from, int count) => Enumerable.Range(from, count).Select(i => (long)i);
}

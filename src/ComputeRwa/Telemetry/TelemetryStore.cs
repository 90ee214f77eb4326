using System.Globalization;
using ComputeRwa.Db;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry;

/// <summary>What became of a posted batch. <c>Trust</c> is that of the stored one.</summary>
/// <param name="IsWaiting">it is stored, and no link before those before it are</param>
internal sealed record Appended(bool IsDuplicate, Trust Trust, bool IsWaiting = false)
{
    /// <summary>As it is answered and counted.</summary>
    public string Status => IsWaiting ? "waiting" : IsDuplicate ? "duplicate" : "accepted";
}

/// <summary>A batch without its samples.</summary>
/// <param name="PreviousHash">null, like the signature, once its samples were dropped</param>
internal sealed record BatchRow(
    long Sequence, long Epoch, long FromSecond, long StepSeconds, long Samples, byte[]? PreviousHash, Hash32 Hash, byte[]? Signature, long Trust,
    DateTimeOffset ReceivedAt);

internal static class TelemetryStore
{
    // The first keys of the advisory locks that this folder takes: the second is an epoch, or the turn of some nodes.
    private const int LockSpace = 0x7e1e, TurnSpace = 0x7e1f;

    /// <summary>Makes a batch the next link of its node's chain, lets it wait, or says what stops it. An exact repeat changes nothing and is no error.</summary>
    public static async Task<Result<Appended>> Append(Tx tx, Batch batch, PackedBatch packed, DateTimeOffset now)
    {
        // null in PostgreSQL: another request took this number since we looked.
        while (true)
            if (await AppendAll(tx, [new(batch.Link, packed) { SignedBy = batch.SignedBy }], now, [batch.NodeId]) is [var verdict]) return verdict;
    }

    /// <summary>
    /// Each batch in turn as the next link of its node's chain, those that may be stored by one statement; what is ahead of its chain waits, and becomes a
    /// link together with the one that was missing. What stops one does not stop its neighbours.
    /// </summary>
    /// <param name="alone">nodes whose chains nobody else may extend meanwhile: those with batches that begin to wait, which are added here</param>
    /// <returns>null in PostgreSQL when another writer took a number since we looked, or when <paramref name="alone"/> has grown: then this transaction must
    /// not commit; try again in a new one.</returns>
    public static async Task<IReadOnlyList<Result<Appended>>?> AppendAll(Tx tx, IReadOnlyList<ReadyBatch> batches, DateTimeOffset now, HashSet<NodeId>? alone = null)
    {
        alone ??= [];
        var links = batches.Select(b => b.Link).ToList();
        var (closed, withWaiting, keys, numbers) = await Begin(tx, links, alone);
        var chains = await Chains(tx, links, closed, withWaiting);
        var verdicts = await Judge(tx, batches, chains, closed, keys, now);

        // In order of node, so that two writers that meet wait for one another instead of for each other.
        var linked = chains.Values.SelectMany(c => c.Links.Values).Where(l => l.Place is not null).Select(l => batches[l.Place!.Value])
            .OrderBy(b => b.Link.NodeId.Value, StringComparer.Ordinal).ThenBy(b => b.Link.Sequence).ToList();
        var begin = chains.Values.SelectMany(c => c.Waiting).Where(w => w.Place is not null).Select(w => batches[w.Place!.Value]).ToList();
        if (tx.IsPostgres && begin.Exists(b => !alone.Contains(b.Link.NodeId)))
        {
            alone.UnionWith(begin.Select(b => b.Link.NodeId));
            return null;
        }
        if (await Rows.Insert(tx, linked.ConvertAll(b => new Row(b, numbers[b.Link.NodeId], now))) < linked.Count) return null;
        await SampleStore.Insert(tx, linked, numbers);
        await WaitingStore.Insert(tx, begin, now);
        return await EndWaiting(tx, chains, now) ? verdicts : null;
    }

    /// <summary>Links of what had been stored to wait and is next, and refusals of what never can be.</summary>
    /// <returns>false in PostgreSQL when another writer took a number since we looked</returns>
    private static async Task<bool> EndWaiting(Tx tx, Dictionary<NodeId, NodeChain> chains, DateTimeOffset now)
    {
        foreach (var (node, chain) in chains)
        {
            var links = chain.Links.Values.Where(l => l.Place is null).Select(l => l.Link).ToList();
            if (links.Count > 0 && !await WaitingStore.Link(tx, node, links)) return false;
            await WaitingStore.Refuse(tx, node, chain.Never.FindAll(n => n.Batch.Place is null), now);
        }
        return true;
    }

    private static async Task<Result<Appended>[]> Judge(
        Tx tx, IReadOnlyList<ReadyBatch> batches, Dictionary<NodeId, NodeChain> chains, HashSet<long> closed, ILookup<NodeId, SigningKey> keys, DateTimeOffset now)
    {
        var repeats = await Find(tx, batches.Select(b => b.Link).Where(l => l.Sequence < chains[l.NodeId].Head.NextSequence));
        var verdicts = new Result<Appended>?[batches.Count];
        for (var i = 0; i < verdicts.Length; i++)
        {
            var (link, chain) = (batches[i].Link, chains[batches[i].Link.NodeId]);
            if (repeats.TryGetValue((link.NodeId, link.Sequence), out var stored) && stored.Hash == link.Hash) verdicts[i] = new Appended(true, (Trust)stored.Trust);
            else if (chain.Links.TryGetValue(link.Sequence, out var same) && same.Link.Hash == link.Hash) verdicts[i] = new Appended(true, same.Link.Trust);
            else if (RefusesSigner(batches[i], keys[link.NodeId]) is { } wrong) verdicts[i] = wrong;
            else if (chain.Take(link, i, batches[i].Size, closed.Contains(link.Epoch), now) is { } error) verdicts[i] = error;
        }
        // What was taken may have become a link since, with one that came later.
        return [.. verdicts.Select((verdict, i) => verdict ?? Standing(batches[i].Link, i, chains[batches[i].Link.NodeId]))];
    }

    /// <summary>A signature was checked when its batch came, and the key may have been replaced since: what is stored from now on is signed by the new one.</summary>
    private static Error? RefusesSigner(ReadyBatch batch, IEnumerable<SigningKey> replacements) =>
        batch.Link.Signature is not null && SigningKey.At(replacements, batch.Link.Sequence) is { } signing && signing.Key != batch.SignedBy
            ? new("wrong-signature", $"The node's key was replaced: from batch {signing.FromSequence} on {signing.Key} signs.", [new("signature", "is not by the node's key")]) : null;

    private static Result<Appended> Standing(Link link, int place, NodeChain chain)
    {
        if (chain.Links.TryGetValue(link.Sequence, out var linked) && linked.Link.Hash == link.Hash) return new Appended(linked.Place != place, linked.Link.Trust);
        return chain.Never.Find(n => n.Batch.Link.Hash == link.Hash) is { } never ? never.Reason : new Appended(false, link.Trust, IsWaiting: true);
    }

    private static async Task<Dictionary<NodeId, NodeChain>> Chains(Tx tx, List<Link> links, HashSet<long> closed, List<NodeId> withWaiting)
    {
        var nodes = links.Select(l => l.NodeId).Distinct().ToList();
        var heads = await Heads(tx, nodes);
        var waiting = Enumerable.Empty<WaitingBatch>().ToLookup(w => w.Link.NodeId);
        if (withWaiting.Count > 0)
        {
            waiting = await WaitingStore.Of(tx, withWaiting);
            closed.UnionWith(await Closed(tx, waiting.SelectMany(w => w).Select(w => w.Link.Epoch)));
        }
        // Those of an epoch that was closed since they were read are gone by now.
        return nodes.ToDictionary(n => n, n => new NodeChain(heads.GetValueOrDefault(n, ChainHead.Empty), waiting[n].Where(w => !closed.Contains(w.Link.Epoch))));
    }

    /// <summary>
    /// Which of the batches' epochs are closed, at which nodes batches wait, which keys were replaced, and by which numbers nodes are stored. None of the other epochs is closed until this transaction
    /// ends, no key is replaced, and nothing begins to wait at a node, so that what waits is never left behind by the link that it waits for.
    /// </summary>
    private static async Task<(HashSet<long> Closed, List<NodeId> WithWaiting, ILookup<NodeId, SigningKey> Keys, Dictionary<NodeId, long> Numbers)> Begin(Tx tx, List<Link> links, HashSet<NodeId> alone)
    {
        var (epochs, nodes) = (links.Select(l => l.Epoch).Distinct().Order().ToArray(), links.Select(l => l.NodeId).Distinct().ToList());
        // One question for all: this is asked for every batch there is, and nearly always there is nothing to find.
        const string Look =
            """
            SELECT CAST(epoch AS TEXT) FROM telemetry_closed_epochs WHERE epoch IN @epochs
            UNION ALL SELECT DISTINCT node_id FROM telemetry_waiting WHERE node_id IN @ids
            UNION ALL SELECT node_id || ' ' || number FROM telemetry_nodes WHERE node_id IN @ids
            UNION ALL SELECT node_id || ' ' || number || ' ' || from_sequence || ' ' || signing_key FROM node_signing_keys WHERE node_id IN @ids
            """;
        const string Locks =
            """
            SELECT CAST(CASE WHEN alone THEN pg_advisory_xact_lock(space, key) ELSE pg_advisory_xact_lock_shared(space, key) END AS TEXT)
            FROM unnest(@spaces, @keys, @alones) AS locks(space, key, alone)
            """;
        var (turns, own, ids) = (nodes.Select(TurnOf).Distinct().Order().ToArray(), alone.Select(TurnOf).ToHashSet(), nodes.Select(n => n.Value).ToArray());
        var found = !tx.IsPostgres ? await tx.Query<string>(Look, new { epochs, ids }) : await tx.QueryLocked<string>(Locks, Look, new
        {
            epochs,
            ids,
            spaces = (int[])[.. epochs.Select(_ => LockSpace), .. turns.Select(_ => TurnSpace)],
            keys = (int[])[.. epochs.Select(e => (int)e), .. turns],
            alones = (bool[])[.. epochs.Select(_ => false), .. turns.Select(own.Contains)],
        });
        var words = found.ConvertAll(f => f.Split(' '));
        var numbers = words.Where(w => w.Length == 2).ToDictionary(w => NodeId.From(w[0]), w => Number(w[1]));
        if (nodes.FindAll(n => !numbers.ContainsKey(n)) is { Count: > 0 } fresh) numbers = numbers.Concat(await NumberNodes(tx, fresh)).ToDictionary();
        return ([.. words.Where(w => !IsNode(w)).Select(w => Number(w[0]))], [.. words.Where(w => IsNode(w) && w.Length == 1).Select(w => NodeId.From(w[0]))],
            words.Where(w => w.Length > 2).ToLookup(w => NodeId.From(w[0]), w => new SigningKey(Number(w[1]), Number(w[2]), Address.Parse(w[3]))), numbers);

        static bool IsNode(string[] words) => words[0].StartsWith(NodeId.Prefix, StringComparison.Ordinal);
        static long Number(string word) => long.Parse(word, CultureInfo.InvariantCulture);
    }

    /// <summary>Gives nodes their numbers, which they keep: a batch of a minute is not much larger than four names of its node.</summary>
    private static async Task<Dictionary<NodeId, long>> NumberNodes(Tx tx, List<NodeId> nodes)
    {
        // In order, so that two writers that meet wait for one another instead of for each other; whoever was first has numbered them for both.
        await Numbers.Insert(tx, [.. nodes.OrderBy(n => n.Value, StringComparer.Ordinal)]);
        return (await tx.Query<NumberRow>("SELECT node_id, CAST(number AS BIGINT) AS number FROM telemetry_nodes WHERE node_id IN @ids", new { ids = nodes.Select(n => n.Value).ToArray() }))
            .ToDictionary(r => r.NodeId, r => r.Number);
    }

    /// <summary>Waits for those who extend a node's chain, and lets nobody else begin to until this transaction ends: what is read from here on is how it stands.</summary>
    public static async Task HoldChain(Tx tx, NodeId node)
    {
        if (tx.IsPostgres) await tx.Execute("SELECT pg_advisory_xact_lock(@TurnSpace, @turn)", new { TurnSpace, turn = TurnOf(node) });
    }

    /// <summary>One of 16 turns that nodes share, by the last digit of their ids: so many locks that a transaction of thousands of nodes can hold them.</summary>
    private static int TurnOf(NodeId node) => node.Value[^1];

    /// <summary>Where nodes' chains stand; one without batches is left out.</summary>
    public static async Task<Dictionary<NodeId, ChainHead>> Heads(Tx tx, IEnumerable<NodeId> nodes) => (await tx.Query<HeadRow>(
        """
        SELECT b.node_id, b.sequence, b.hash, b.from_second, b.step_seconds, b.samples
        FROM telemetry_nodes n JOIN telemetry_batches b ON b.node_id = n.node_id AND b.place = (SELECT MAX(sequence) FROM telemetry_links WHERE node = n.number)
        WHERE n.node_id IN @nodes
        """,
        new { nodes = nodes.Select(n => n.Value).ToArray() })).ToDictionary(h => h.NodeId, h => h.ToHead());

    private static async Task<Dictionary<(NodeId, long), RepeatRow>> Find(Tx tx, IEnumerable<Link> links)
    {
        var found = new Dictionary<(NodeId, long), RepeatRow>();
        // Repeats of one node are usually neighbours: they are read by its range of numbers.
        foreach (var node in links.GroupBy(l => l.NodeId))
        {
            var numbers = node.Select(l => l.Sequence).Distinct().ToArray();
            foreach (var row in await tx.Query<RepeatRow>("SELECT node_id, sequence, hash, trust FROM telemetry_batches WHERE node_id = @node AND place IN @numbers", new { node = node.Key, numbers }))
                found[(row.NodeId, row.Sequence)] = row;
        }
        return found;
    }

    /// <summary>Which of these epochs are closed; none of the others is until this transaction ends.</summary>
    public static async Task<HashSet<long>> Closed(Tx tx, IEnumerable<long> all)
    {
        var epochs = all.Distinct().Order().ToArray();
        const string Look = "SELECT epoch FROM telemetry_closed_epochs WHERE epoch IN @epochs";
        // SQLite has one writer. PostgreSQL has many: a batch must not slip in while its epoch is being closed.
        const string Locks = "SELECT CAST(pg_advisory_xact_lock_shared(@LockSpace, epoch) AS TEXT) FROM unnest(@keys) AS epoch";
        return [.. tx.IsPostgres ? await tx.QueryLocked<long>(Locks, Look, new { LockSpace, keys = epochs.Select(e => (int)e).ToArray(), epochs }) : await tx.Query<long>(Look, new { epochs })];
    }

    public static async Task<ChainHead> Head(Tx tx, NodeId node) => (await Heads(tx, [node])).GetValueOrDefault(node, ChainHead.Empty);

    public static async Task<BatchRow?> Find(Tx tx, NodeId node, long sequence) => (await List(tx, node, sequence - 1, 1)) is [var row] && row.Sequence == sequence ? row : null;

    public static async Task<List<BatchRow>> List(Tx tx, NodeId node, long after, int limit)
    {
        // What a batch names as the hash before its own is checked when it becomes a link: it is that of the link before it.
        var links = await tx.Query<LinkRow>(
            """
            SELECT b.sequence, b.epoch, b.from_second, b.step_seconds, b.samples, p.hash AS previous_hash, b.hash, b.trust, b.received_at
            FROM telemetry_batches b LEFT JOIN telemetry_links p ON p.node = b.node AND p.sequence = b.place - 1
            WHERE b.node_id = @node AND b.place > @after ORDER BY b.place LIMIT @limit
            """,
            new { node, after, limit });
        if (links.Count == 0) return [];
        var signatures = await SampleStore.Signatures(tx, node, links.Select(l => l.Epoch), links[0].Sequence, links[^1].Sequence);
        return links.ConvertAll(l => l.ToRow(signatures));
    }

    /// <summary>Makes an epoch's evidence final: no batch is taken for it from this transaction on, and what waits for it is refused. Repeatable.</summary>
    public static async Task CloseEpoch(Tx tx, long epoch, DateTimeOffset now)
    {
        await KeepOut(tx, epoch);
        await tx.Execute("INSERT INTO telemetry_closed_epochs (epoch, closed_at) VALUES (@epoch, @now) ON CONFLICT (epoch) DO NOTHING", new { epoch, now });
        await WaitingStore.Close(tx, epoch, now);
    }

    /// <summary>Waits for those who add to an epoch, and lets nobody else begin to until this transaction ends.</summary>
    public static async Task KeepOut(Tx tx, long epoch)
    {
        if (tx.IsPostgres) await tx.Execute("SELECT pg_advisory_xact_lock(@LockSpace, @epoch)", new { LockSpace, epoch = (int)epoch });
    }

    public static async Task<bool> IsClosed(Tx tx, long epoch) => (await Closed(tx, [epoch])).Count > 0;

    private static readonly Bulk<Row> Rows = new Bulk<Row>("INSERT INTO telemetry_links", "ON CONFLICT (node, sequence) DO NOTHING")
        .Number("node", r => r.Node).Number("sequence", r => r.Link.Sequence).Number("epoch", r => r.Link.Epoch)
        .Number("from_second", r => r.Link.From).Number("step_seconds", r => r.Link.Step).Number("samples", r => r.Link.Samples)
        .Bytes("hash", r => r.Link.Hash.ToBytes()).Number("trust", r => (long)r.Link.Trust).Number("received_at", r => r.At.ToUnixTimeMilliseconds())
        .Bytes("rollup", r => r.Batch.Packed.Rollup);

    private static readonly Bulk<NodeId> Numbers = new Bulk<NodeId>("INSERT INTO telemetry_nodes", "ON CONFLICT (node_id) DO NOTHING").Text("node_id", n => n.Value);

    private sealed record NumberRow(NodeId NodeId, long Number);

    private sealed record Row(ReadyBatch Batch, long Node, DateTimeOffset At)
    {
        public Link Link => Batch.Link;
    }

    private sealed record LinkRow(
        long Sequence, long Epoch, long FromSecond, long StepSeconds, long Samples, byte[]? PreviousHash, Hash32 Hash, long Trust, DateTimeOffset ReceivedAt)
    {
        /// <param name="signatures">of the batches that have samples</param>
        public BatchRow ToRow(Dictionary<long, byte[]?> signatures)
        {
            var isKept = signatures.TryGetValue(Sequence, out var signature);
            var previous = !isKept ? null : Sequence == 0 ? Hash32.Zero.ToBytes() : PreviousHash;
            return new(Sequence, Epoch, FromSecond, StepSeconds, Samples, previous, Hash, signature, Trust, ReceivedAt);
        }
    }

    private sealed record RepeatRow(NodeId NodeId, long Sequence, Hash32 Hash, long Trust);

    private sealed record HeadRow(NodeId NodeId, long Sequence, Hash32 Hash, long FromSecond, long StepSeconds, long Samples)
    {
        public ChainHead ToHead() => new(Sequence + 1, Hash, FromSecond + StepSeconds * Samples);
    }
}

/// <summary>A batch that was checked, as it waits to be stored: without what its samples take in memory.</summary>
internal sealed record ReadyBatch(Link Link, PackedBatch Packed)
{
    /// <inheritdoc cref="Batch.SignedBy"/>
    public Address? SignedBy { get; init; }

    /// <summary>About what it takes in memory and in one statement.</summary>
    public int Size => 512 + Packed.Rollup.Length + Packed.Columns.Length;
}

/// <summary>A batch's sums and samples as they are stored; made before a transaction holds any lock.</summary>
internal sealed record PackedBatch(byte[] Rollup, byte[] Columns)
{
    public static PackedBatch Of(Batch batch) => Of(batch, ColumnsCodec.Compress(batch.Columns));

    /// <param name="columns">as the node has packed them</param>
    public static PackedBatch Of(Batch batch, byte[] columns) => new(
        Telemetry.Rollup.ToBytes(Telemetry.Rollup.Of(batch.Columns, batch.From, batch.Step, Curtailment.None)), columns);
}

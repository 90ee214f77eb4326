using System.Numerics;

namespace ComputeRwa.Verify.Reading;

/// <summary>Reads what an audit needs of the chain, all of it as of one block.</summary>
internal sealed class ChainReader(RpcNode node, DeploymentFile deployment)
{
    private const string Mint = "0x0000000000000000000000000000000000000000";

    /// <exception cref="UnreadableException">There is no such chain or deployment, or the chain was reorganised meanwhile.</exception>
    /// <exception cref="RefusedException">The node refuses something that is needed.</exception>
    public async Task<ChainRecord> Read()
    {
        var chainId = ChainLog.Quantity(await node.Ask("eth_chainId"));
        if (deployment.ChainId is { } expected && expected != chainId) throw new UnreadableException($"the node is of chain {chainId} and the deployment of chain {expected}");
        var head = await HeadAt("latest");
        var calls = new ContractCalls(node, head.Number);
        var tokens = new TokenReader(node, calls, deployment.FromBlock, head.Number);
        foreach (var contract in deployment.Contracts)
            if ((await node.Ask("eth_getCode", contract, Hashing.Quantity(head.Number))).GetString() is "0x" or null)
                throw new UnreadableException($"there is no contract at {contract} on chain {chainId}");

        var logs = await LogReader.Read(node, deployment.Contracts, [], deployment.FromBlock, head.Number);
        var known = logs.Where(l => ShapeOf(l) is not null).ToList();
        var events = known.ConvertAll(l => ShapeOf(l)!.Decode(l));

        var record = new ChainRecord(
            deployment, chainId, head, await Ledger(calls), events, [.. logs.Except(known)], await PostingData(events), await Times(events),
            await Tokens(tokens, events), await new BondReader(calls, tokens, deployment.EpochLedger).Read(events), await Series(calls, events), await Holders(calls, events));
        // What was asked by number must have been asked of one and the same chain.
        if ((await HeadAt(Hashing.Quantity(head.Number))).Hash != head.Hash) throw new UnreadableException($"block {head.Number} was replaced while it was read: run again");
        return record;
    }

    private EventShape? ShapeOf(ChainLog log)
    {
        var shapes = log.Address == deployment.LeaseBook ? Catalog.LeaseBook : log.Address == deployment.LeaseClaims ? Catalog.LeaseClaims : Catalog.EpochLedger;
        return log.Topics.Count == 0 ? null : shapes.GetValueOrDefault(log.Topics[0]);
    }

    private async Task<Head> HeadAt(string block)
    {
        var answer = await node.Ask("eth_getBlockByNumber", block, false);
        if (answer.ValueKind != System.Text.Json.JsonValueKind.Object) throw new UnreadableException($"the node has no block {block}");
        return new(ChainLog.Quantity(answer.GetProperty("number")), answer.GetProperty("hash").GetString()!, ChainLog.Quantity(answer.GetProperty("timestamp")));
    }

    private async Task<LedgerView> Ledger(ContractCalls calls)
    {
        async Task<long> Ask(string function) => (long)(await calls.Required(deployment.EpochLedger, function))[0];
        return new(await Ask("epochLength()"), await Ask("challengeWindow()"), await Ask("latestEpoch()"), await Ask("threshold()"));
    }

    private async Task<Dictionary<string, byte[]>> PostingData(IReadOnlyList<ChainEvent> events)
    {
        var hashes = events.Where(e => e.Name == "EpochPosted").Select(e => e.Place.Transaction).Distinct().ToList();
        var answers = await node.AskAll(hashes.ConvertAll(h => new Question("eth_getTransactionByHash", h)));
        return hashes.Zip(answers).ToDictionary(p => p.First, p => p.Second.OrThrow() is { ValueKind: System.Text.Json.JsonValueKind.Object } transaction
            ? Hashing.Bytes(transaction.GetProperty("input").GetString()!)
            : throw new UnreadableException($"the node has no transaction {p.First}, of which it gives a log"));
    }

    private async Task<Dictionary<long, long>> Times(IReadOnlyList<ChainEvent> events)
    {
        var blocks = events.Where(e => e.Name is "EpochPosted" or "Synced" or "LeaseExited" or "LeaseDefaulted").Select(e => e.Place.Block).Distinct().ToList();
        var answers = await node.AskAll(blocks.ConvertAll(b => new Question("eth_getBlockByNumber", Hashing.Quantity(b), false)));
        return blocks.Zip(answers).ToDictionary(p => p.First, p => p.Second.OrThrow() is { ValueKind: System.Text.Json.JsonValueKind.Object } block
            ? ChainLog.Quantity(block.GetProperty("timestamp")) : throw new UnreadableException($"the node has no block {p.First}"));
    }

    private async Task<Dictionary<string, TokenRecord>> Tokens(TokenReader reader, IReadOnlyList<ChainEvent> events)
    {
        var tokens = new Dictionary<string, TokenRecord>();
        foreach (var token in events.Where(e => e.Name == "PayTokenAllowed").Select(e => e.Account("token")).Distinct()) tokens.Add(token, await reader.Read(token, deployment.LeaseClaims));
        return tokens;
    }

    private async Task<Dictionary<string, SeriesView>> Series(ContractCalls calls, IReadOnlyList<ChainEvent> events)
    {
        var leases = events.Where(e => e.Name == "LeaseOriginated").Select(e => e["id"]).Distinct().ToList();
        string[] functions =
        [
            "seriesOf(uint256)", "boundsOf(uint256)", "providerDue(uint256)", "feeDue(uint256)", "escrowOf(uint256)", "payTokenOf(uint256)", "sidelineOf(uint256)", "depositOf(uint256)",
        ];
        var answers = await calls.All(deployment.LeaseClaims, [.. from lease in leases from function in functions select new Call(function, lease)]);
        return leases.Zip(answers.Chunk(functions.Length)).ToDictionary(
            p => Hashing.Hex(Hashing.Word(p.First)),
            p => new SeriesView(p.Second[0], p.Second[1], p.Second[2]?[0], p.Second[3]?[0], p.Second[4]?[0], p.Second[5] is { } token ? Hashing.Account(token[0]) : null,
                p.Second[6], p.Second[7]?[0]));
    }

    private async Task<Dictionary<(string, string), HolderView>> Holders(ContractCalls calls, IReadOnlyList<ChainEvent> events)
    {
        var holders = events.SelectMany(Moved).Where(h => h.Holder != Mint).Distinct().ToList();
        string[] functions = ["accountOf(uint256,address)", "claimable(uint256,address)"];
        var answers = await calls.All(deployment.LeaseClaims, [.. from h in holders from function in functions select new Call(function, h.Lease, Hashing.Number(Hashing.Unhex(h.Holder, 20)))]);
        return holders.Zip(answers.Chunk(functions.Length)).ToDictionary(
            p => (Hashing.Hex(Hashing.Word(p.First.Lease)), p.First.Holder),
            p => new HolderView(p.Second[0]?[0], p.Second[0]?[1], p.Second[0]?[2], p.Second[1]?[0]));
    }

    /// <summary>Whoever stands in an event that moves units or pays on them.</summary>
    private static IEnumerable<(BigInteger Lease, string Holder)> Moved(ChainEvent e) => e.Name switch
    {
        "TransferSingle" => [(e["id"], e.Account("from")), (e["id"], e.Account("to"))],
        "TransferBatch" => e.List("ids").SelectMany(id => new[] { (id, e.Account("from")), (id, e.Account("to")) }),
        "Claimed" => [(e["id"], e.Account("holder"))],
        _ => [],
    };
}

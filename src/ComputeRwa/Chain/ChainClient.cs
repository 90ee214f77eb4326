using System.Collections.Concurrent;
using System.Numerics;
using ComputeRwa.Kernel;
using Microsoft.Extensions.Caching.Memory;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Hex.HexTypes;
using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Eth;
using Nethereum.RPC.Eth.Blocks;
using Nethereum.RPC.Eth.DTOs;
using Nethereum.RPC.Eth.Filters;
using Nethereum.RPC.Eth.Transactions;
using Nethereum.Web3;
using Receipt = Nethereum.RPC.Eth.DTOs.TransactionReceipt;

namespace ComputeRwa.Chain;

/// <summary>
/// The node, by the few questions this program asks. Every method throws <see cref="UnavailableException"/> when the node
/// does not answer, and Nethereum's RpcResponseException when it refuses.
/// </summary>
internal sealed class ChainClient(IClient rpc)
{
    private readonly Web3 _web3 = new(rpc);
    private static readonly TimeSpan MemoryOf = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Address, bool> _contracts = new();
    private readonly MemoryCache _remembered = new(new MemoryCacheOptions { SizeLimit = 10_000 });
    private long _seen;

    public async Task<long> ChainId() => (long)(await Reach(() => _web3.Eth.ChainId.SendRequestAsync())).Value;

    public async Task<BlockHeader> LatestBlock() =>
        Saw(Header(await Reach(() => _web3.Eth.Blocks.GetBlockWithTransactionsHashesByNumber.SendRequestAsync(BlockParameter.CreateLatest())))
        ?? throw new InvalidOperationException("The node has no latest block."));

    /// <summary>With a new block everything that was remembered may be otherwise.</summary>
    private BlockHeader Saw(BlockHeader head)
    {
        if (Interlocked.Exchange(ref _seen, head.Number) != head.Number) _remembered.Clear();
        return head;
    }

    /// <summary>Headers by number, in the order asked; null where the chain has no such block.</summary>
    public async Task<List<BlockHeader?>> Blocks(IEnumerable<long> numbers) => (await Ask(numbers)).ConvertAll(Header);

    /// <summary>Gas used by each block of a range; nothing where the chain does not have all of them.</summary>
    public async Task<IReadOnlyList<long>> GasUsed(BlockRange range)
    {
        var blocks = await Ask(Enumerable.Range(0, (int)range.Count).Select(i => range.From + i));
        return blocks.Contains(null) ? [] : blocks.ConvertAll(b => (long)b!.GasUsed.Value);
    }

    private async Task<List<BlockWithTransactionHashes?>> Ask(IEnumerable<long> numbers)
    {
        var batch = new RpcBatch(rpc);
        var ask = new EthGetBlockWithTransactionsHashesByNumber(rpc);
        var items = numbers.Select(number => batch.Add<EthGetBlockWithTransactionsHashesByNumber, BlockWithTransactionHashes>(ask, (h, id) => h.BuildRequest(At(number), id))).ToList();
        await batch.Send();
        return items.ConvertAll(RpcBatch.Answer);
    }

    /// <summary>
    /// Logs of a range, in their order, and the header of its last block: asked together, so that both come from one node. A null header
    /// says that the node has not got so far, and that its logs are not all of them.
    /// </summary>
    public async Task<(List<FilterLog> Logs, BlockHeader? Last)> Logs(IEnumerable<LogFilter> filters, long from, long to)
    {
        var batch = new RpcBatch(rpc);
        var ask = new EthGetLogs(rpc);
        var items = filters.Select(filter => batch.Add<EthGetLogs, FilterLog[]>(ask, (h, id) => h.BuildRequest(Input(filter, from, to), id))).ToList();
        var last = batch.Add<EthGetBlockWithTransactionsHashesByNumber, BlockWithTransactionHashes>(new(rpc), (h, id) => h.BuildRequest(At(to), id));
        await batch.Send();
        var logs = items.SelectMany(i => RpcBatch.Answer(i) ?? throw new UnavailableException("chain-unavailable", "The chain's node gave no logs.")).Where(l => !l.Removed);
        var placed = logs.Select(l => (Position: ChainLog.PositionOf((long)l.BlockNumber.Value, (long)l.LogIndex.Value), Log: l));
        return ([.. placed.DistinctBy(l => l.Position).OrderBy(l => l.Position).Select(l => l.Log)], Header(RpcBatch.Answer(last)));
    }

    private static NewFilterInput Input(LogFilter filter, long from, long to) => new()
    {
        Address = [.. filter.Addresses.Select(a => a.Value)],
        Topics = [.. filter.Topics],
        FromBlock = At(from),
        ToBlock = At(to),
    };

    private static BlockParameter At(long number) => new(new HexBigInteger(number));

    /// <summary>The block the node calls <c>safe</c> or <c>finalized</c>; null where it has none yet.</summary>
    public async Task<BlockHeader?> Tagged(BlockParameter.BlockParameterType tag)
    {
        var at = new BlockParameter();
        at.SetValue(tag);
        return Header(await Reach(() => _web3.Eth.Blocks.GetBlockWithTransactionsHashesByNumber.SendRequestAsync(at)));
    }

    /// <summary>Receipts in the order asked; null for a transaction that is in no block.</summary>
    public async Task<List<Receipt?>> Receipts(IEnumerable<Hash32> hashes)
    {
        var batch = new RpcBatch(rpc);
        var ask = new EthGetTransactionReceipt(rpc);
        var items = hashes.Select(hash => batch.Add<EthGetTransactionReceipt, Receipt>(ask, (h, id) => h.BuildRequest(hash.Value, id))).ToList();
        await batch.Send();
        return items.ConvertAll(RpcBatch.Answer);
    }

    /// <summary>Nonces used up to a block, and receipts: asked in one batch, so that one node answers for the same chain.</summary>
    public async Task<(long Used, List<Receipt?> Receipts)> Settled(Address account, long block, IEnumerable<Hash32> hashes)
    {
        var batch = new RpcBatch(rpc);
        var used = batch.Add<EthGetTransactionCount, HexBigInteger>(new(rpc), (h, id) => h.BuildRequest(account.Value, new BlockParameter(new HexBigInteger(block)), id));
        var ask = new EthGetTransactionReceipt(rpc);
        var items = hashes.Select(hash => batch.Add<EthGetTransactionReceipt, Receipt>(ask, (h, id) => h.BuildRequest(hash.Value, id))).ToList();
        await batch.Send();
        return ((long)(RpcBatch.Answer(used)?.Value ?? throw new UnavailableException("chain-unavailable", "The chain's node does not count nonces.")), items.ConvertAll(RpcBatch.Answer));
    }

    /// <summary>All receipts of the blocks; null where the node has no such method.</summary>
    public async Task<List<Receipt>?> BlockReceipts(IEnumerable<long> numbers)
    {
        var batch = new RpcBatch(rpc);
        var ask = new EthGetBlockReceiptsByNumber(rpc);
        var items = numbers.Select(number => batch.Add<EthGetBlockReceiptsByNumber, Receipt[]>(ask, (h, id) => h.BuildRequest(new HexBigInteger(number), id))).ToList();
        await batch.Send();
        if (items.Exists(i => i.HasError)) return null;
        return [.. items.SelectMany(i => RpcBatch.Answer(i) ?? throw new UnavailableException("chain-unavailable", "The chain's node does not have a block's receipts yet."))];
    }

    /// <summary>Whether the node has the transactions, mined or waiting.</summary>
    public async Task<List<bool>> Knows(IEnumerable<Hash32> hashes)
    {
        var batch = new RpcBatch(rpc);
        var ask = new EthGetTransactionByHash(rpc);
        var items = hashes.Select(hash => batch.Add<EthGetTransactionByHash, Transaction>(ask, (h, id) => h.BuildRequest(hash.Value, id))).ToList();
        await batch.Send();
        return items.ConvertAll(i => RpcBatch.Answer(i) is not null);
    }

    /// <summary>Nonces used by the account up to a block, or with <paramref name="block"/> null including what waits in the pool.</summary>
    public async Task<long> TransactionCount(Address account, long? block)
    {
        var at = block is null ? BlockParameter.CreatePending() : new BlockParameter(new HexBigInteger(block.Value));
        return (long)(await Reach(() => _web3.Eth.Transactions.GetTransactionCount.SendRequestAsync(account.Value, at))).Value;
    }

    /// <summary>Hands over signed transactions in the order given. Per item: null when accepted, or the node's answer.</summary>
    public async Task<List<RpcError?>> Broadcast(IEnumerable<string> raws)
    {
        var batch = new RpcBatch(rpc);
        var ask = new EthSendRawTransaction(rpc);
        var items = raws.Select(raw => batch.Add<EthSendRawTransaction, string>(ask, (h, id) => h.BuildRequest(raw, id))).ToList();
        await batch.Send();
        return items.ConvertAll(i => i.HasError ? i.RpcError : i.Response is null ? new RpcError(0, "no answer") : null);
    }

    /// <summary>The latest block, the tip the node suggests (wei per gas), and what each row would do on top of that block, each by itself.</summary>
    public async Task<Preflight> Preflight(Address from, IEnumerable<OutboxRow> rows, Func<string, string> readRevert)
    {
        var batch = new RpcBatch(rpc);
        var head = batch.Add<EthGetBlockWithTransactionsHashesByNumber, BlockWithTransactionHashes>(new(rpc), (h, id) => h.BuildRequest(BlockParameter.CreateLatest(), id));
        var tip = batch.Add<EthMaxPriorityFeePerGas, HexBigInteger>(new(rpc), (h, id) => h.BuildRequest(id));
        var call = new EthCall(rpc);
        var items = rows.Select(row => (Row: row, Item: batch.Add<EthCall, string>(call, (h, id) => h.BuildRequest(Call(from, row), BlockParameter.CreateLatest(), id)))).ToList();
        await batch.Send();
        var latest = RpcBatch.Answer(head) ?? throw new InvalidOperationException("The node has no latest block.");
        var blockGas = (long)latest.GasLimit.Value;
        return new(
            Saw(Header(latest)!),
            RpcBatch.Answer(tip)?.Value ?? throw new InvalidOperationException("The node suggests no tip."),
            blockGas,
            items.ConvertAll(i => DryRun.TooMuchGas(i.Row.GasLimit, blockGas) ?? DryRun.Of(i.Item.RpcError, i.Item.Response is not null, readRevert)));
    }

    /// <summary>What the row would have done on top of a block of the past.</summary>
    public async Task<DryRun> Replay(Address from, OutboxRow row, long block, Func<string, string> readRevert)
    {
        var batch = new RpcBatch(rpc);
        var item = batch.Add<EthCall, string>(new(rpc), (h, id) => h.BuildRequest(Call(from, row), new BlockParameter(new HexBigInteger(block)), id));
        await batch.Send();
        return DryRun.Of(item.RpcError, item.Response is not null, readRevert);
    }

    private static CallInput Call(Address from, OutboxRow row) => new(row.Calldata, row.ToAddress.Value, from.Value, new HexBigInteger(row.GasLimit), new HexBigInteger(0));

    /// <summary>Asks a view function for one value. An address without code would answer with zeros, so that is looked at first.</summary>
    public async Task<TResult> Ask<TMessage, TResult>(Address contract, TMessage message) where TMessage : FunctionMessage, new()
    {
        await RequireCode(contract);
        return await Reach(() => _web3.Eth.GetContractQueryHandler<TMessage>().QueryAsync<TResult>(contract.Value, message));
    }

    /// <summary>
    /// The same, but an answer of the last second will do where it suffices and no block has been seen since. For what a request is refused for at the door and the chain checks again:
    /// requests that come together ask once, and none is refused on an old answer.
    /// </summary>
    public async Task<TResult> AskOrRemember<TMessage, TResult>(Address contract, TMessage message, Func<TResult, bool> suffices) where TMessage : FunctionMessage, new()
    {
        var question = $"{contract} {message.GetCallData().ToHex()}";
        if (_remembered.Get(question) is TResult known && suffices(known)) return known;
        var answer = await Ask<TMessage, TResult>(contract, message);
        _remembered.Set(question, answer, new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = MemoryOf, Size = 1 });
        return answer;
    }

    /// <summary>The same for functions that answer with a struct or several values.</summary>
    public async Task<TOutput> AskOutput<TMessage, TOutput>(Address contract, TMessage message)
        where TMessage : FunctionMessage, new()
        where TOutput : IFunctionOutputDTO, new()
    {
        await RequireCode(contract);
        return await Reach(() => _web3.Eth.GetContractQueryHandler<TMessage>().QueryDeserializingToObjectAsync<TOutput>(message, contract.Value));
    }

    /// <summary>Whether there is code at the address. Only a yes is remembered: a wallet can be deployed later.</summary>
    public async Task<bool> HasCode(Address address)
    {
        if (_contracts.ContainsKey(address)) return true;
        var code = await Reach(() => _web3.Eth.GetCode.SendRequestAsync(address.Value));
        return code is { Length: > 2 } && (_contracts.TryAdd(address, true) || true);
    }

    private async Task RequireCode(Address contract)
    {
        if (!await HasCode(contract)) throw new InvalidOperationException($"There is no contract at {contract}.");
    }

    private static Task<T> Reach<T>(Func<Task<T>> ask) => RpcBatch.Reach(ask);

    private static BlockHeader? Header(Block? block) => block is null ? null : new(
        (long)block.Number.Value, Hash32.Parse(block.BlockHash), Hash32.Parse(block.ParentHash),
        DateTimeOffset.FromUnixTimeSeconds((long)block.Timestamp.Value), block.BaseFeePerGas?.Value ?? BigInteger.Zero);
}

/// <summary>What the sender knows before it signs.</summary>
internal sealed record Preflight(BlockHeader Head, BigInteger Tip, long BlockGas, IReadOnlyList<DryRun> Runs);

using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using ComputeRwa.Tests.Support;

namespace ComputeRwa.Tests.Chain;

internal sealed record ModelTransaction(
    string Hash, string From, string To, string Input, long Nonce, long Block, string BlockHash, long Index, bool Succeeded, long GasUsed);

internal sealed record ModelLog(long Block, long Index, string TransactionHash, string Address, List<string> Topics, string Data)
{
    /// <summary>What happened, in words that only this can have caused; null where it is none of a command's doing.</summary>
    public string? Effect => Topics[0] switch
    {
        Model.Transfer when Account(1) == Model.Lessee => null, // an origination's escrow
        Model.Transfer => $"moved {Account(1)} {Account(2)} {Word(0)}",
        Model.MemberSet => $"member {Account(1)} {Word(0)}",
        Model.LeaseOriginated => $"originated {Topics[1]}",
        _ => null,
    };

    public string Account(int topic) => "0x" + Topics[topic][^40..];

    public BigInteger Word(int index) => BigInteger.Parse("0" + Data.Substring(2 + index * 64, 64), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}

/// <summary>
/// What the chain says, read through plain JSON-RPC and decoded here, so that nothing of the program can hide its own mistakes: all blocks since
/// the seed began, the lanes' transactions in them, and the logs.
/// </summary>
internal sealed class Model
{
    public const string Nobody = "0x0000000000000000000000000000000000000000";

    /// <summary>Pays for every lease here.</summary>
    public static readonly string Lessee = Originator.LesseeAddress.Value.ToLowerInvariant();

    // keccak256 of Transfer(address,address,uint256), of MemberSet(address,uint64,uint16,uint8,bool) and of LeaseOriginated(uint256,address,address,uint96,uint96)
    public const string Transfer = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";
    public const string MemberSet = "0x723e96b3bbb519978c077919da9bed21d9ef144426b9fac772323792dd50b692";
    public const string LeaseOriginated = "0xf31c687cbc7b914984abff729864ab635af7d9b000ec1f954533cc787f59724b";

    public required Dictionary<long, string> Blocks { get; init; }
    public required List<ModelTransaction> Transactions { get; init; }
    public required List<ModelLog> Logs { get; init; }

    public IEnumerable<ModelLog> Of(string topic) => Logs.Where(l => l.Topics[0] == topic);

    public static async Task<Model> Read(SimulatedChain chain, IReadOnlyCollection<string> lanes)
    {
        var numbers = Enumerable.Range(0, (int)(chain.Head - chain.Base)).Select(i => chain.Base + 1 + i);
        var blocks = (await chain.AskMany(numbers.Select(n => ("eth_getBlockByNumber", new object?[] { $"0x{n:x}", true })))).ConvertAll(b => b!);
        var ours = blocks.SelectMany(b => b["transactions"]!.AsArray()).Where(t => lanes.Contains((string)t!["from"]!)).Select(t => t!).ToList();
        var receipts = await chain.AskMany(ours.Select(t => ("eth_getTransactionReceipt", new object?[] { (string)t["hash"]! })));
        var logs = (await chain.Ask("eth_getLogs", new { fromBlock = $"0x{chain.Base + 1:x}", toBlock = "latest" }))!.AsArray();
        return new()
        {
            Blocks = blocks.ToDictionary(b => SimulatedChain.Number(b["number"]), b => (string)b["hash"]!),
            Transactions = [.. ours.Zip(receipts).Select(p => Transaction(p.First, p.Second!))],
            Logs = [.. logs.Select(l => Log(l!))],
        };
    }

    private static ModelTransaction Transaction(JsonNode t, JsonNode receipt) => new(
        (string)t["hash"]!, (string)t["from"]!, (string)t["to"]!, (string)t["input"]!, SimulatedChain.Number(t["nonce"]),
        SimulatedChain.Number(receipt["blockNumber"]), (string)receipt["blockHash"]!, SimulatedChain.Number(receipt["transactionIndex"]),
        (string)receipt["status"]! == "0x1", SimulatedChain.Number(receipt["gasUsed"]));

    private static ModelLog Log(JsonNode l) => new(
        SimulatedChain.Number(l["blockNumber"]), SimulatedChain.Number(l["logIndex"]), (string)l["transactionHash"]!, (string)l["address"]!,
        [.. l["topics"]!.AsArray().Select(t => (string)t!)], (string)l["data"]!);
}

using System.Text.Json;
using System.Text.Json.Nodes;

namespace ComputeRwa.Tests.Chain;

/// <summary>
/// A real node whose blocks, pool and reorganisations a simulation decides. Block times are counted and not read from a clock, so that a seed
/// gives the same blocks each time.
/// </summary>
internal sealed class SimulatedChain(HttpClient node)
{
    /// <summary>No reorganisation undoes more blocks than this below the highest head there ever was.</summary>
    public const int Deepest = 12;

    private const long Gwei = 1_000_000_000;

    private readonly List<(long Number, long Time, string Snapshot)> _blocks = [];
    private readonly Dictionary<string, string> _sent = [];
    private long _highest;

    public long Base { get; private set; }

    public long Head => _blocks[^1].Number;

    /// <summary>How far a reorganisation may go back now.</summary>
    public int Depth => (int)Math.Min(_blocks.Count - 1, Math.Max(0, Head - (_highest - Deepest)));

    /// <summary>Bytes that the node was given, by hash.</summary>
    public IReadOnlyCollection<string> Sent => _sent.Keys;

    /// <summary>Goes back to a snapshot from before all seeds, and gives the accounts ether.</summary>
    /// <returns>the snapshot for the next seed</returns>
    public async Task<string> Begin(string snapshot, IEnumerable<string> accounts)
    {
        if (!(await Ask("evm_revert", snapshot))!.GetValue<bool>()) throw new InvalidOperationException("The node does not go back to before the seed.");
        var again = (string)(await Ask("evm_snapshot"))!;
        await Ask("evm_setAutomine", false);
        await BlockGas(60_000_000);
        await BaseFee(1);
        foreach (var account in accounts) await Ask("hardhat_setBalance", account, "0x3635c9adc5dea00000");
        var block = (await Ask("eth_getBlockByNumber", "latest", false))!;
        _blocks.Add((Number(block["number"]), Number(block["timestamp"]), (string)(await Ask("evm_snapshot"))!));
        _highest = Base = Head;
        return again;
    }

    /// <summary>Plain JSON-RPC.</summary>
    public async Task<JsonNode?> Ask(string method, params object?[] parameters)
    {
        var answer = await Post(new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = method, ["params"] = JsonSerializer.SerializeToNode(parameters) });
        return answer["error"] is { } error ? throw new InvalidOperationException($"{method}: {error["message"]}") : answer["result"];
    }

    public async Task<List<JsonNode?>> AskMany(IEnumerable<(string Method, object?[] Parameters)> requests)
    {
        var all = new List<JsonNode?>();
        foreach (var batch in requests.Chunk(200))
        {
            var asked = new JsonArray([.. batch.Select((r, i) => (JsonNode)new JsonObject
            {
                ["jsonrpc"] = "2.0", ["id"] = i, ["method"] = r.Method, ["params"] = JsonSerializer.SerializeToNode(r.Parameters),
            })]);
            var answers = (await Post(asked)).AsArray().ToDictionary(a => (int)a!["id"]!, a => a);
            foreach (var i in Enumerable.Range(0, batch.Length))
                all.Add(answers[i]!["error"] is { } error ? throw new InvalidOperationException($"{batch[i].Method}: {error["message"]}") : answers[i]!["result"]);
        }
        return all;
    }

    public async Task<JsonNode> Post(JsonNode body)
    {
        using var content = new StringContent(body.ToJsonString(), null, "application/json");
        using var response = await node.PostAsync((string?)null, content);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    /// <summary>Bytes that somebody has given to the node.</summary>
    public void Took(string hash, string raw) => _sent[hash] = raw;

    /// <param name="apart">seconds since the block before; one branch differs from another by it</param>
    public async Task Mine(int blocks, int apart = 2)
    {
        for (var i = 0; i < blocks; i++)
        {
            var time = _blocks[^1].Time + apart;
            await Ask("evm_setNextBlockTimestamp", time);
            await Ask("evm_mine");
            _blocks.Add((Head + 1, time, (string)(await Ask("evm_snapshot"))!));
        }
        _highest = Math.Max(_highest, Head);
    }

    /// <summary>Undoes the last blocks. What was in them is in no pool; what waited when the first of them was made waits again.</summary>
    public async Task Undo(int depth)
    {
        var (number, time, snapshot) = _blocks[^(depth + 1)];
        if (!(await Ask("evm_revert", snapshot))!.GetValue<bool>()) throw new InvalidOperationException($"The node does not go back to block {number}.");
        _blocks.RemoveRange(_blocks.Count - depth - 1, depth + 1);
        _blocks.Add((number, time, (string)(await Ask("evm_snapshot"))!));
    }

    /// <summary>Offers bytes again that the node has seen before; it refuses what it has, or what came too late.</summary>
    public Task<JsonNode> SendAgain(string hash) => Post(Request("eth_sendRawTransaction", _sent[hash]));

    /// <summary>Makes the node forget a waiting transaction; nothing happens where it does not wait.</summary>
    public Task<JsonNode> Drop(string hash) => Post(Request("hardhat_dropTransaction", hash));

    public Task BaseFee(long gwei) => Ask("hardhat_setNextBlockBaseFeePerGas", $"0x{gwei * Gwei:x}");

    public Task BlockGas(long gas) => Ask("evm_setBlockGasLimit", $"0x{gas:x}");

    public static long Number(JsonNode? hex) => Convert.ToInt64((string)hex!, 16);

    private static JsonObject Request(string method, string parameter) =>
        new() { ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = method, ["params"] = new JsonArray(parameter) };
}

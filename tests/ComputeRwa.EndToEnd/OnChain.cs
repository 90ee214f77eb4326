using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nethereum.Util;

namespace ComputeRwa.EndToEnd;

/// <summary>What the chain holds of some admissions. All are zero when each was sent and took effect exactly once.</summary>
/// <param name="Missing">accounts that no event admits</param>
/// <param name="Duplicates">transactions beyond the first for one account, and events beyond the first</param>
internal sealed record Tally(int Missing, int Duplicates);

/// <summary>The chain as the node tells of it, in plain JSON-RPC: no part of the product is asked.</summary>
internal sealed class OnChain(Uri rpc, string eligibility) : IDisposable
{
    private const int BlocksAtOnce = 200;
    private static readonly string Admitted = Hash("MemberSet(address,uint64,uint16,uint8,bool)");
    private static readonly string Admit = Hash("admit((address,uint64,uint16,uint8,uint256,uint256),bytes)")[..10];

    private readonly HttpClient _http = new() { BaseAddress = rpc, Timeout = TimeSpan.FromMinutes(2) };

    public static OnChain Of(Stack stack)
    {
        var deployment = JsonNode.Parse(File.ReadAllText(stack.Deployment))!;
        return new(stack.Rpc, (string)deployment["contracts"]!["eligibility"]!);
    }

    public async Task<Tally> Count(IReadOnlyList<string> accounts)
    {
        var wanted = accounts.ToHashSet();
        var events = await AccountsOfEvents(wanted);
        var sent = await AccountsOfTransactions(wanted);
        return new(wanted.Count(a => !events.ContainsKey(a)), sent.Values.Sum(n => n - 1) + events.Values.Sum(n => n - 1));
    }

    private async Task<Dictionary<string, int>> AccountsOfEvents(HashSet<string> wanted)
    {
        var logs = (await Ask([("eth_getLogs", [new { address = eligibility, fromBlock = "0x0", toBlock = "latest", topics = new[] { Admitted } }])]))[0];
        return Times(logs.EnumerateArray().Select(l => Address(l.GetProperty("topics")[1].GetString()![2..])), wanted);
    }

    /// <summary>Whatever became of them: one that reverts because an earlier one did its work counts too.</summary>
    private async Task<Dictionary<string, int>> AccountsOfTransactions(HashSet<string> wanted)
    {
        var head = Convert.ToInt64((await Ask([("eth_blockNumber", [])]))[0].GetString(), 16);
        var accounts = new List<string>();
        foreach (var numbers in Enumerable.Range(0, (int)head + 1).Chunk(BlocksAtOnce))
            foreach (var block in await Ask([.. numbers.Select(n => ("eth_getBlockByNumber", new object[] { $"0x{n:x}", true }))]))
                accounts.AddRange(block.GetProperty("transactions").EnumerateArray().Select(t => t.GetProperty("input").GetString()!)
                    .Where(input => input.StartsWith(Admit, StringComparison.Ordinal)).Select(input => Address(input[10..74])));
        return Times(accounts, wanted);
    }

    private static Dictionary<string, int> Times(IEnumerable<string> accounts, HashSet<string> wanted) =>
        accounts.Where(wanted.Contains).GroupBy(a => a).ToDictionary(g => g.Key, g => g.Count());

    private static string Address(string word) => $"0x{word[24..]}";

    private static string Hash(string signature) => "0x" + Convert.ToHexStringLower(Sha3Keccack.Current.CalculateHash(Encoding.UTF8.GetBytes(signature)));

    private async Task<List<JsonElement>> Ask(params (string Method, object[] Parameters)[] questions)
    {
        using var response = await _http.PostAsJsonAsync("", questions.Select((q, id) => new { jsonrpc = "2.0", id, method = q.Method, @params = q.Parameters }));
        var answers = await response.Content.ReadFromJsonAsync<List<JsonElement>>();
        return [.. answers!.OrderBy(a => a.GetProperty("id").GetInt32()).Select(a => a.GetProperty("result"))];
    }

    public void Dispose() => _http.Dispose();
}

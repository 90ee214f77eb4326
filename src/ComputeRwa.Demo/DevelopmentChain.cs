using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace ComputeRwa.Demo;

/// <summary>
/// What the demonstration says to the node itself, since no API of a product would do it: it gives the lessees test dollars, and lets time pass.
/// </summary>
internal sealed class DevelopmentChain(HttpClient http)
{
    private const string MintSelector = "40c10f19"; // mint(address,uint256)

    /// <summary>Mints from an account that the node itself holds; anyone may mint this token on a development chain.</summary>
    public async Task Mint(string token, string to, UInt128 baseUnits)
    {
        var accounts = await Call<string[]>("eth_accounts");
        var data = $"0x{MintSelector}{to[2..].PadLeft(64, '0').ToLowerInvariant()}{baseUnits.ToString("x64", CultureInfo.InvariantCulture)}";
        await Call<string>("eth_sendTransaction", new { from = accounts[^1], to = token, data });
    }

    /// <summary>Lets the chain's clock reach a moment; nothing happens when it is past it.</summary>
    public async Task AdvanceTo(DateTimeOffset moment)
    {
        var block = await Call<Block>("eth_getBlockByNumber", "latest", false);
        if (Convert.ToInt64(block.Timestamp, 16) >= moment.ToUnixTimeSeconds()) return;
        await Call<object?>("evm_setNextBlockTimestamp", moment.ToUnixTimeSeconds());
        await Call<object?>("evm_mine");
    }

    private async Task<T> Call<T>(string method, params object[] parameters)
    {
        using var response = await http.PostAsJsonAsync("", new { jsonrpc = "2.0", id = 1, method, @params = parameters });
        var answer = await response.Content.ReadFromJsonAsync<Answer<T>>();
        if (answer is null || answer.Error.ValueKind == JsonValueKind.Object) throw new DemoException($"The node refused {method}: {answer?.Error}");
        return answer.Result!;
    }

    private sealed record Answer<T>(T? Result, JsonElement Error);

    private sealed record Block(string Timestamp);
}

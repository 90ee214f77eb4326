using System.Globalization;
using System.Net.Http.Json;
using System.Numerics;
using System.Text.Json;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.RPC.Eth.DTOs;
using Nethereum.Web3;

namespace ComputeRwa.Demo;

/// <summary>
/// What the demonstration says to the node itself, since no API of a product would do it: it gives the lessees test dollars, lets time pass,
/// and sends transactions of parties that act on their own, beside the operator.
/// </summary>
internal sealed class DevelopmentChain(HttpClient http, long chainId)
{
    private const long OneEther = 1_000_000_000_000_000_000;
    private const long GasLimit = 2_000_000;
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

    /// <summary>A party's own transaction, from its own key; somebody gives it ether for the gas first.</summary>
    /// <exception cref="DemoException">It reverted.</exception>
    public async Task Send(Party from, string to, byte[] data)
    {
        if (Number(await Call<string>("eth_getBalance", from.Address, "latest")).IsZero) await GiveEther(from);
        var web3 = new Web3(from.Account(chainId), http.BaseAddress!.AbsoluteUri);
        var hash = await web3.TransactionManager.SendTransactionAsync(new TransactionInput { To = to, Data = data.ToHex(true), Gas = new(GasLimit), Value = new(0) });
        for (var receipt = await Receipt(); ; receipt = await Receipt())
        {
            if (receipt is { Status: "0x1" }) return;
            if (receipt is not null) throw new DemoException($"The transaction {hash} of {from.Name} to {to} reverted.");
            await Task.Delay(20);
        }

        Task<MinedTransaction?> Receipt() => Call<MinedTransaction?>("eth_getTransactionReceipt", hash);
    }

    /// <summary>Asks a contract for one word.</summary>
    public async Task<BigInteger> Ask(string contract, byte[] data) => Number(await Call<string>("eth_call", new { to = contract, data = data.ToHex(true) }, "latest"));

    private async Task GiveEther(Party to)
    {
        var accounts = await Call<string[]>("eth_accounts");
        await Call<string>("eth_sendTransaction", new { from = accounts[^1], to = to.Address, value = $"0x{OneEther:x}" });
    }

    private static BigInteger Number(string hex) => BigInteger.Parse($"0{hex[2..]}", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private async Task<T> Call<T>(string method, params object[] parameters)
    {
        using var response = await http.PostAsJsonAsync("", new { jsonrpc = "2.0", id = 1, method, @params = parameters });
        var answer = await response.Content.ReadFromJsonAsync<Answer<T>>();
        if (answer is null || answer.Error.ValueKind == JsonValueKind.Object) throw new DemoException($"The node refused {method}: {answer?.Error}");
        return answer.Result!;
    }

    private sealed record Answer<T>(T? Result, JsonElement Error);

    private sealed record Block(string Timestamp);

    private sealed record MinedTransaction(string Status);
}

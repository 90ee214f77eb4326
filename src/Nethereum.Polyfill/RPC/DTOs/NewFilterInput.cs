using System.Text.Json.Serialization;

namespace Nethereum.RPC.Eth.DTOs;

/// <summary>
/// Which logs to fetch; the latest block's unless blocks are named.
/// A topic is null for any, text for one, an array for any of several.
/// </summary>
public class NewFilterInput
{
    [JsonPropertyName("fromBlock")]
    public BlockParameter? FromBlock { get; set; } = new();

    [JsonPropertyName("toBlock")]
    public BlockParameter? ToBlock { get; set; } = new();

    [JsonPropertyName("address")]
    public string[]? Address { get; set; }

    [JsonPropertyName("topics")]
    public object?[]? Topics { get; set; }
}

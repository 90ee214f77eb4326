using System.Text.Json.Serialization;
using Nethereum.Hex.HexTypes;

namespace Nethereum.RPC.Eth.DTOs;

/// <summary>Fees of past blocks; the base fees reach one block further than the rest.</summary>
public class FeeHistoryResult
{
    [JsonPropertyName("oldestBlock")]
    public HexBigInteger OldestBlock { get; set; } = null!;

    [JsonPropertyName("baseFeePerGas")]
    public HexBigInteger[] BaseFeePerGas { get; set; } = null!;

    [JsonPropertyName("gasUsedRatio")]
    public decimal[] GasUsedRatio { get; set; } = null!;

    [JsonPropertyName("reward")]
    public HexBigInteger[][]? Reward { get; set; }
}

using System.Text.Json.Serialization;
using Nethereum.Hex.HexTypes;

namespace Nethereum.RPC.Eth.DTOs;

/// <summary>What became of a transaction.</summary>
public class TransactionReceipt
{
    [JsonPropertyName("transactionHash")]
    public string TransactionHash { get; set; } = null!;

    [JsonPropertyName("transactionIndex")]
    public HexBigInteger TransactionIndex { get; set; } = null!;

    [JsonPropertyName("blockHash")]
    public string BlockHash { get; set; } = null!;

    [JsonPropertyName("blockNumber")]
    public HexBigInteger BlockNumber { get; set; } = null!;

    [JsonPropertyName("from")]
    public string From { get; set; } = null!;

    [JsonPropertyName("to")]
    public string? To { get; set; }

    [JsonPropertyName("cumulativeGasUsed")]
    public HexBigInteger CumulativeGasUsed { get; set; } = null!;

    [JsonPropertyName("gasUsed")]
    public HexBigInteger GasUsed { get; set; } = null!;

    [JsonPropertyName("effectiveGasPrice")]
    public HexBigInteger? EffectiveGasPrice { get; set; }

    [JsonPropertyName("contractAddress")]
    public string? ContractAddress { get; set; }

    [JsonPropertyName("status")]
    public HexBigInteger? Status { get; set; }

    [JsonPropertyName("logs")]
    public FilterLog[] Logs { get; set; } = null!;

    [JsonPropertyName("type")]
    public HexBigInteger? Type { get; set; }

    [JsonPropertyName("logsBloom")]
    public string? LogsBloom { get; set; }

    [JsonPropertyName("root")]
    public string? Root { get; set; }

    [JsonPropertyName("revertReason")]
    public string? RevertReason { get; set; }

    /// <summary>Null for receipts older than the status field.</summary>
    public bool? HasErrors() => Status is null ? null : Status.Value.IsZero;
}

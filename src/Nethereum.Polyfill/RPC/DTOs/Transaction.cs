using System.Text.Json.Serialization;
using Nethereum.Hex.HexTypes;

namespace Nethereum.RPC.Eth.DTOs;

/// <summary>A transaction as a node sends it; block fields are null while it is pending.</summary>
public class Transaction
{
    [JsonPropertyName("hash")]
    public string TransactionHash { get; set; } = null!;

    [JsonPropertyName("transactionIndex")]
    public HexBigInteger? TransactionIndex { get; set; }

    [JsonPropertyName("type")]
    public HexBigInteger? Type { get; set; }

    [JsonPropertyName("blockHash")]
    public string? BlockHash { get; set; }

    [JsonPropertyName("blockNumber")]
    public HexBigInteger? BlockNumber { get; set; }

    [JsonPropertyName("from")]
    public string From { get; set; } = null!;

    [JsonPropertyName("to")]
    public string? To { get; set; }

    [JsonPropertyName("gas")]
    public HexBigInteger Gas { get; set; } = null!;

    [JsonPropertyName("gasPrice")]
    public HexBigInteger? GasPrice { get; set; }

    [JsonPropertyName("maxFeePerGas")]
    public HexBigInteger? MaxFeePerGas { get; set; }

    [JsonPropertyName("maxPriorityFeePerGas")]
    public HexBigInteger? MaxPriorityFeePerGas { get; set; }

    [JsonPropertyName("value")]
    public HexBigInteger Value { get; set; } = null!;

    [JsonPropertyName("input")]
    public string Input { get; set; } = null!;

    [JsonPropertyName("nonce")]
    public HexBigInteger Nonce { get; set; } = null!;

    [JsonPropertyName("r")]
    public string? R { get; set; }

    [JsonPropertyName("s")]
    public string? S { get; set; }

    [JsonPropertyName("v")]
    public string? V { get; set; }

    [JsonPropertyName("accessList")]
    public List<AccessList>? AccessList { get; set; }
}

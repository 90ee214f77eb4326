using System.Text.Json.Serialization;
using Nethereum.Hex.HexTypes;

namespace Nethereum.RPC.Eth.DTOs;

/// <summary>A block without its transactions; number and hash are null while it is pending.</summary>
public class Block
{
    [JsonPropertyName("number")]
    public HexBigInteger Number { get; set; } = null!;

    [JsonPropertyName("hash")]
    public string BlockHash { get; set; } = null!;

    [JsonPropertyName("parentHash")]
    public string ParentHash { get; set; } = null!;

    [JsonPropertyName("nonce")]
    public string? Nonce { get; set; }

    [JsonPropertyName("sha3Uncles")]
    public string? Sha3Uncles { get; set; }

    [JsonPropertyName("logsBloom")]
    public string? LogsBloom { get; set; }

    [JsonPropertyName("transactionsRoot")]
    public string? TransactionsRoot { get; set; }

    [JsonPropertyName("stateRoot")]
    public string? StateRoot { get; set; }

    [JsonPropertyName("receiptsRoot")]
    public string? ReceiptsRoot { get; set; }

    [JsonPropertyName("miner")]
    public string? Miner { get; set; }

    [JsonPropertyName("difficulty")]
    public HexBigInteger? Difficulty { get; set; }

    [JsonPropertyName("totalDifficulty")]
    public HexBigInteger? TotalDifficulty { get; set; }

    [JsonPropertyName("mixHash")]
    public string? MixHash { get; set; }

    [JsonPropertyName("extraData")]
    public string? ExtraData { get; set; }

    [JsonPropertyName("size")]
    public HexBigInteger? Size { get; set; }

    [JsonPropertyName("gasLimit")]
    public HexBigInteger GasLimit { get; set; } = null!;

    [JsonPropertyName("gasUsed")]
    public HexBigInteger GasUsed { get; set; } = null!;

    [JsonPropertyName("timestamp")]
    public HexBigInteger Timestamp { get; set; } = null!;

    [JsonPropertyName("uncles")]
    public string[]? Uncles { get; set; }

    [JsonPropertyName("baseFeePerGas")]
    public HexBigInteger? BaseFeePerGas { get; set; }
}

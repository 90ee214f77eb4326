using System.Text.Json.Serialization;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Hex.HexTypes;

namespace Nethereum.RPC.Eth.DTOs;

/// <summary>What to execute, without a transaction.</summary>
public class CallInput
{
    public CallInput()
    {
    }

    public CallInput(string? data, string? addressTo)
    {
        Data = data;
        To = addressTo;
    }

    public CallInput(string? data, string? addressTo, HexBigInteger? value) : this(data, addressTo) => Value = value;

    public CallInput(string? data, string? addressTo, string? addressFrom, HexBigInteger? gas, HexBigInteger? value) : this(data, addressTo, value)
    {
        From = addressFrom;
        Gas = gas;
    }

    [JsonPropertyName("from")]
    public string? From { get; set => field = value?.EnsureHexPrefix(); }

    [JsonPropertyName("to")]
    public string? To { get; set => field = value?.EnsureHexPrefix(); }

    [JsonPropertyName("gas")]
    public HexBigInteger? Gas { get; set; }

    [JsonPropertyName("gasPrice")]
    public HexBigInteger? GasPrice { get; set; }

    [JsonPropertyName("value")]
    public HexBigInteger? Value { get; set; }

    [JsonPropertyName("data")]
    public string? Data { get; set => field = value?.EnsureHexPrefix(); }

    [JsonPropertyName("maxFeePerGas")]
    public HexBigInteger? MaxFeePerGas { get; set; }

    [JsonPropertyName("maxPriorityFeePerGas")]
    public HexBigInteger? MaxPriorityFeePerGas { get; set; }

    [JsonPropertyName("type")]
    public HexBigInteger? Type { get; set; }

    [JsonPropertyName("chainId")]
    public HexBigInteger? ChainId { get; set; }
}

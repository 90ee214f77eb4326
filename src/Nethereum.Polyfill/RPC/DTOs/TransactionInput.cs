using System.Text.Json.Serialization;
using Nethereum.Hex.HexTypes;

namespace Nethereum.RPC.Eth.DTOs;

/// <summary>A transaction to be sent; what is null is filled in by whoever signs.</summary>
public class TransactionInput : CallInput
{
    public TransactionInput()
    {
    }

    public TransactionInput(string? data, string? addressTo) : base(data, addressTo)
    {
    }

    public TransactionInput(string? data, string? addressTo, HexBigInteger? value) : base(data, addressTo, value)
    {
    }

    public TransactionInput(string? data, string? addressTo, string? addressFrom, HexBigInteger? gas, HexBigInteger? value)
        : base(data, addressTo, addressFrom, gas, value)
    {
    }

    [JsonPropertyName("nonce")]
    public HexBigInteger? Nonce { get; set; }

    [JsonPropertyName("accessList")]
    public List<AccessList>? AccessList { get; set; }
}

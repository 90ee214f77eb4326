using System.Text.Json.Serialization;

namespace Nethereum.RPC.Eth.DTOs;

/// <summary>A block with its transactions in full.</summary>
public class BlockWithTransactions : Block
{
    [JsonPropertyName("transactions")]
    public Transaction[] Transactions { get; set; } = null!;
}

using System.Text.Json.Serialization;

namespace Nethereum.RPC.Eth.DTOs;

/// <summary>An address and the storage keys a transaction will touch.</summary>
public class AccessList
{
    [JsonPropertyName("address")]
    public string Address { get; set; } = null!;

    [JsonPropertyName("storageKeys")]
    public List<string> StorageKeys { get; set; } = null!;
}

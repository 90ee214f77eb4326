using System.Text.Json;

namespace Nethereum.JsonRpc.Client;

/// <summary>A node's refusal. Data is text, or JSON where the node sent more than text.</summary>
public class RpcError(int code, string message, object? data = null)
{
    public int Code { get; } = code;

    public string Message { get; } = message;

    public object? Data { get; } = data;

    /// <summary>The revert data as text, wherever the node has put it.</summary>
    public string? GetDataAsString()
    {
        if (Data is JsonElement { ValueKind: JsonValueKind.Object } json)
            foreach (var name in (string[])["result", "data"])
                if (json.TryGetProperty(name, out var inner))
                    return inner.ToString();
        return Data?.ToString();
    }
}

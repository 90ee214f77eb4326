using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nethereum.JsonRpc.Client.RpcMessages;

/// <summary>A request as it is sent.</summary>
public class RpcRequestMessage
{
    public RpcRequestMessage(object id, string method, params object?[] parameterList)
    {
        Id = id;
        Method = method;
        RawParameters = parameterList;
    }

    [JsonPropertyName("jsonrpc")]
    public string JsonRpcVersion { get; set; } = "2.0";

    [JsonPropertyName("id")]
    public object Id { get; set; }

    [JsonPropertyName("method")]
    public string Method { get; set; }

    [JsonPropertyName("params")]
    public object RawParameters { get; set; }
}

/// <summary>An answer as it came.</summary>
public class RpcResponseMessage
{
    private JsonElement? _result;

    [JsonPropertyName("id")]
    public object? Id { get; set; }

    [JsonPropertyName("jsonrpc")]
    public string? JsonRpcVersion { get; set; }

    [JsonPropertyName("result")]
    public JsonElement ResultSystemTextJson
    {
        get => _result ??= Raw.IsEmpty ? default : JsonElement.Parse(Raw.Span);
        set => (_result, Raw) = (value, default);
    }

    /// <summary>The result as it lies in the answer; empty when it was given otherwise, or there is none.</summary>
    internal ReadOnlyMemory<byte> Raw { get; set; }

    [JsonPropertyName("error")]
    public RpcError? Error { get; set; }

    [JsonIgnore]
    public bool HasError => Error is not null;
}

public class RpcError
{
    [JsonPropertyName("code")]
    public int Code { get; set; }

    [JsonPropertyName("message")]
    public string Message { get; set; } = "";

    [JsonPropertyName("data")]
    public object? Data { get; set; }
}

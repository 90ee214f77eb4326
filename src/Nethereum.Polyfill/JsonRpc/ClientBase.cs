using System.Text.Json;
using Nethereum.JsonRpc.Client.RpcMessages;

namespace Nethereum.JsonRpc.Client;

/// <summary>Everything about a client but its transport.</summary>
public abstract class ClientBase : IClient
{
    private const int DefaultRequestId = 1;

    /// <summary>One limit for all clients.</summary>
    public static TimeSpan ConnectionTimeout { get; set; } = TimeSpan.FromSeconds(20);

    public RequestInterceptor? OverridingRequestInterceptor { get; set; }

    public async Task<T> SendRequestAsync<T>(RpcRequest request, string? route = null)
    {
        if (OverridingRequestInterceptor is null) return await AskAsync<T>(request, route).ConfigureAwait(false);
        return (T)(await OverridingRequestInterceptor.InterceptSendRequestAsync<T>(AskAsync<T>, request, route).ConfigureAwait(false))!;
    }

    public async Task<T> SendRequestAsync<T>(string method, string? route = null, params object?[] paramList)
    {
        if (OverridingRequestInterceptor is null) return await AskAsync<T>(method, route, paramList).ConfigureAwait(false);
        return (T)(await OverridingRequestInterceptor.InterceptSendRequestAsync<T>(AskAsync<T>, method, route, paramList).ConfigureAwait(false))!;
    }

    public virtual Task SendRequestAsync(RpcRequest request, string? route = null) => SendRequestAsync<JsonElement>(request, route);

    public virtual Task SendRequestAsync(string method, string? route = null, params object?[] paramList) =>
        SendRequestAsync<JsonElement>(method, route, paramList);

    public virtual async Task<RpcRequestResponseBatch> SendBatchRequestAsync(RpcRequestResponseBatch rpcRequestResponseBatch)
    {
        var responses = await SendAsync(rpcRequestResponseBatch.GetRpcRequests()).ConfigureAwait(false);
        rpcRequestResponseBatch.UpdateBatchItemResponses(responses);
        return rpcRequestResponseBatch;
    }

    /// <summary>Null results stay null.</summary>
    public virtual T DecodeResult<T>(RpcResponseMessage rpcResponseMessage)
    {
        try
        {
            return RpcJson.Read<T>(rpcResponseMessage)!;
        }
        catch (Exception exception) when (exception is JsonException or FormatException or NotSupportedException)
        {
            throw new RpcResponseFormatException("Invalid format found in RPC response", new FormatException(exception.Message, exception));
        }
    }

    public abstract Task<RpcResponseMessage> SendAsync(RpcRequestMessage rpcRequestMessage, string? route = null);

    protected abstract Task<RpcResponseMessage[]> SendAsync(RpcRequestMessage[] requests);

    private Task<T> AskAsync<T>(RpcRequest request, string? route) =>
        AskAsync<T>(new RpcRequestMessage(request.Id, request.Method, request.RawParameters), route);

    private Task<T> AskAsync<T>(string method, string? route, object?[] paramList) =>
        AskAsync<T>(new RpcRequestMessage(DefaultRequestId, method, paramList), route);

    private async Task<T> AskAsync<T>(RpcRequestMessage message, string? route)
    {
        var response = await SendAsync(message, route).ConfigureAwait(false);
        if (response.Error is { } error)
            throw new RpcResponseException(new RpcError(error.Code, error.Message + ": " + message.Method, RpcJson.Plain(error.Data)));
        return DecodeResult<T>(response);
    }
}

using Nethereum.JsonRpc.Client.RpcMessages;

namespace Nethereum.JsonRpc.Client;

public interface IBaseClient
{
    RequestInterceptor? OverridingRequestInterceptor { get; set; }

    T DecodeResult<T>(RpcResponseMessage rpcResponseMessage);

    Task SendRequestAsync(RpcRequest request, string? route = null);

    Task SendRequestAsync(string method, string? route = null, params object?[] paramList);
}

/// <summary>The seam between a node and everything that asks it.</summary>
public interface IClient : IBaseClient
{
    Task<RpcRequestResponseBatch> SendBatchRequestAsync(RpcRequestResponseBatch rpcRequestResponseBatch);

    Task<T> SendRequestAsync<T>(RpcRequest request, string? route = null);

    Task<T> SendRequestAsync<T>(string method, string? route = null, params object?[] paramList);

    Task<RpcResponseMessage> SendAsync(RpcRequestMessage rpcRequestMessage, string? route = null);
}

using Nethereum.JsonRpc.Client;

namespace Nethereum.RPC.Infrastructure;

public interface IGenericRpcRequestResponseHandlerNoParam<TResponse> : IRpcRequestHandler<TResponse>
{
    RpcRequest BuildRequest(object? id = null);

    Task<TResponse> SendRequestAsync(object? id = null);
}

/// <summary>A method without parameters.</summary>
public class GenericRpcRequestResponseHandlerNoParam<TResponse>(IClient client, string methodName)
    : RpcRequestResponseHandler<TResponse>(client, methodName), IGenericRpcRequestResponseHandlerNoParam<TResponse>
{
    public RpcRequest BuildRequest(object? id = null) => base.BuildRequest(id);

    public Task<TResponse> SendRequestAsync(object? id = null) => base.SendRequestAsync(id);
}

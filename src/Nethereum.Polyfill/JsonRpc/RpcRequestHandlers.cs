using Nethereum.JsonRpc.Client.RpcMessages;

namespace Nethereum.JsonRpc.Client;

public interface IRpcRequestHandler<TResponse>
{
    string MethodName { get; }

    IClient Client { get; }

    TResponse DecodeResponse(RpcResponseMessage rpcResponseMessage);
}

/// <summary>One method of a node: builds its requests, sends them and reads the answers.</summary>
public class RpcRequestResponseHandler<TResponse>(IClient client, string methodName) : IRpcRequestHandler<TResponse>
{
    private const int DefaultRequestId = 1;

    public string MethodName { get; } = methodName;

    public IClient Client { get; } = client;

    public RpcRequest BuildRequest(object? id, params object?[] paramList) => new(id ?? DefaultRequestId, MethodName, paramList);

    public virtual TResponse DecodeResponse(RpcResponseMessage rpcResponseMessage) => Client.DecodeResult<TResponse>(rpcResponseMessage);

    protected Task<TResponse> SendRequestAsync(object? id, params object?[] paramList) =>
        Client.SendRequestAsync<TResponse>(BuildRequest(id, paramList));
}

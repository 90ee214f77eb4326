using Nethereum.JsonRpc.Client.RpcMessages;

namespace Nethereum.JsonRpc.Client;

public interface IRpcRequestResponseBatchItem
{
    bool HasError { get; }

    object? RawResponse { get; }

    RpcError? RpcError { get; }

    RpcRequestMessage RpcRequestMessage { get; }

    void DecodeResponse(RpcResponseMessage rpcResponse);
}

/// <summary>One request of a batch and, after sending, its answer; null when none came.</summary>
public class RpcRequestResponseBatchItem<TRequestHandler, TResponse>(TRequestHandler requestHandler, RpcRequest rpcRequest)
    : IRpcRequestResponseBatchItem
    where TRequestHandler : IRpcRequestHandler<TResponse>
{
    public TRequestHandler RequestHandler { get; } = requestHandler;

    public RpcRequestMessage RpcRequestMessage { get; } = new(rpcRequest.Id, rpcRequest.Method, rpcRequest.RawParameters);

    public TResponse Response { get; private set; } = default!;

    public object? RawResponse => Response;

    public bool HasError { get; private set; }

    public RpcError? RpcError { get; private set; }

    public virtual void DecodeResponse(RpcResponseMessage rpcResponse)
    {
        if (rpcResponse.Error is { } error)
        {
            Fail(new RpcError(error.Code, error.Message, RpcJson.Plain(error.Data)));
            return;
        }

        try
        {
            Response = RequestHandler.DecodeResponse(rpcResponse);
        }
        catch (RpcResponseFormatException)
        {
            Fail(new RpcError(-1, "Invalid format exception"));
        }
    }

    private void Fail(RpcError error)
    {
        HasError = true;
        RpcError = error;
    }
}

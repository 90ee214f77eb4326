using ComputeRwa.Kernel;
using Nethereum.JsonRpc.Client;
using Nethereum.JsonRpc.Client.RpcMessages;

namespace ComputeRwa.Chain;

/// <summary>
/// Requests that travel together, each with an id of its own (with equal ids answers get lost). An item that failed says so
/// itself; one whose answer never came reads as null, and <see cref="Answer"/> tells that from an answer that is null.
/// </summary>
internal sealed class RpcBatch(IClient rpc)
{
    private readonly RpcRequestResponseBatch _batch = new() { AcceptPartiallySuccessful = true };

    public RpcRequestResponseBatchItem<Awaited<TResponse>, TResponse> Add<THandler, TResponse>(THandler handler, Func<THandler, int, RpcRequest> build)
        where THandler : IRpcRequestHandler<TResponse>
    {
        var item = new RpcRequestResponseBatchItem<Awaited<TResponse>, TResponse>(new(handler), build(handler, _batch.BatchItems.Count + 1));
        _batch.BatchItems.Add(item);
        return item;
    }

    /// <exception cref="UnavailableException">The node does not answer.</exception>
    public async Task Send()
    {
        if (_batch.BatchItems.Count > 0) await Reach(() => rpc.SendBatchRequestAsync(_batch));
    }

    /// <returns>null when the node says so.</returns>
    /// <exception cref="UnavailableException">The node left this request of the batch without an answer.</exception>
    /// <exception cref="RpcResponseException">It refuses.</exception>
    public static TResponse? Answer<TResponse>(RpcRequestResponseBatchItem<Awaited<TResponse>, TResponse> item)
    {
        if (item.RpcError is { } error) throw new RpcResponseException(error);
        if (!item.RequestHandler.HasAnswer) throw new UnavailableException("chain-unavailable", $"The chain's node left {item.RpcRequestMessage.Method} without an answer.");
        return item.Response;
    }

    /// <summary>Turns what the client throws when it cannot reach the node into the one exception that callers know.</summary>
    public static async Task<T> Reach<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (e is RpcClientUnknownException or RpcClientTimeoutException)
        {
            throw new UnavailableException("chain-unavailable", "The chain's node does not answer.", e);
        }
    }
}

/// <summary>A request's handler that notices whether an answer has come.</summary>
internal sealed class Awaited<TResponse>(IRpcRequestHandler<TResponse> handler) : IRpcRequestHandler<TResponse>
{
    public bool HasAnswer { get; private set; }
    public string MethodName => handler.MethodName;
    public IClient Client => handler.Client;

    public TResponse DecodeResponse(RpcResponseMessage rpcResponseMessage)
    {
        HasAnswer = true;
        return handler.DecodeResponse(rpcResponseMessage);
    }
}

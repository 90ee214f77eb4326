using ComputeRwa.Kernel;
using Nethereum.JsonRpc.Client;

namespace ComputeRwa.Chain;

/// <summary>
/// Requests that travel together, each with an id of its own (with equal ids answers get lost). An item that failed says so
/// itself; an answer that never came reads as null.
/// </summary>
internal sealed class RpcBatch(IClient rpc)
{
    private readonly RpcRequestResponseBatch _batch = new() { AcceptPartiallySuccessful = true };

    public RpcRequestResponseBatchItem<THandler, TResponse> Add<THandler, TResponse>(THandler handler, Func<THandler, int, RpcRequest> build)
        where THandler : IRpcRequestHandler<TResponse>
    {
        var item = new RpcRequestResponseBatchItem<THandler, TResponse>(handler, build(handler, _batch.BatchItems.Count + 1));
        _batch.BatchItems.Add(item);
        return item;
    }

    /// <exception cref="UnavailableException">The node does not answer.</exception>
    public async Task Send()
    {
        if (_batch.BatchItems.Count > 0) await Reach(() => rpc.SendBatchRequestAsync(_batch));
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

using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Eth.DTOs;

namespace Nethereum.RPC.Eth.Transactions;

public interface IEthGetTransactionByHash
{
    RpcRequest BuildRequest(string transactionHash, object? id = null);

    RpcRequestResponseBatchItem<EthGetTransactionByHash, Transaction> CreateBatchItem(string transactionHash, object id);

    Task<Transaction?> SendRequestAsync(string transactionHash, object? id = null);
}

/// <summary>Null where the node knows no such transaction.</summary>
public class EthGetTransactionByHash(IClient client)
    : RpcRequestResponseHandler<Transaction>(client, "eth_getTransactionByHash"), IEthGetTransactionByHash
{
    public RpcRequest BuildRequest(string transactionHash, object? id = null) => base.BuildRequest(id, transactionHash);

    public RpcRequestResponseBatchItem<EthGetTransactionByHash, Transaction> CreateBatchItem(string transactionHash, object id) =>
        new(this, BuildRequest(transactionHash, id));

    public Task<Transaction?> SendRequestAsync(string transactionHash, object? id = null) => base.SendRequestAsync(id, transactionHash)!;
}

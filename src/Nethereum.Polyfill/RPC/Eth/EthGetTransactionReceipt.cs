using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Eth.DTOs;

namespace Nethereum.RPC.Eth.Transactions;

public interface IEthGetTransactionReceipt
{
    RpcRequest BuildRequest(string transactionHash, object? id = null);

    RpcRequestResponseBatchItem<EthGetTransactionReceipt, TransactionReceipt> CreateBatchItem(string transactionHash, object id);

    Task<TransactionReceipt?> SendRequestAsync(string transactionHash, object? id = null);
}

/// <summary>Null until the transaction is in a block.</summary>
public class EthGetTransactionReceipt(IClient client)
    : RpcRequestResponseHandler<TransactionReceipt>(client, "eth_getTransactionReceipt"), IEthGetTransactionReceipt
{
    public RpcRequest BuildRequest(string transactionHash, object? id = null) => base.BuildRequest(id, transactionHash);

    public RpcRequestResponseBatchItem<EthGetTransactionReceipt, TransactionReceipt> CreateBatchItem(string transactionHash, object id) =>
        new(this, BuildRequest(transactionHash, id));

    public Task<TransactionReceipt?> SendRequestAsync(string transactionHash, object? id = null) =>
        base.SendRequestAsync(id, transactionHash)!;
}

using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Eth.DTOs;

namespace Nethereum.RPC.Eth.Blocks;

public interface IEthGetBlockWithTransactionsHashesByHash
{
    RpcRequest BuildRequest(string blockHash, object? id = null);

    RpcRequestResponseBatchItem<EthGetBlockWithTransactionsHashesByHash, BlockWithTransactionHashes> CreateBatchItem(string blockHash, object id);

    Task<BlockWithTransactionHashes?> SendRequestAsync(string blockHash, object? id = null);
}

/// <summary>Null where the node knows no such block.</summary>
public class EthGetBlockWithTransactionsHashesByHash(IClient client)
    : RpcRequestResponseHandler<BlockWithTransactionHashes>(client, "eth_getBlockByHash"), IEthGetBlockWithTransactionsHashesByHash
{
    public RpcRequest BuildRequest(string blockHash, object? id = null) => base.BuildRequest(id, blockHash, false);

    public RpcRequestResponseBatchItem<EthGetBlockWithTransactionsHashesByHash, BlockWithTransactionHashes> CreateBatchItem(string blockHash, object id) =>
        new(this, BuildRequest(blockHash, id));

    public Task<BlockWithTransactionHashes?> SendRequestAsync(string blockHash, object? id = null) =>
        base.SendRequestAsync(id, blockHash, false)!;
}

using Nethereum.Hex.HexTypes;
using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Eth.DTOs;

namespace Nethereum.RPC.Eth.Blocks;

public interface IEthGetBlockWithTransactionsHashesByNumber
{
    RpcRequest BuildRequest(BlockParameter blockParameter, object? id = null);

    RpcRequest BuildRequest(HexBigInteger number, object? id = null);

    RpcRequestResponseBatchItem<EthGetBlockWithTransactionsHashesByNumber, BlockWithTransactionHashes> CreateBatchItem(HexBigInteger number, object id);

    Task<BlockWithTransactionHashes?> SendRequestAsync(BlockParameter blockParameter, object? id = null);

    Task<BlockWithTransactionHashes?> SendRequestAsync(HexBigInteger number, object? id = null);
}

/// <summary>Null where there is no such block yet.</summary>
public class EthGetBlockWithTransactionsHashesByNumber(IClient client)
    : RpcRequestResponseHandler<BlockWithTransactionHashes>(client, "eth_getBlockByNumber"), IEthGetBlockWithTransactionsHashesByNumber
{
    public RpcRequest BuildRequest(BlockParameter blockParameter, object? id = null) => base.BuildRequest(id, blockParameter, false);

    public RpcRequest BuildRequest(HexBigInteger number, object? id = null) => BuildRequest(new BlockParameter(number), id);

    public RpcRequestResponseBatchItem<EthGetBlockWithTransactionsHashesByNumber, BlockWithTransactionHashes> CreateBatchItem(HexBigInteger number, object id) =>
        new(this, BuildRequest(number, id));

    public Task<BlockWithTransactionHashes?> SendRequestAsync(BlockParameter blockParameter, object? id = null) =>
        base.SendRequestAsync(id, blockParameter, false)!;

    public Task<BlockWithTransactionHashes?> SendRequestAsync(HexBigInteger number, object? id = null) =>
        SendRequestAsync(new BlockParameter(number), id);
}

using Nethereum.Hex.HexTypes;
using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Eth.DTOs;

namespace Nethereum.RPC.Eth.Blocks;

public interface IEthGetBlockWithTransactionsByNumber
{
    RpcRequest BuildRequest(BlockParameter blockParameter, object? id = null);

    RpcRequest BuildRequest(HexBigInteger number, object? id = null);

    RpcRequestResponseBatchItem<EthGetBlockWithTransactionsByNumber, BlockWithTransactions> CreateBatchItem(HexBigInteger number, object id);

    Task<BlockWithTransactions?> SendRequestAsync(BlockParameter blockParameter, object? id = null);

    Task<BlockWithTransactions?> SendRequestAsync(HexBigInteger number, object? id = null);
}

/// <summary>Null where there is no such block yet.</summary>
public class EthGetBlockWithTransactionsByNumber(IClient client)
    : RpcRequestResponseHandler<BlockWithTransactions>(client, "eth_getBlockByNumber"), IEthGetBlockWithTransactionsByNumber
{
    public RpcRequest BuildRequest(BlockParameter blockParameter, object? id = null) => base.BuildRequest(id, blockParameter, true);

    public RpcRequest BuildRequest(HexBigInteger number, object? id = null) => BuildRequest(new BlockParameter(number), id);

    public RpcRequestResponseBatchItem<EthGetBlockWithTransactionsByNumber, BlockWithTransactions> CreateBatchItem(HexBigInteger number, object id) =>
        new(this, BuildRequest(number, id));

    public Task<BlockWithTransactions?> SendRequestAsync(BlockParameter blockParameter, object? id = null) =>
        base.SendRequestAsync(id, blockParameter, true)!;

    public Task<BlockWithTransactions?> SendRequestAsync(HexBigInteger number, object? id = null) =>
        SendRequestAsync(new BlockParameter(number), id);
}

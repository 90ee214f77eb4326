using Nethereum.Hex.HexTypes;
using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Eth.DTOs;

namespace Nethereum.RPC.Eth.Blocks;

public interface IEthGetBlockReceiptsByNumber
{
    RpcRequest BuildRequest(BlockParameter blockParameter, object? id = null);

    RpcRequest BuildRequest(HexBigInteger number, object? id = null);

    RpcRequestResponseBatchItem<EthGetBlockReceiptsByNumber, TransactionReceipt[]> CreateBatchItem(HexBigInteger number, object id);

    Task<TransactionReceipt[]?> SendRequestAsync(BlockParameter blockParameter, object? id = null);

    Task<TransactionReceipt[]?> SendRequestAsync(HexBigInteger number, object? id = null);
}

/// <summary>Every receipt of a block; null where there is no such block yet.</summary>
public class EthGetBlockReceiptsByNumber(IClient client)
    : RpcRequestResponseHandler<TransactionReceipt[]>(client, "eth_getBlockReceipts"), IEthGetBlockReceiptsByNumber
{
    public RpcRequest BuildRequest(BlockParameter blockParameter, object? id = null) => base.BuildRequest(id, blockParameter);

    public RpcRequest BuildRequest(HexBigInteger number, object? id = null) => BuildRequest(new BlockParameter(number), id);

    public RpcRequestResponseBatchItem<EthGetBlockReceiptsByNumber, TransactionReceipt[]> CreateBatchItem(HexBigInteger number, object id) =>
        new(this, BuildRequest(number, id));

    public Task<TransactionReceipt[]?> SendRequestAsync(BlockParameter blockParameter, object? id = null) =>
        base.SendRequestAsync(id, blockParameter)!;

    public Task<TransactionReceipt[]?> SendRequestAsync(HexBigInteger number, object? id = null) =>
        SendRequestAsync(new BlockParameter(number), id);
}

using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Eth.DTOs;

namespace Nethereum.RPC.Eth.Transactions;

public interface IEthCall
{
    BlockParameter DefaultBlock { get; set; }

    RpcRequest BuildRequest(CallInput callInput, BlockParameter block, object? id = null);

    RpcRequestResponseBatchItem<EthCall, string> CreateBatchItem(CallInput callInput, object id);

    RpcRequestResponseBatchItem<EthCall, string> CreateBatchItem(CallInput callInput, BlockParameter block, object id);

    Task<string> SendRequestAsync(CallInput callInput, object? id = null);

    Task<string> SendRequestAsync(CallInput callInput, BlockParameter block, object? id = null);
}

/// <summary>Executes without a transaction; gives back the returned data.</summary>
public class EthCall(IClient client) : RpcRequestResponseHandler<string>(client, "eth_call"), IEthCall
{
    public BlockParameter DefaultBlock { get; set; } = BlockParameter.CreateLatest();

    public RpcRequest BuildRequest(CallInput callInput, BlockParameter block, object? id = null) => base.BuildRequest(id, callInput, block);

    public RpcRequestResponseBatchItem<EthCall, string> CreateBatchItem(CallInput callInput, object id) =>
        CreateBatchItem(callInput, DefaultBlock, id);

    public RpcRequestResponseBatchItem<EthCall, string> CreateBatchItem(CallInput callInput, BlockParameter block, object id) =>
        new(this, BuildRequest(callInput, block, id));

    public Task<string> SendRequestAsync(CallInput callInput, object? id = null) => SendRequestAsync(callInput, DefaultBlock, id);

    public Task<string> SendRequestAsync(CallInput callInput, BlockParameter block, object? id = null) =>
        base.SendRequestAsync(id, callInput, block);
}

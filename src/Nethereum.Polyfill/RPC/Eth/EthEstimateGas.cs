using Nethereum.Hex.HexTypes;
using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Eth.DTOs;

namespace Nethereum.RPC.Eth.Transactions;

public interface IEthEstimateGas
{
    RpcRequest BuildRequest(CallInput callInput, object? id = null);

    Task<HexBigInteger> SendRequestAsync(CallInput callInput, object? id = null);
}

/// <summary>Gas a transaction would take on the pending state.</summary>
public class EthEstimateGas(IClient client) : RpcRequestResponseHandler<HexBigInteger>(client, "eth_estimateGas"), IEthEstimateGas
{
    public RpcRequest BuildRequest(CallInput callInput, object? id = null) => base.BuildRequest(id, callInput);

    public Task<HexBigInteger> SendRequestAsync(CallInput callInput, object? id = null) => base.SendRequestAsync(id, callInput);
}

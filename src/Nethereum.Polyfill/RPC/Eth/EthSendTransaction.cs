using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Eth.DTOs;

namespace Nethereum.RPC.Eth.Transactions;

public interface IEthSendTransaction
{
    RpcRequest BuildRequest(TransactionInput input, object? id = null);

    Task<string> SendRequestAsync(TransactionInput input, object? id = null);
}

/// <summary>Has the node sign with an account of its own, as development nodes do.</summary>
public class EthSendTransaction(IClient client) : RpcRequestResponseHandler<string>(client, "eth_sendTransaction"), IEthSendTransaction
{
    public RpcRequest BuildRequest(TransactionInput input, object? id = null) => base.BuildRequest(id, input);

    public Task<string> SendRequestAsync(TransactionInput input, object? id = null) => base.SendRequestAsync(id, input);
}

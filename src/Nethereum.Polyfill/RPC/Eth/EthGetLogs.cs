using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Eth.DTOs;

namespace Nethereum.RPC.Eth.Filters;

public interface IEthGetLogs
{
    RpcRequest BuildRequest(NewFilterInput newFilter, object? id = null);

    Task<FilterLog[]> SendRequestAsync(NewFilterInput newFilter, object? id = null);
}

/// <summary>The logs that match, in chain order.</summary>
public class EthGetLogs(IClient client) : RpcRequestResponseHandler<FilterLog[]>(client, "eth_getLogs"), IEthGetLogs
{
    public RpcRequest BuildRequest(NewFilterInput newFilter, object? id = null) => base.BuildRequest(id, newFilter);

    public Task<FilterLog[]> SendRequestAsync(NewFilterInput newFilter, object? id = null) => base.SendRequestAsync(id, newFilter);
}

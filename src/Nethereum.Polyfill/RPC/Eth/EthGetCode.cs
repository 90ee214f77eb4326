using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Eth.DTOs;

namespace Nethereum.RPC.Eth;

public interface IEthGetCode
{
    BlockParameter DefaultBlock { get; set; }

    RpcRequest BuildRequest(string address, BlockParameter block, object? id = null);

    Task<string> SendRequestAsync(string address, object? id = null);

    Task<string> SendRequestAsync(string address, BlockParameter block, object? id = null);
}

/// <summary>A contract's code; 0x where there is none.</summary>
public class EthGetCode(IClient client) : RpcRequestResponseHandler<string>(client, "eth_getCode"), IEthGetCode
{
    public BlockParameter DefaultBlock { get; set; } = BlockParameter.CreateLatest();

    public RpcRequest BuildRequest(string address, BlockParameter block, object? id = null) => base.BuildRequest(id, address, block);

    public Task<string> SendRequestAsync(string address, object? id = null) => SendRequestAsync(address, DefaultBlock, id);

    public Task<string> SendRequestAsync(string address, BlockParameter block, object? id = null) =>
        base.SendRequestAsync(id, address, block);
}

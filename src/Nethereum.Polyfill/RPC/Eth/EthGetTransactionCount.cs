using Nethereum.Hex.HexTypes;
using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Eth.DTOs;

namespace Nethereum.RPC.Eth.Transactions;

public interface IEthGetTransactionCount
{
    BlockParameter DefaultBlock { get; set; }

    RpcRequest BuildRequest(string address, BlockParameter block, object? id = null);

    Task<HexBigInteger> SendRequestAsync(string address, object? id = null);

    Task<HexBigInteger> SendRequestAsync(string address, BlockParameter block, object? id = null);
}

/// <summary>The next nonce of an account as of a block.</summary>
public class EthGetTransactionCount(IClient client)
    : RpcRequestResponseHandler<HexBigInteger>(client, "eth_getTransactionCount"), IEthGetTransactionCount
{
    public BlockParameter DefaultBlock { get; set; } = BlockParameter.CreateLatest();

    public RpcRequest BuildRequest(string address, BlockParameter block, object? id = null) => base.BuildRequest(id, address, block);

    public Task<HexBigInteger> SendRequestAsync(string address, object? id = null) => SendRequestAsync(address, DefaultBlock, id);

    public Task<HexBigInteger> SendRequestAsync(string address, BlockParameter block, object? id = null) =>
        base.SendRequestAsync(id, address, block);
}

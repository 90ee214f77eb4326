using Nethereum.Hex.HexTypes;
using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Infrastructure;

namespace Nethereum.RPC.Eth.Blocks;

public interface IEthBlockNumber : IGenericRpcRequestResponseHandlerNoParam<HexBigInteger>;

/// <summary>The newest block.</summary>
public class EthBlockNumber(IClient client)
    : GenericRpcRequestResponseHandlerNoParam<HexBigInteger>(client, "eth_blockNumber"), IEthBlockNumber;

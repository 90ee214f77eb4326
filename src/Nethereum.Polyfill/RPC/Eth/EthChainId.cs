using Nethereum.Hex.HexTypes;
using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Infrastructure;

namespace Nethereum.RPC.Eth;

public interface IEthChainId : IGenericRpcRequestResponseHandlerNoParam<HexBigInteger>;

/// <summary>The chain the node follows.</summary>
public class EthChainId(IClient client) : GenericRpcRequestResponseHandlerNoParam<HexBigInteger>(client, "eth_chainId"), IEthChainId;

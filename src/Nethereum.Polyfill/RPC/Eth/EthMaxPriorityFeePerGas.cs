using Nethereum.Hex.HexTypes;
using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Infrastructure;

namespace Nethereum.RPC.Eth;

/// <summary>The tip, in wei per gas, the node would give.</summary>
public class EthMaxPriorityFeePerGas(IClient client)
    : GenericRpcRequestResponseHandlerNoParam<HexBigInteger>(client, "eth_maxPriorityFeePerGas");

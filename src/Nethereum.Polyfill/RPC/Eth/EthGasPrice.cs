using Nethereum.Hex.HexTypes;
using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Infrastructure;

namespace Nethereum.RPC.Eth;

public interface IEthGasPrice : IGenericRpcRequestResponseHandlerNoParam<HexBigInteger>;

/// <summary>Wei per gas.</summary>
public class EthGasPrice(IClient client) : GenericRpcRequestResponseHandlerNoParam<HexBigInteger>(client, "eth_gasPrice"), IEthGasPrice;

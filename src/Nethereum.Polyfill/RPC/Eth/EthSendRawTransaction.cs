using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.JsonRpc.Client;

namespace Nethereum.RPC.Eth.Transactions;

public interface IEthSendRawTransaction
{
    RpcRequest BuildRequest(string signedTransactionData, object? id = null);

    RpcRequestResponseBatchItem<EthSendRawTransaction, string> CreateBatchItem(string signedTransactionData, object id);

    Task<string> SendRequestAsync(string signedTransactionData, object? id = null);
}

/// <summary>Hands over a signed transaction, with or without 0x; gives back its hash.</summary>
public class EthSendRawTransaction(IClient client)
    : RpcRequestResponseHandler<string>(client, "eth_sendRawTransaction"), IEthSendRawTransaction
{
    public RpcRequest BuildRequest(string signedTransactionData, object? id = null) =>
        base.BuildRequest(id, signedTransactionData.EnsureHexPrefix());

    public RpcRequestResponseBatchItem<EthSendRawTransaction, string> CreateBatchItem(string signedTransactionData, object id) =>
        new(this, BuildRequest(signedTransactionData, id));

    public Task<string> SendRequestAsync(string signedTransactionData, object? id = null) =>
        base.SendRequestAsync(id, signedTransactionData.EnsureHexPrefix());
}

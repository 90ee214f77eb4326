using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Eth;
using Nethereum.RPC.Eth.Services;
using Nethereum.RPC.Eth.Transactions;
using Nethereum.RPC.TransactionManagers;

namespace Nethereum.RPC;

public interface IEthApiService : IRpcClientWrapper
{
    IEthChainId ChainId { get; }

    IEthGasPrice GasPrice { get; }

    IEthGetBalance GetBalance { get; }

    IEthGetCode GetCode { get; }

    IEthFeeHistory FeeHistory { get; }

    IEthApiBlockService Blocks { get; }

    IEthApiFilterService Filters { get; }

    IEthApiTransactionsService Transactions { get; }

    ITransactionManager TransactionManager { get; set; }
}

/// <summary>The eth_ methods of a node.</summary>
public class EthApiService(IClient client, ITransactionManager transactionManager) : RpcClientWrapper(client), IEthApiService
{
    public IEthChainId ChainId { get; } = new EthChainId(client);

    public IEthGasPrice GasPrice { get; } = new EthGasPrice(client);

    public IEthGetBalance GetBalance { get; } = new EthGetBalance(client);

    public IEthGetCode GetCode { get; } = new EthGetCode(client);

    public IEthFeeHistory FeeHistory { get; } = new EthFeeHistory(client);

    public IEthApiBlockService Blocks { get; } = new EthApiBlockService(client);

    public IEthApiFilterService Filters { get; } = new EthApiFilterService(client);

    public IEthApiTransactionsService Transactions { get; } = new EthApiTransactionsService(client);

    public virtual ITransactionManager TransactionManager { get; set; } = transactionManager;
}

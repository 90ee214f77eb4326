using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Eth.Blocks;

namespace Nethereum.RPC.Eth.Services;

public interface IEthApiBlockService
{
    IEthBlockNumber GetBlockNumber { get; }

    IEthGetBlockWithTransactionsByNumber GetBlockWithTransactionsByNumber { get; }

    IEthGetBlockWithTransactionsHashesByHash GetBlockWithTransactionsHashesByHash { get; }

    IEthGetBlockWithTransactionsHashesByNumber GetBlockWithTransactionsHashesByNumber { get; }

    IEthGetBlockReceiptsByNumber GetBlockReceiptsByNumber { get; }
}

/// <summary>Blocks.</summary>
public class EthApiBlockService(IClient client) : IEthApiBlockService
{
    public IEthBlockNumber GetBlockNumber { get; } = new EthBlockNumber(client);

    public IEthGetBlockWithTransactionsByNumber GetBlockWithTransactionsByNumber { get; } = new EthGetBlockWithTransactionsByNumber(client);

    public IEthGetBlockWithTransactionsHashesByHash GetBlockWithTransactionsHashesByHash { get; } = new EthGetBlockWithTransactionsHashesByHash(client);

    public IEthGetBlockWithTransactionsHashesByNumber GetBlockWithTransactionsHashesByNumber { get; } = new EthGetBlockWithTransactionsHashesByNumber(client);

    public IEthGetBlockReceiptsByNumber GetBlockReceiptsByNumber { get; } = new EthGetBlockReceiptsByNumber(client);
}

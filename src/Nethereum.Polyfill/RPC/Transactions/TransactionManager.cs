using System.Numerics;
using Nethereum.Hex.HexTypes;
using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Accounts;
using Nethereum.RPC.Eth.DTOs;
using Nethereum.RPC.Eth.Transactions;
using Nethereum.RPC.TransactionReceipts;

namespace Nethereum.RPC.TransactionManagers;

public interface ITransactionManager
{
    IClient Client { get; set; }

    IAccount? Account { get; }

    BigInteger? ChainId { get; }

    ITransactionReceiptService TransactionReceiptService { get; set; }

    Task<HexBigInteger> EstimateGasAsync(CallInput callInput);

    Task<string> SendTransactionAsync(TransactionInput transactionInput);

    Task<string> SignTransactionAsync(TransactionInput transaction);

    Task<TransactionReceipt> SendTransactionAndWaitForReceiptAsync(TransactionInput transactionInput, CancellationToken cancellationToken = default);
}

/// <summary>What all transaction managers share.</summary>
public abstract class TransactionManagerBase : ITransactionManager
{
    protected TransactionManagerBase() => TransactionReceiptService = new TransactionReceiptPollingService(this);

    public virtual IClient Client { get; set; } = null!;

    public IAccount? Account { get; protected set; }

    public BigInteger? ChainId { get; protected set; }

    public ITransactionReceiptService TransactionReceiptService { get; set; }

    public virtual Task<HexBigInteger> EstimateGasAsync(CallInput callInput) => new EthEstimateGas(Client).SendRequestAsync(callInput);

    public abstract Task<string> SendTransactionAsync(TransactionInput transactionInput);

    public abstract Task<string> SignTransactionAsync(TransactionInput transaction);

    public Task<TransactionReceipt> SendTransactionAndWaitForReceiptAsync(TransactionInput transactionInput, CancellationToken cancellationToken = default) =>
        TransactionReceiptService.SendRequestAndWaitForReceiptAsync(transactionInput, cancellationToken);
}

/// <summary>Leaves signing to the node's own accounts.</summary>
public class TransactionManager : TransactionManagerBase
{
    public TransactionManager(IClient client) => Client = client;

    public override Task<string> SendTransactionAsync(TransactionInput transactionInput) =>
        new EthSendTransaction(Client).SendRequestAsync(transactionInput);

    public override Task<string> SignTransactionAsync(TransactionInput transaction) =>
        throw new InvalidOperationException("Without an account nothing can be signed here");
}

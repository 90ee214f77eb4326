using Nethereum.RPC.Eth.DTOs;
using Nethereum.RPC.Eth.Transactions;
using Nethereum.RPC.TransactionManagers;

namespace Nethereum.RPC.TransactionReceipts;

public interface ITransactionReceiptService
{
    Task<TransactionReceipt> PollForReceiptAsync(string transaction, CancellationToken cancellationToken = default);

    Task<TransactionReceipt> SendRequestAndWaitForReceiptAsync(TransactionInput transactionInput, CancellationToken cancellationToken = default);

    Task<TransactionReceipt> SendRequestAndWaitForReceiptAsync(Func<Task<string>> transactionFunction, CancellationToken cancellationToken = default);
}

/// <summary>Asks again until the transaction is in a block or the caller gives up.</summary>
public class TransactionReceiptPollingService(ITransactionManager transactionManager, int retryMilliseconds = 100)
    : ITransactionReceiptService
{
    public Task<TransactionReceipt> SendRequestAndWaitForReceiptAsync(TransactionInput transactionInput, CancellationToken cancellationToken = default) =>
        SendRequestAndWaitForReceiptAsync(() => transactionManager.SendTransactionAsync(transactionInput), cancellationToken);

    public async Task<TransactionReceipt> SendRequestAndWaitForReceiptAsync(Func<Task<string>> transactionFunction, CancellationToken cancellationToken = default) =>
        await PollForReceiptAsync(await transactionFunction().ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    public async Task<TransactionReceipt> PollForReceiptAsync(string transaction, CancellationToken cancellationToken = default)
    {
        var receipts = new EthGetTransactionReceipt(transactionManager.Client);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await receipts.SendRequestAsync(transaction).ConfigureAwait(false) is { } receipt) return receipt;
            await Task.Delay(retryMilliseconds, cancellationToken).ConfigureAwait(false);
        }
    }
}

using Nethereum.Hex.HexTypes;
using Nethereum.RPC.Eth.DTOs;
using Nethereum.RPC.TransactionManagers;

namespace Nethereum.Contracts.ContractHandlers;

public interface IContractTransactionHandler<TContractMessage> where TContractMessage : FunctionMessage, new()
{
    Task<TransactionInput> CreateTransactionInputEstimatingGasAsync(string contractAddress, TContractMessage? functionMessage = null);

    Task<HexBigInteger> EstimateGasAsync(string contractAddress, TContractMessage? functionMessage = null);

    Task<string> SendRequestAsync(string contractAddress, TContractMessage? functionMessage = null);

    Task<TransactionReceipt> SendRequestAndWaitForReceiptAsync(
        string contractAddress, TContractMessage? functionMessage = null, CancellationTokenSource? tokenSource = null);

    Task<TransactionReceipt> SendRequestAndWaitForReceiptAsync(
        string contractAddress, TContractMessage functionMessage, CancellationToken cancellationToken);

    Task<string> SignTransactionAsync(string contractAddress, TContractMessage? functionMessage = null);
}

/// <summary>Sends calls as transactions of the manager's account.</summary>
public class ContractTransactionHandler<TContractMessage>(ITransactionManager transactionManager)
    : IContractTransactionHandler<TContractMessage>
    where TContractMessage : FunctionMessage, new()
{
    public Task<TransactionInput> CreateTransactionInputEstimatingGasAsync(string contractAddress, TContractMessage? functionMessage = null) =>
        ContractTransactions.WithGasAsync(transactionManager, Input(contractAddress, functionMessage));

    public Task<HexBigInteger> EstimateGasAsync(string contractAddress, TContractMessage? functionMessage = null) =>
        ContractTransactions.EstimateAsync(transactionManager, Input(contractAddress, functionMessage));

    public Task<string> SendRequestAsync(string contractAddress, TContractMessage? functionMessage = null) =>
        ContractTransactions.SendAsync(transactionManager, Input(contractAddress, functionMessage));

    public Task<TransactionReceipt> SendRequestAndWaitForReceiptAsync(
        string contractAddress, TContractMessage? functionMessage = null, CancellationTokenSource? tokenSource = null) =>
        ContractTransactions.SendAndWaitAsync(transactionManager, Input(contractAddress, functionMessage), tokenSource?.Token ?? CancellationToken.None);

    public Task<TransactionReceipt> SendRequestAndWaitForReceiptAsync(
        string contractAddress, TContractMessage functionMessage, CancellationToken cancellationToken) =>
        ContractTransactions.SendAndWaitAsync(transactionManager, Input(contractAddress, functionMessage), cancellationToken);

    public Task<string> SignTransactionAsync(string contractAddress, TContractMessage? functionMessage = null) =>
        ContractTransactions.SignAsync(transactionManager, Input(contractAddress, functionMessage));

    private static TransactionInput Input(string contractAddress, TContractMessage? message) =>
        (message ?? new TContractMessage()).CreateTransactionInput(contractAddress);
}

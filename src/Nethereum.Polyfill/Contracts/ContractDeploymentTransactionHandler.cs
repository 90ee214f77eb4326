using Nethereum.Contracts.ContractHandlers;
using Nethereum.Hex.HexTypes;
using Nethereum.RPC.Eth.DTOs;
using Nethereum.RPC.TransactionManagers;

namespace Nethereum.Contracts.CQS;

public interface IContractDeploymentTransactionHandler<TContractDeploymentMessage> where TContractDeploymentMessage : ContractDeploymentMessage, new()
{
    Task<TransactionInput> CreateTransactionInputEstimatingGasAsync(TContractDeploymentMessage? deploymentMessage = null);

    Task<HexBigInteger> EstimateGasAsync(TContractDeploymentMessage contractDeploymentMessage);

    Task<string> SendRequestAsync(TContractDeploymentMessage? contractDeploymentMessage = null);

    Task<TransactionReceipt> SendRequestAndWaitForReceiptAsync(
        TContractDeploymentMessage? contractDeploymentMessage = null, CancellationTokenSource? tokenSource = null);

    Task<TransactionReceipt> SendRequestAndWaitForReceiptAsync(
        TContractDeploymentMessage contractDeploymentMessage, CancellationToken cancellationToken);

    Task<string> SignTransactionAsync(TContractDeploymentMessage contractDeploymentMessage);
}

/// <summary>Creates contracts from the manager's account.</summary>
public class ContractDeploymentTransactionHandler<TContractDeploymentMessage>(ITransactionManager transactionManager)
    : IContractDeploymentTransactionHandler<TContractDeploymentMessage>
    where TContractDeploymentMessage : ContractDeploymentMessage, new()
{
    public Task<TransactionInput> CreateTransactionInputEstimatingGasAsync(TContractDeploymentMessage? deploymentMessage = null) =>
        ContractTransactions.WithGasAsync(transactionManager, Input(deploymentMessage));

    public Task<HexBigInteger> EstimateGasAsync(TContractDeploymentMessage contractDeploymentMessage) =>
        ContractTransactions.EstimateAsync(transactionManager, Input(contractDeploymentMessage));

    public Task<string> SendRequestAsync(TContractDeploymentMessage? contractDeploymentMessage = null) =>
        ContractTransactions.SendAsync(transactionManager, Input(contractDeploymentMessage));

    public Task<TransactionReceipt> SendRequestAndWaitForReceiptAsync(
        TContractDeploymentMessage? contractDeploymentMessage = null, CancellationTokenSource? tokenSource = null) =>
        ContractTransactions.SendAndWaitAsync(transactionManager, Input(contractDeploymentMessage), tokenSource?.Token ?? CancellationToken.None);

    public Task<TransactionReceipt> SendRequestAndWaitForReceiptAsync(
        TContractDeploymentMessage contractDeploymentMessage, CancellationToken cancellationToken) =>
        ContractTransactions.SendAndWaitAsync(transactionManager, Input(contractDeploymentMessage), cancellationToken);

    public Task<string> SignTransactionAsync(TContractDeploymentMessage contractDeploymentMessage) =>
        ContractTransactions.SignAsync(transactionManager, Input(contractDeploymentMessage));

    private static TransactionInput Input(TContractDeploymentMessage? message) =>
        (message ?? new TContractDeploymentMessage()).CreateTransactionInput();
}

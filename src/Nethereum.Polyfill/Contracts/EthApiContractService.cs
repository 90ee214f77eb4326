using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts.ContractHandlers;
using Nethereum.Contracts.CQS;
using Nethereum.JsonRpc.Client;
using Nethereum.RPC;
using Nethereum.RPC.TransactionManagers;

namespace Nethereum.Contracts.Services;

public interface IEthApiContractService : IEthApiService
{
    ContractHandler GetContractHandler(string contractAddress);

    IContractQueryHandler<TContractFunctionMessage> GetContractQueryHandler<TContractFunctionMessage>()
        where TContractFunctionMessage : FunctionMessage, new();

    IContractTransactionHandler<TContractFunctionMessage> GetContractTransactionHandler<TContractFunctionMessage>()
        where TContractFunctionMessage : FunctionMessage, new();

    IContractDeploymentTransactionHandler<TContractDeploymentMessage> GetContractDeploymentHandler<TContractDeploymentMessage>()
        where TContractDeploymentMessage : ContractDeploymentMessage, new();

    Event<TEventType> GetEvent<TEventType>() where TEventType : IEventDTO, new();

    Event<TEventType> GetEvent<TEventType>(string contractAddress) where TEventType : IEventDTO, new();
}

/// <summary>A node's eth_ methods and typed contracts on top of them.</summary>
public class EthApiContractService(IClient client, ITransactionManager transactionManager)
    : EthApiService(client, transactionManager), IEthApiContractService
{
    public ContractHandler GetContractHandler(string contractAddress) => new(contractAddress, this);

    public IContractQueryHandler<TContractFunctionMessage> GetContractQueryHandler<TContractFunctionMessage>()
        where TContractFunctionMessage : FunctionMessage, new() =>
        new ContractQueryEthCallHandler<TContractFunctionMessage>(Transactions.Call);

    public IContractTransactionHandler<TContractFunctionMessage> GetContractTransactionHandler<TContractFunctionMessage>()
        where TContractFunctionMessage : FunctionMessage, new() =>
        new ContractTransactionHandler<TContractFunctionMessage>(TransactionManager);

    public IContractDeploymentTransactionHandler<TContractDeploymentMessage> GetContractDeploymentHandler<TContractDeploymentMessage>()
        where TContractDeploymentMessage : ContractDeploymentMessage, new() =>
        new ContractDeploymentTransactionHandler<TContractDeploymentMessage>(TransactionManager);

    public Event<TEventType> GetEvent<TEventType>() where TEventType : IEventDTO, new() => new(Client);

    public Event<TEventType> GetEvent<TEventType>(string contractAddress) where TEventType : IEventDTO, new() =>
        new(Client, contractAddress);
}

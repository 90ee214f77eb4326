using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts.Services;
using Nethereum.Hex.HexTypes;
using Nethereum.RPC.Eth.DTOs;

namespace Nethereum.Contracts.ContractHandlers;

/// <summary>One contract: its functions and events by their classes.</summary>
public class ContractHandler(string contractAddress, IEthApiContractService ethApiContractService)
{
    public string ContractAddress { get; } = contractAddress;

    public IEthApiContractService EthApiContractService { get; } = ethApiContractService;

    public Event<TEventType> GetEvent<TEventType>() where TEventType : IEventDTO, new() =>
        EthApiContractService.GetEvent<TEventType>(ContractAddress);

    public virtual Task<TReturn> QueryAsync<TEthereumContractFunctionMessage, TReturn>(
        TEthereumContractFunctionMessage? ethereumContractFunctionMessage = null, BlockParameter? blockParameter = null)
        where TEthereumContractFunctionMessage : FunctionMessage, new() =>
        EthApiContractService.GetContractQueryHandler<TEthereumContractFunctionMessage>()
            .QueryAsync<TReturn>(ContractAddress, ethereumContractFunctionMessage, blockParameter);

    public virtual Task<TEthereumFunctionReturn> QueryDeserializingToObjectAsync<TEthereumContractFunctionMessage, TEthereumFunctionReturn>(
        TEthereumContractFunctionMessage? ethereumContractFunctionMessage = null, BlockParameter? blockParameter = null)
        where TEthereumContractFunctionMessage : FunctionMessage, new()
        where TEthereumFunctionReturn : IFunctionOutputDTO, new() =>
        EthApiContractService.GetContractQueryHandler<TEthereumContractFunctionMessage>()
            .QueryDeserializingToObjectAsync<TEthereumFunctionReturn>(ethereumContractFunctionMessage, ContractAddress, blockParameter);

    public virtual Task<byte[]> QueryRawAsync<TEthereumContractFunctionMessage>(
        TEthereumContractFunctionMessage? ethereumContractFunctionMessage = null, BlockParameter? blockParameter = null)
        where TEthereumContractFunctionMessage : FunctionMessage, new() =>
        EthApiContractService.GetContractQueryHandler<TEthereumContractFunctionMessage>()
            .QueryRawAsBytesAsync(ContractAddress, ethereumContractFunctionMessage, blockParameter);

    public virtual Task<string> SendRequestAsync<TEthereumContractFunctionMessage>(TEthereumContractFunctionMessage? transactionMessage = null)
        where TEthereumContractFunctionMessage : FunctionMessage, new() =>
        Transactions<TEthereumContractFunctionMessage>().SendRequestAsync(ContractAddress, transactionMessage);

    public virtual Task<TransactionReceipt> SendRequestAndWaitForReceiptAsync<TEthereumContractFunctionMessage>(
        TEthereumContractFunctionMessage? transactionMessage = null, CancellationTokenSource? tokenSource = null)
        where TEthereumContractFunctionMessage : FunctionMessage, new() =>
        Transactions<TEthereumContractFunctionMessage>().SendRequestAndWaitForReceiptAsync(ContractAddress, transactionMessage, tokenSource);

    public virtual Task<TransactionReceipt> SendRequestAndWaitForReceiptAsync<TEthereumContractFunctionMessage>(
        TEthereumContractFunctionMessage transactionMessage, CancellationToken cancellationToken)
        where TEthereumContractFunctionMessage : FunctionMessage, new() =>
        Transactions<TEthereumContractFunctionMessage>().SendRequestAndWaitForReceiptAsync(ContractAddress, transactionMessage, cancellationToken);

    public virtual Task<HexBigInteger> EstimateGasAsync<TEthereumContractFunctionMessage>(TEthereumContractFunctionMessage? transactionMessage = null)
        where TEthereumContractFunctionMessage : FunctionMessage, new() =>
        Transactions<TEthereumContractFunctionMessage>().EstimateGasAsync(ContractAddress, transactionMessage);

    public virtual Task<string> SignTransactionAsync<TEthereumContractFunctionMessage>(TEthereumContractFunctionMessage? transactionMessage = null)
        where TEthereumContractFunctionMessage : FunctionMessage, new() =>
        Transactions<TEthereumContractFunctionMessage>().SignTransactionAsync(ContractAddress, transactionMessage);

    private IContractTransactionHandler<TMessage> Transactions<TMessage>() where TMessage : FunctionMessage, new() =>
        EthApiContractService.GetContractTransactionHandler<TMessage>();
}

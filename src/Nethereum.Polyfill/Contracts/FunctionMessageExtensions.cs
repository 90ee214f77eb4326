using Nethereum.ABI;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.RPC.Eth.DTOs;
using Nethereum.Util;

namespace Nethereum.Contracts;

/// <summary>Calls to and from their encoding, without a network.</summary>
public static class FunctionMessageExtensions
{
    public static byte[] GetCallData<TContractMessage>(this TContractMessage contractMessage) where TContractMessage : FunctionMessage =>
        Selector.OfFunction(typeof(TContractMessage)).Encode(contractMessage);

    public static byte[] GetCallDataHash<TContractMessage>(this TContractMessage contractMessage) where TContractMessage : FunctionMessage =>
        Keccak256.Hash(contractMessage.GetCallData());

    public static CallInput CreateCallInput<TContractMessage>(this TContractMessage contractMessage, string contractAddress)
        where TContractMessage : FunctionMessage =>
        contractMessage.ToCall(contractMessage.GetCallData(), contractAddress);

    public static TransactionInput CreateTransactionInput<TContractMessage>(this TContractMessage contractMessage, string contractAddress)
        where TContractMessage : FunctionMessage =>
        contractMessage.ToTransaction(contractMessage.GetCallData(), contractAddress);

    /// <summary>Reads call data into the message and returns it; data of another function throws.</summary>
    public static TContractMessage DecodeInput<TContractMessage>(this TContractMessage contractMessage, string data)
        where TContractMessage : FunctionMessage
    {
        var bytes = data.HexToByteArray();
        var selector = Selector.OfFunction(typeof(TContractMessage));
        if (!selector.Matches(bytes)) throw new ArgumentException($"The data does not call {typeof(TContractMessage).Name}", nameof(data));
        selector.DecodeInto(bytes, contractMessage);
        return contractMessage;
    }

    public static bool IsTransactionForFunctionMessage<TContractMessage>(this Transaction transaction)
        where TContractMessage : FunctionMessage, new() =>
        Selector.OfFunction(typeof(TContractMessage)).Matches(transaction.Input.HexToByteArray());

    public static TContractMessage DecodeTransactionToFunctionMessage<TContractMessage>(this Transaction transaction)
        where TContractMessage : FunctionMessage, new() =>
        new TContractMessage().DecodeInput(transaction.Input);
}

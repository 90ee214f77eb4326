using Nethereum.ABI;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.RPC.Eth.DTOs;

namespace Nethereum.Contracts;

public static class DeploymentMessageExtensions
{
    /// <summary>The code, then the constructor's arguments.</summary>
    public static byte[] GetDeploymentData<TContractMessage>(this TContractMessage contractMessage)
        where TContractMessage : ContractDeploymentMessage, new() =>
        [.. contractMessage.ByteCode.HexToByteArray(), .. TupleType.Of(typeof(TContractMessage)).Encode(contractMessage)];

    public static CallInput CreateCallInput<TContractMessage>(this TContractMessage contractMessage)
        where TContractMessage : ContractDeploymentMessage, new() =>
        contractMessage.ToCall(contractMessage.GetDeploymentData(), null);

    public static TransactionInput CreateTransactionInput<TContractMessage>(this TContractMessage contractMessage)
        where TContractMessage : ContractDeploymentMessage, new() =>
        contractMessage.ToTransaction(contractMessage.GetDeploymentData(), null);
}

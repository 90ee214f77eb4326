using System.Numerics;
using Nethereum.Contracts.CQS;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Hex.HexTypes;
using Nethereum.RPC.Eth.DTOs;

namespace Nethereum.Contracts;

/// <summary>What a node takes, out of a message.</summary>
internal static class MessageInputs
{
    public static CallInput ToCall(this ContractMessageBase message, byte[] data, string? to) => Fill(new CallInput(), message, data, to);

    public static TransactionInput ToTransaction(this ContractMessageBase message, byte[] data, string? to)
    {
        var input = Fill(new TransactionInput(), message, data, to);
        input.Nonce = Hex(message.Nonce);
        input.AccessList = message.AccessList;
        return input;
    }

    private static T Fill<T>(T input, ContractMessageBase message, byte[] data, string? to) where T : CallInput
    {
        input.Data = data.ToHex(true);
        input.To = to;
        input.From = message.FromAddress;
        input.Value = new HexBigInteger(message.AmountToSend);
        input.Gas = Hex(message.Gas);
        input.GasPrice = Hex(message.GasPrice);
        input.MaxFeePerGas = Hex(message.MaxFeePerGas);
        input.MaxPriorityFeePerGas = Hex(message.MaxPriorityFeePerGas);
        return input;
    }

    private static HexBigInteger? Hex(BigInteger? value) => value is null ? null : new HexBigInteger(value.Value);
}

using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.RPC.Eth.DTOs;
using Nethereum.RPC.Eth.Transactions;

namespace Nethereum.Contracts.ContractHandlers;

public interface IContractQueryHandler<TFunctionMessage> where TFunctionMessage : FunctionMessage, new()
{
    Task<TFunctionOutput> QueryAsync<TFunctionOutput>(string contractAddress, TFunctionMessage? functionMessage = null, BlockParameter? block = null);

    Task<TFunctionOutput> QueryDeserializingToObjectAsync<TFunctionOutput>(
        TFunctionMessage? functionMessage, string contractAddress, BlockParameter? block = null)
        where TFunctionOutput : IFunctionOutputDTO, new();

    Task<byte[]> QueryRawAsBytesAsync(string contractAddress, TFunctionMessage? functionMessage = null, BlockParameter? block = null);

    Task<string> QueryRawAsync(string contractAddress, TFunctionMessage? functionMessage = null, BlockParameter? block = null);
}

/// <summary>Reads from contracts with eth_call.</summary>
public class ContractQueryEthCallHandler<TFunctionMessage>(IEthCall ethCall) : IContractQueryHandler<TFunctionMessage>
    where TFunctionMessage : FunctionMessage, new()
{
    public async Task<TFunctionOutput> QueryAsync<TFunctionOutput>(
        string contractAddress, TFunctionMessage? functionMessage = null, BlockParameter? block = null)
    {
        var output = await QueryRawAsync(contractAddress, functionMessage, block).ConfigureAwait(false);
        return FunctionOutputs.Decode<TFunctionOutput>(typeof(TFunctionMessage), output);
    }

    public async Task<TFunctionOutput> QueryDeserializingToObjectAsync<TFunctionOutput>(
        TFunctionMessage? functionMessage, string contractAddress, BlockParameter? block = null)
        where TFunctionOutput : IFunctionOutputDTO, new() =>
        new TFunctionOutput().DecodeOutput(await QueryRawAsync(contractAddress, functionMessage, block).ConfigureAwait(false));

    public async Task<byte[]> QueryRawAsBytesAsync(string contractAddress, TFunctionMessage? functionMessage = null, BlockParameter? block = null) =>
        (await QueryRawAsync(contractAddress, functionMessage, block).ConfigureAwait(false)).HexToByteArray();

    public Task<string> QueryRawAsync(string contractAddress, TFunctionMessage? functionMessage = null, BlockParameter? block = null)
    {
        var input = (functionMessage ?? new TFunctionMessage()).CreateCallInput(contractAddress);
        return ContractReverts.Translate(() => ethCall.SendRequestAsync(input, block ?? ethCall.DefaultBlock));
    }
}

using Nethereum.ABI;
using Nethereum.ABI.FunctionEncoding;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.JsonRpc.Client;

namespace Nethereum.Contracts;

/// <summary>A call reverted with an error that the contract defines.</summary>
public class SmartContractCustomErrorRevertException(string encodedData) : Exception("Smart contract custom error revert")
{
    public string ExceptionEncodedData { get; set; } = encodedData;

    public bool IsCustomErrorFor<TError>() => ExceptionEncodedData.IsExceptionEncodedDataForError<TError>();

    public TError? DecodeError<TError>() where TError : class, new() => ExceptionEncodedData.DecodeExceptionEncodedData<TError>();
}

/// <summary>Solidity's require with a message.</summary>
[Error("Error")]
internal sealed class RevertMessageError
{
    [Parameter("string", "message", 1)]
    public string Message { get; set; } = "";
}

internal static class ContractReverts
{
    /// <summary>Runs a request and turns an error that carries revert data into the exception for it.</summary>
    public static async Task<T> Translate<T>(Func<Task<T>> request)
    {
        try
        {
            return await request().ConfigureAwait(false);
        }
        catch (RpcResponseException exception)
        {
            var data = exception.RpcError.GetDataAsString();
            if (data is null || !data.HasHexPrefix() || !data.IsHex() || data.HexToByteArray().Length < Selector.Size) throw;
            if (data.DecodeExceptionEncodedData<RevertMessageError>() is { } revert)
                throw new SmartContractRevertException(revert.Message, data, exception);
            throw new SmartContractCustomErrorRevertException(data);
        }
    }
}

using Nethereum.ABI;
using Nethereum.Hex.HexConvertors.Extensions;

namespace Nethereum.Contracts;

/// <summary>Revert data to custom errors.</summary>
public static class ErrorExtensions
{
    public static bool IsExceptionEncodedDataForError<TError>(this string data) =>
        Selector.OfError(typeof(TError)).Matches(data.HexToByteArray());

    /// <summary>Null when the data is another error's.</summary>
    public static TError? DecodeExceptionEncodedData<TError>(this string data) where TError : class, new()
    {
        var bytes = data.HexToByteArray();
        var selector = Selector.OfError(typeof(TError));
        if (!selector.Matches(bytes)) return null;
        var error = new TError();
        selector.DecodeInto(bytes, error);
        return error;
    }
}

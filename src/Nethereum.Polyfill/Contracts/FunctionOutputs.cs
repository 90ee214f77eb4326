using Nethereum.ABI;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Hex.HexConvertors.Extensions;

namespace Nethereum.Contracts;

public static class FunctionOuputDTOExtensions
{
    /// <summary>Reads returned data into the outputs and returns them; no data leaves them as they are.</summary>
    public static TFunctionOutputDTO DecodeOutput<TFunctionOutputDTO>(this TFunctionOutputDTO functionOuputDTO, string output)
        where TFunctionOutputDTO : IFunctionOutputDTO
    {
        FunctionOutputs.DecodeInto(output, functionOuputDTO);
        return functionOuputDTO;
    }
}

internal static class FunctionOutputs
{
    // An address without code returns no data at all, which the official package reads as nothing rather than as an error.
    public static void DecodeInto(string output, object target)
    {
        var bytes = output.HexToByteArray();
        if (bytes.Length > 0) TupleType.Of(target.GetType()).DecodeInto(bytes, target);
    }

    /// <summary>The one value a function returns, as its [Function] names it, or the outputs of a class with [FunctionOutput].</summary>
    public static TReturn Decode<TReturn>(Type message, string output)
    {
        var bytes = output.HexToByteArray();
        if (bytes.Length == 0) return default!;
        var type = typeof(TReturn);
        if (AttributeReader<FunctionOutputAttribute>.Find(type) is not null)
        {
            var target = Activator.CreateInstance<TReturn>()!;
            TupleType.Of(type).DecodeInto(bytes, target);
            return target;
        }

        var returned = AttributeReader<FunctionAttribute>.Require(message).ReturnType
            ?? throw new InvalidOperationException($"{message} names no return type");
        return (TReturn)AbiTypeParser.Parse(returned, type).Read(bytes, 0, type);
    }
}

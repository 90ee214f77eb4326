using System.Numerics;
using Nethereum.ABI.FunctionEncoding;
using Nethereum.Util;

namespace Nethereum.ABI;

/// <summary>abi.encode and abi.encodePacked of loose values, or of a class with parameters.</summary>
public class ABIEncode
{
    public byte[] GetSha3ABIEncodedPacked(params ABIValue[] abiValues) => Keccak256.Hash(GetABIEncodedPacked(abiValues));

    public byte[] GetSha3ABIEncodedPacked(params object[] values) => Keccak256.Hash(GetABIEncodedPacked(values));

    public byte[] GetSha3ABIEncoded(params ABIValue[] abiValues) => Keccak256.Hash(GetABIEncoded(abiValues));

    public byte[] GetSha3ABIEncoded(params object[] values) => Keccak256.Hash(GetABIEncoded(values));

    public byte[] GetSha3ABIParamsEncodedPacked<T>(T input) where T : notnull => Keccak256.Hash(GetABIParamsEncodedPacked(input));

    public byte[] GetSha3ABIParamsEncoded<T>(T input) where T : notnull => Keccak256.Hash(GetABIParamsEncoded(input));

    public byte[] GetABIEncodedPacked(params ABIValue[] abiValues)
    {
        var writer = new AbiWriter();
        foreach (var value in abiValues) value.ABIType.AppendPacked(writer, value.Value, false);
        return writer.ToArray();
    }

    public byte[] GetABIEncodedPacked(params object[] values) => GetABIEncodedPacked(Typed(values));

    public byte[] GetABIEncoded(params ABIValue[] abiValues)
    {
        var headSize = abiValues.Sum(value => value.ABIType.HeadSize);
        var writer = new AbiWriter(Math.Max(AbiWriter.Word, headSize));
        var position = writer.Reserve(headSize);
        foreach (var value in abiValues)
        {
            value.ABIType.Write(writer, 0, position, value.Value);
            position += value.ABIType.HeadSize;
        }

        return writer.ToArray();
    }

    /// <summary>Whole numbers are uint256, or int256 when negative; text is string, byte arrays are bytes.</summary>
    public byte[] GetABIEncoded(params object[] values) => GetABIEncoded(Typed(values));

    public byte[] GetABIParamsEncodedPacked<T>(T input) where T : notnull
    {
        var writer = new AbiWriter();
        TupleType.Of(typeof(T)).AppendPacked(writer, input, false);
        return writer.ToArray();
    }

    public byte[] GetABIParamsEncoded<T>(T input) where T : notnull => TupleType.Of(typeof(T)).Encode(input);

    /// <summary>Reads what <see cref="GetABIParamsEncoded{T}"/> writes.</summary>
    public T DecodeEncodedComplexType<T>(byte[] encoded) where T : notnull
    {
        var target = Activator.CreateInstance<T>();
        TupleType.Of(typeof(T)).DecodeInto(encoded, target);
        return target;
    }

    public BigInteger DecodeEncodedBigInteger(byte[] encoded) => Decode<BigInteger>("int256", encoded);

    public string DecodeEncodedAddress(byte[] encoded) => Decode<string>("address", encoded);

    public bool DecodeEncodedBoolean(byte[] encoded) => Decode<bool>("bool", encoded);

    private static T Decode<T>(string type, byte[] encoded) => (T)ABIType.CreateABIType(type).Read(encoded, 0, typeof(T));

    private static ABIValue[] Typed(object[] values) => [.. values.Select(value => new ABIValue(DefaultType(value), value))];

    private static string DefaultType(object value) => value switch
    {
        string => "string",
        bool => "bool",
        byte[] => "bytes",
        BigInteger[] => "uint256[]",
        BigInteger number => number.Sign < 0 ? "int256" : "uint256",
        uint or ulong or ushort or byte => "uint256",
        int or long or short or sbyte => Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture) < 0 ? "int256" : "uint256",
        _ => throw new AbiEncodingException($"{value?.GetType().Name ?? "null"} has no default ABI type"),
    };
}

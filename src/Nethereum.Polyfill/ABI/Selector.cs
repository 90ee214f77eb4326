using System.Collections.Concurrent;
using System.Text;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Util;

namespace Nethereum.ABI;

/// <summary>The four bytes that begin a call or an error, and the parameters that follow.</summary>
internal sealed class Selector
{
    public const int Size = 4;

    private static readonly ConcurrentDictionary<Type, Selector> Functions = new();
    private static readonly ConcurrentDictionary<Type, Selector> Errors = new();

    private readonly byte[] _bytes;

    private Selector(string name, TupleType parameters)
    {
        Parameters = parameters;
        _bytes = Keccak256.Hash(Encoding.ASCII.GetBytes(name + parameters.Name))[..Size];
    }

    public TupleType Parameters { get; }

    public static Selector OfFunction(Type type) => Functions.GetOrAdd(type, static key =>
        new Selector(AttributeReader<FunctionAttribute>.Require(key).Name, TupleType.Of(key)));

    public static Selector OfError(Type type) => Errors.GetOrAdd(type, static key =>
        new Selector(AttributeReader<ErrorAttribute>.Require(key).Name, TupleType.Of(key)));

    public bool Matches(ReadOnlySpan<byte> data) => data.StartsWith(_bytes);

    public byte[] Encode(object message) => [.. _bytes, .. Parameters.Encode(message)];

    /// <summary>Data starts with the selector.</summary>
    public void DecodeInto(ReadOnlySpan<byte> data, object message) => Parameters.DecodeInto(data[Size..], message);
}

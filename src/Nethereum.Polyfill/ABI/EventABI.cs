using System.Collections.Concurrent;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Util;

namespace Nethereum.ABI.Model;

/// <summary>An event's name, signature and parameters, from its class.</summary>
public class EventABI
{
    private static readonly ConcurrentDictionary<Type, EventABI> Known = new();

    private EventABI(Type type)
    {
        var attribute = AttributeReader<EventAttribute>.Require(type);
        var all = TupleType.Of(type);
        Name = attribute.Name;
        IsAnonymous = attribute.IsAnonymous;
        Signature = Name + all.Name;
        Sha3Signature = Sha3Keccack.Current.CalculateHash(Signature);
        Indexed = [.. all.Fields.Where(field => field.Parameter.Indexed)];
        Data = new TupleType([.. all.Fields.Where(field => !field.Parameter.Indexed)]);
    }

    public string Name { get; }

    public bool IsAnonymous { get; }

    /// <summary>Name and parameter types.</summary>
    public string Signature { get; }

    /// <summary>The first topic, without 0x.</summary>
    public string Sha3Signature { get; }

    public int NumberOfIndexes => Indexed.Count;

    internal IReadOnlyList<AbiField> Indexed { get; }

    internal TupleType Data { get; }

    internal static EventABI Of(Type type) => Known.GetOrAdd(type, static key => new EventABI(key));

    internal string Topic => IsAnonymous ? throw new NotSupportedException($"{Name} is anonymous: no topic says so") : Sha3Signature.EnsureHexPrefix();
}

using System.Collections.Concurrent;
using System.Reflection;

namespace Nethereum.ABI.FunctionEncoding.Attributes;

/// <summary>One look-up per type and attribute.</summary>
internal static class AttributeReader<TAttribute> where TAttribute : Attribute
{
    private static readonly ConcurrentDictionary<Type, TAttribute?> Found = new();

    public static TAttribute? Find(Type type) => Found.GetOrAdd(type, static key => key.GetCustomAttribute<TAttribute>(true));

    public static TAttribute Require(Type type) =>
        Find(type) ?? throw new ArgumentException($"{type} has no {typeof(TAttribute).Name}", nameof(type));
}

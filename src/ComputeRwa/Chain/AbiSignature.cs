using System.Reflection;
using System.Text;
using ComputeRwa.Kernel;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace ComputeRwa.Chain;

/// <summary>One parameter of a message, event, error or struct class, in ABI order.</summary>
internal sealed record AbiMember(string Name, string Type, PropertyInfo Property)
{
    public bool IsTuple => Type.StartsWith("tuple", StringComparison.Ordinal);

    /// <summary>The class of a tuple, or of each tuple in an array.</summary>
    public Type Element => Property.PropertyType.IsGenericType ? Property.PropertyType.GetGenericArguments()[0] : Property.PropertyType;
}

/// <summary>Canonical signatures and selectors, from Nethereum's attributes.</summary>
internal static class AbiSignature
{
    public static IReadOnlyList<AbiMember> Members(Type type) =>
    [
        .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Select(p => (Property: p, Parameter: p.GetCustomAttribute<ParameterAttribute>(inherit: true)))
            .Where(p => p.Parameter is not null)
            .OrderBy(p => p.Parameter!.Order)
            .Select(p => new AbiMember(p.Parameter!.Name is { Length: > 0 } name ? name : p.Property.Name, p.Parameter!.Type, p.Property)),
    ];

    /// <summary>The name in Solidity; null when the class is no function, event, error or struct.</summary>
    public static string? NameOf(Type type) =>
        type.GetCustomAttribute<FunctionAttribute>()?.Name ?? type.GetCustomAttribute<EventAttribute>()?.Name
        ?? type.GetCustomAttribute<ErrorAttribute>()?.Name ?? type.GetCustomAttribute<StructAttribute>()?.Name;

    /// <summary>E.g. <c>transfer(address,uint256)</c>; structs are written out as tuples.</summary>
    public static string Of(Type type) => NameOf(type) + Tuple(type);

    /// <summary>0x and the first four bytes of the signature's hash.</summary>
    public static string Selector(Type type) => Topic(type)[..10];

    public static string Topic(Type type) => Keccak.Hash(Encoding.ASCII.GetBytes(Of(type))).Value;

    /// <summary>How many of an event's members are topics.</summary>
    public static int IndexedMembers(Type type) => Members(type).Count(m => m.Property.GetCustomAttributesData()
        .Any(a => a.AttributeType == typeof(ParameterAttribute) && a.ConstructorArguments is [_, _, _, { Value: true }]));

    private static string Tuple(Type type) => $"({string.Join(',', Members(type).Select(Canonical))})";

    private static string Canonical(AbiMember member) => member.IsTuple ? Tuple(member.Element) + member.Type["tuple".Length..] : member.Type;
}

using Nethereum.ABI.FunctionEncoding.Attributes;

namespace Nethereum.ABI.EIP712;

/// <summary>Struct types out of classes. Every class has to be named: those inside others are not looked for.</summary>
public class MemberDescriptionFactory
{
    public static Dictionary<string, MemberDescription[]> GetTypesMemberDescription(params Type[] types) =>
        types.ToDictionary(StructName, Describe);

    internal static string StructName(Type type) => StructAttribute.GetAttribute(type)?.Name ?? type.Name;

    // A tuple's ABI type does not say which struct it is; its attribute does.
    internal static string TypeName(AbiField field) =>
        field.Parameter.Type.StartsWith("tuple", StringComparison.Ordinal)
            ? field.Parameter.StructTypeName ?? throw new ArgumentException($"{field.Name} does not name its struct")
            : field.Parameter.Type;

    private static MemberDescription[] Describe(Type type) =>
        [.. TupleType.Of(type).Fields.Select(field => new MemberDescription { Name = field.Name, Type = TypeName(field) })];
}

namespace Nethereum.ABI.EIP712;

/// <summary>Values out of an object whose class carries parameters.</summary>
public class MemberValueFactory
{
    public static MemberValue[] CreateFromMessage<T>(T message) => Values(TupleType.Of(typeof(T)), message!);

    private static MemberValue[] Values(TupleType type, object message) =>
    [
        .. type.Fields.Select(field => new MemberValue
        {
            TypeName = MemberDescriptionFactory.TypeName(field),
            Value = Convert(field.Type, field.Property.GetValue(message)),
        }),
    ];

    private static object? Convert(ABIType type, object? value) => (type, value) switch
    {
        (_, null) => null,
        (TupleType tuple, _) => Values(tuple, value),
        (ArrayType array, _) when Innermost(array) is TupleType => array.Elements(value).Cast<object?>().Select(item => Convert(array.Element, item)).ToList(),
        _ => value,
    };

    private static ABIType Innermost(ABIType type) => type is ArrayType array ? Innermost(array.Element) : type;
}

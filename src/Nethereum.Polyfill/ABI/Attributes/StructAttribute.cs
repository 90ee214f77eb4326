namespace Nethereum.ABI.FunctionEncoding.Attributes;

[AttributeUsage(AttributeTargets.Class)]
public class StructAttribute : Attribute
{
    public StructAttribute(string name) => Name = name;

    public string Name { get; set; }

    public static StructAttribute? GetAttribute<T>() => GetAttribute(typeof(T));

    public static StructAttribute? GetAttribute(Type type) => AttributeReader<StructAttribute>.Find(type);

    public static bool IsStructType<T>() => IsStructType(typeof(T));

    public static bool IsStructType(Type type) => GetAttribute(type) is not null;
}

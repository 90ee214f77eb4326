namespace Nethereum.ABI.FunctionEncoding.Attributes;

[AttributeUsage(AttributeTargets.Class)]
public class ErrorAttribute : Attribute
{
    public ErrorAttribute(string name) => Name = name;

    public string Name { get; set; }

    public static ErrorAttribute? GetAttribute<T>() => GetAttribute(typeof(T));

    public static ErrorAttribute? GetAttribute(Type type) => AttributeReader<ErrorAttribute>.Find(type);

    public static bool IsErrorType<T>() => IsErrorType(typeof(T));

    public static bool IsErrorType(Type type) => GetAttribute(type) is not null;
}

namespace Nethereum.ABI.FunctionEncoding.Attributes;

/// <summary>Names the contract function a message calls and what it returns: an ABI type, or a class of outputs.</summary>
[AttributeUsage(AttributeTargets.Class)]
public class FunctionAttribute : Attribute
{
    public FunctionAttribute(string name) => Name = name;

    public FunctionAttribute(string name, string returnType)
    {
        Name = name;
        ReturnType = returnType;
    }

    public FunctionAttribute(string name, Type dtoReturnType)
    {
        Name = name;
        DTOReturnType = dtoReturnType;
    }

    public string Name { get; }

    public string? ReturnType { get; }

    public Type? DTOReturnType { get; }

    public static FunctionAttribute? GetAttribute<T>() => GetAttribute(typeof(T));

    public static FunctionAttribute? GetAttribute(Type type) => AttributeReader<FunctionAttribute>.Find(type);

    public static bool IsFunctionType<T>() => IsFunctionType(typeof(T));

    public static bool IsFunctionType(Type type) => GetAttribute(type) is not null;
}

namespace Nethereum.ABI.FunctionEncoding.Attributes;

[AttributeUsage(AttributeTargets.Class)]
public class FunctionOutputAttribute : Attribute
{
    public static FunctionOutputAttribute? GetAttribute<T>() => AttributeReader<FunctionOutputAttribute>.Find(typeof(T));

    public static bool IsFunctionType<T>() => GetAttribute<T>() is not null;
}

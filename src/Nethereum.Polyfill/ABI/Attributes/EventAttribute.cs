namespace Nethereum.ABI.FunctionEncoding.Attributes;

[AttributeUsage(AttributeTargets.Class)]
public class EventAttribute : Attribute
{
    public EventAttribute(string name) : this(name, false)
    {
    }

    public EventAttribute(string name, bool isAnonymous)
    {
        Name = name;
        IsAnonymous = isAnonymous;
    }

    public string Name { get; set; }

    public bool IsAnonymous { get; set; }

    public static EventAttribute? GetAttribute<T>() => GetAttribute(typeof(T));

    public static EventAttribute? GetAttribute(Type type) => AttributeReader<EventAttribute>.Find(type);

    public static bool IsEventType<T>() => IsEventType(typeof(T));

    public static bool IsEventType(Type type) => GetAttribute(type) is not null;
}

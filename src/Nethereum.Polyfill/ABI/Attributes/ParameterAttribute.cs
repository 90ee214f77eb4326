namespace Nethereum.ABI.FunctionEncoding.Attributes;

/// <summary>Ties a property to an ABI parameter. Order counts from 1; a tuple's fields come from the property's own class.</summary>
[AttributeUsage(AttributeTargets.Property)]
public class ParameterAttribute : Attribute
{
    public ParameterAttribute(string type, string? name = null, int order = 1)
    {
        Type = type;
        Name = name;
        Order = order;
    }

    public ParameterAttribute(string type, string? name, int order, bool indexed = false) : this(type, name, order) => Indexed = indexed;

    public ParameterAttribute(string type, string? name, int order, string? structTypeName = null) : this(type, name, order) =>
        StructTypeName = structTypeName;

    public ParameterAttribute(string type, int order) : this(type, null, order)
    {
    }

    public string Type { get; }

    public string? Name { get; }

    public int Order { get; }

    public string? StructTypeName { get; }

    internal bool Indexed { get; }
}

namespace Nethereum.ABI.EIP712;

/// <summary>A field of a struct type.</summary>
public class MemberDescription
{
    public string Name { get; set; } = "";

    /// <summary>An elementary type, a struct's name, or an array of either.</summary>
    public string Type { get; set; } = "";
}

/// <summary>A field's value: a plain value, an array of them, MemberValue[] for a struct, or a list of MemberValue[].</summary>
public class MemberValue
{
    public string TypeName { get; set; } = "";

    public object? Value { get; set; }
}

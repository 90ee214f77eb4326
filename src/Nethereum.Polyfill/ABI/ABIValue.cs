namespace Nethereum.ABI;

/// <summary>A value with its type.</summary>
public class ABIValue
{
    public ABIValue(ABIType abiType, object value)
    {
        ABIType = abiType;
        Value = value;
    }

    public ABIValue(string abiType, object value) : this(ABIType.CreateABIType(abiType), value)
    {
    }

    public ABIType ABIType { get; set; }

    public object Value { get; set; }
}

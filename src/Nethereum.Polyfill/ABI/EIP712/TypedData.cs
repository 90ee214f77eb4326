namespace Nethereum.ABI.EIP712;

/// <summary>A message, its domain and the types of both.</summary>
public class TypedDataRaw
{
    public IDictionary<string, MemberDescription[]> Types { get; set; } = new Dictionary<string, MemberDescription[]>();

    public string PrimaryType { get; set; } = "";

    public MemberValue[] Message { get; set; } = [];

    public MemberValue[]? DomainRawValues { get; set; }
}

/// <summary>The same with a domain of a known class.</summary>
public class TypedData<TDomain> : TypedDataRaw
{
    public TDomain Domain { get; set; } = default!;

    public void InitDomainRawValues() => DomainRawValues = MemberValueFactory.CreateFromMessage<TDomain>(Domain);

    public void EnsureDomainRawValuesAreInitialised()
    {
        if (DomainRawValues is null) InitDomainRawValues();
    }

    public void SetMessage<T>(T message) => Message = MemberValueFactory.CreateFromMessage(message);
}

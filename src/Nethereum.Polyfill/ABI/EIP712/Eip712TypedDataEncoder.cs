using System.Collections;
using System.Text;
using Nethereum.ABI.FunctionEncoding;
using Nethereum.Util;

namespace Nethereum.ABI.EIP712;

/// <summary>EIP-712: 0x1901, the domain's hash and the message's hash, which hashed again is what gets signed.</summary>
public class Eip712TypedDataEncoder
{
    private const string DomainType = "EIP712Domain";

    public static Eip712TypedDataEncoder Current { get; } = new();

    public byte[] EncodeTypedData<T, TDomain>(T message, TypedData<TDomain> typedData)
    {
        typedData.SetMessage(message);
        return EncodeTypedData(typedData);
    }

    public byte[] EncodeTypedData<TDomain>(TypedData<TDomain> typedData)
    {
        typedData.EnsureDomainRawValuesAreInitialised();
        return EncodeTypedDataRaw(typedData);
    }

    public byte[] EncodeTypedData(string json) => EncodeTypedDataRaw(TypedDataRawJsonConversion.DeserialiseJsonToRawTypedData(json));

    public byte[] EncodeTypedData<TDomain>(string json, string messageKeySelector = "message") =>
        EncodeTypedDataRaw(TypedDataRawJsonConversion.DeserialiseJsonToRawTypedData<TDomain>(json, messageKeySelector));

    public byte[] EncodeTypedDataRaw(TypedDataRaw typedData) =>
    [
        0x19, 0x01,
        .. HashDomainSeparator(typedData),
        .. HashStruct(typedData.Types, typedData.PrimaryType, typedData.Message),
    ];

    public byte[] EncodeAndHashTypedData(string json) => Keccak256.Hash(EncodeTypedData(json));

    public byte[] EncodeAndHashTypedData<T, TDomain>(T message, TypedData<TDomain> typedData) =>
        Keccak256.Hash(EncodeTypedData(message, typedData));

    public byte[] EncodeAndHashTypedData<TDomain>(TypedData<TDomain> typedData) => Keccak256.Hash(EncodeTypedData(typedData));

    public byte[] HashDomainSeparator<TDomain>(TypedData<TDomain> typedData)
    {
        typedData.EnsureDomainRawValuesAreInitialised();
        return HashDomainSeparator((TypedDataRaw)typedData);
    }

    public byte[] HashDomainSeparator(TypedDataRaw typedData) => HashStruct(typedData.Types, DomainType, typedData.DomainRawValues ?? []);

    /// <summary>hashStruct; types are those the struct refers to.</summary>
    public byte[] HashStruct<T>(T message, string primaryType, params Type[] types) =>
        Keccak256.Hash(EncodeStruct(message, primaryType, types));

    /// <summary>The type's hash and the encoded fields.</summary>
    public byte[] EncodeStruct<T>(T message, string primaryType, params Type[] types) =>
        EncodeStruct(Descriptions<T>(types), primaryType, MemberValueFactory.CreateFromMessage(message));

    /// <summary>encodeType; types has to hold the primary type's class too.</summary>
    public string GetEncodedType(string primaryType, params Type[] types) =>
        EncodeType(MemberDescriptionFactory.GetTypesMemberDescription(types), primaryType);

    private static Dictionary<string, MemberDescription[]> Descriptions<T>(Type[] types) =>
        MemberDescriptionFactory.GetTypesMemberDescription([.. types.Append(typeof(T)).Distinct()]);

    private static byte[] HashStruct(IDictionary<string, MemberDescription[]> types, string name, MemberValue[] values) =>
        Keccak256.Hash(EncodeStruct(types, name, values));

    private static byte[] EncodeStruct(IDictionary<string, MemberDescription[]> types, string name, MemberValue[] values)
    {
        var members = types.TryGetValue(name, out var found) ? found : throw new AbiEncodingException($"The type {name} is not described");
        if (values.Length != members.Length) throw new AbiEncodingException($"{name} has {members.Length} fields, not {values.Length}");
        var encoded = new byte[(1 + members.Length) * AbiWriter.Word];
        Keccak256.Hash(Encoding.UTF8.GetBytes(EncodeType(types, name)), encoded);
        for (var i = 0; i < members.Length; i++)
        {
            try
            {
                EncodeValue(types, members[i].Type, values[i].Value, encoded.AsSpan((1 + i) * AbiWriter.Word, AbiWriter.Word));
            }
            catch (AbiEncodingException exception)
            {
                throw new AbiEncodingException($"{members[i].Name}: {exception.Message}", exception);
            }
        }

        return encoded;
    }

    private static void EncodeValue(IDictionary<string, MemberDescription[]> types, string type, object? value, Span<byte> word)
    {
        if (type.EndsWith(']'))
        {
            Keccak256.Hash(EncodeElements(types, type, value), word);
            return;
        }

        if (types.ContainsKey(type))
        {
            // A missing struct is all zeros (as wallets do), not a struct of zeros.
            if (value is MemberValue[] values) HashStruct(types, type, values).CopyTo(word);
            else if (value is not null) throw new AbiEncodingException($"{type} is a struct, not {value}");
            return;
        }

        var elementary = ABIType.CreateABIType(type);
        if (elementary is BytesType bytes) Keccak256.Hash(bytes.ToBytes(value), word);
        else ((WordType)elementary).WriteWord(word, value);
    }

    private static byte[] EncodeElements(IDictionary<string, MemberDescription[]> types, string type, object? value)
    {
        var open = type.LastIndexOf('[');
        var elements = value is IEnumerable enumerable and not string
            ? enumerable.Cast<object?>().ToList()
            : throw new AbiEncodingException($"A list is expected for {type}, not {value ?? "null"}");
        if (type[(open + 1)..^1] is { Length: > 0 } length && int.Parse(length, System.Globalization.CultureInfo.InvariantCulture) != elements.Count)
            throw new AbiEncodingException($"{type} does not take {elements.Count} elements");

        var encoded = new byte[elements.Count * AbiWriter.Word];
        for (var i = 0; i < elements.Count; i++)
            EncodeValue(types, type[..open], elements[i], encoded.AsSpan(i * AbiWriter.Word, AbiWriter.Word));
        return encoded;
    }

    private static string EncodeType(IDictionary<string, MemberDescription[]> types, string name)
    {
        var referred = new SortedSet<string>(StringComparer.Ordinal);
        CollectReferred(types, name, referred);
        referred.Remove(name);
        return string.Concat(referred.Prepend(name).Select(type =>
            $"{type}({string.Join(',', types[type].Select(member => $"{member.Type} {member.Name}"))})"));
    }

    private static void CollectReferred(IDictionary<string, MemberDescription[]> types, string name, SortedSet<string> referred)
    {
        if (!referred.Add(name)) return;
        foreach (var member in types[name])
        {
            var bracket = member.Type.IndexOf('[', StringComparison.Ordinal);
            var element = bracket < 0 ? member.Type : member.Type[..bracket];
            if (types.ContainsKey(element)) CollectReferred(types, element, referred);
        }
    }
}

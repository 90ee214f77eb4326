using System.Text;
using System.Text.Json.Nodes;
using ComputeRwa.Kernel;
using Nethereum.ABI;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace ComputeRwa.Chain;

/// <summary>Which contract, on which chain, a signature is for.</summary>
internal sealed record Eip712Domain(string Name, string Version, long ChainId, string VerifyingContract);

/// <summary>
/// What a party signs: <c>{domain,types,primaryType,message}</c> ready for eth_signTypedData_v4, and the 32 bytes that
/// come out of it. Integers of more than 32 bits are decimal strings.
/// </summary>
internal sealed record TypedDataView(JsonNode TypedData, string Digest);

/// <summary>
/// EIP-712 of the structs in Chain/Contracts. All of them have members of one static word each, so the struct's encoding is
/// its type hash followed by its ABI encoding; a struct with any other member is refused.
/// </summary>
internal static class Eip712
{
    private static readonly (string Type, string Name)[] DomainMembers =
        [("string", "name"), ("string", "version"), ("uint256", "chainId"), ("address", "verifyingContract")];

    /// <param name="message">an instance of a class with [Struct] and [Parameter] attributes</param>
    public static TypedDataView View<T>(Eip712Domain domain, T message) where T : class =>
        new(TypedData(domain, message), Digest(domain, message).Value);

    public static Hash32 Digest<T>(Eip712Domain domain, T message) where T : class =>
        Keccak.Hash([0x19, 0x01, .. Separator(domain), .. StructHash(message)]);

    public static byte[] StructHash<T>(T message) where T : class =>
        Keccak.Of([.. Keccak.Of(Encoding.ASCII.GetBytes(TypeOf<T>())), .. new ABIEncode().GetABIParamsEncoded(message)]);

    /// <summary>E.g. <c>Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)</c>.</summary>
    public static string TypeOf<T>() => AbiSignature.NameOf(typeof(T)) + $"({string.Join(',', Members<T>().Select(m => $"{m.Type} {m.Name}"))})";

    public static byte[] Separator(Eip712Domain domain)
    {
        var type = $"EIP712Domain({string.Join(',', DomainMembers.Select(m => $"{m.Type} {m.Name}"))})";
        return new ABIEncode().GetSha3ABIEncoded(
            new ABIValue("bytes32", Hash(type)), new ABIValue("bytes32", Hash(domain.Name)), new ABIValue("bytes32", Hash(domain.Version)),
            new ABIValue("uint256", new System.Numerics.BigInteger(domain.ChainId)), new ABIValue("address", domain.VerifyingContract));
    }

    private static byte[] Hash(string text) => Keccak.Of(Encoding.UTF8.GetBytes(text));

    private static JsonObject TypedData<T>(Eip712Domain domain, T message) where T : class => new()
    {
        ["domain"] = new JsonObject
        {
            ["name"] = domain.Name, ["version"] = domain.Version, ["chainId"] = domain.ChainId, ["verifyingContract"] = domain.VerifyingContract,
        },
        ["types"] = new JsonObject
        {
            ["EIP712Domain"] = Types(DomainMembers),
            [AbiSignature.NameOf(typeof(T))!] = Types(Members<T>().Select(m => (m.Type, m.Name))),
        },
        ["primaryType"] = AbiSignature.NameOf(typeof(T)),
        ["message"] = AbiView.Json(message),
    };

    private static JsonArray Types(IEnumerable<(string Type, string Name)> members) =>
        [.. members.Select(m => (JsonNode)new JsonObject { ["name"] = m.Name, ["type"] = m.Type })];

    private static IReadOnlyList<AbiMember> Members<T>()
    {
        var members = AbiSignature.Members(typeof(T));
        if (members.FirstOrDefault(m => m.IsTuple || m.Type.EndsWith(']') || m.Type is "bytes" or "string") is { } dynamic)
            throw new NotSupportedException($"{typeof(T).Name}.{dynamic.Name} is not one static word.");
        return members;
    }
}

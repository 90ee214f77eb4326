using System.Text.Json;
using System.Text.Json.Nodes;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Signer;
using Nethereum.Signer.EIP712;
using Nethereum.Util;
using Nethereum.Web3.Accounts;

namespace ComputeRwa.Demo;

/// <summary>Somebody who holds a key: signs what it is shown, and leaves it to the operator to send what comes of it.</summary>
internal sealed class Party
{
    private readonly EthECKey _key;

    public Party(string name, EthECKey key) => (Name, _key, Address) = (name, key, key.GetPublicAddress());

    public string Name { get; }
    public string Address { get; }

    /// <summary>
    /// Signs typed data that the API offers. <paramref name="expected"/> are the members this party insists on reading in the message,
    /// and the digest must be that of the data shown: a wallet believes what it shows, not what it is told.
    /// </summary>
    public string Sign(TypedData offer, params (string Member, string Value)[] expected)
    {
        var json = offer.Json.GetRawText();
        var message = offer.Json.GetProperty("message");
        foreach (var (member, value) in expected) Insist(message, member, value);
        var digest = "0x" + Convert.ToHexStringLower(Digest(json));
        if (offer.Digest is { } told && told != digest) throw new DemoException($"{Name} was told the digest {told}, but the typed data has {digest}.");
        return Eip712TypedDataSigner.Current.SignTypedDataV4(json, _key);
    }

    /// <summary>A signature over a digest that this party has computed itself: 65 bytes, r, s and v.</summary>
    public byte[] SignDigest(byte[] digest) => new MessageSigner().Sign(digest, _key).HexToByteArray();

    /// <summary>For transactions of its own.</summary>
    public Account Account(long chainId) => new(_key, chainId);

    /// <summary>An EIP-191 signature over 32 bytes, as node keys sign their batches.</summary>
    public string SignHash(byte[] hash) => new EthereumMessageSigner().Sign(hash, _key);

    private void Insist(JsonElement message, string member, string value)
    {
        var shown = message.GetProperty(member).ToString();
        if (!string.Equals(shown, value, StringComparison.OrdinalIgnoreCase))
            throw new DemoException($"{Name} expected {member} {value} but was shown {shown}.");
    }

    private static byte[] Digest(string json) => Sha3Keccack.Current.CalculateHash(Eip712TypedDataSigner.Current.EncodeTypedData(json));
}

/// <summary>Typed data to sign and, where the API says so, its digest.</summary>
internal sealed record TypedData(JsonElement Json, string? Digest)
{
    /// <summary>The same with another member: a signer may choose its own deadline.</summary>
    public TypedData With(string member, string value)
    {
        var node = JsonNode.Parse(Json.GetRawText())!;
        node["message"]![member] = value;
        return new(JsonSerializer.SerializeToElement(node), null);
    }
}

/// <summary>
/// The keys of the demonstration. Those of lessees, providers, nodes and holders are keccak256("ComputeRwa demonstration {seed} key {name}");
/// attestors and registrar are the development chain's public accounts 1 to 4, as scripts/deploy.mjs appoints them.
/// </summary>
internal sealed class Keys(Seed seed)
{
    private static readonly string[] Public =
    [
        "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
        "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
        "0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6",
        "0x47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a",
    ];

    public IReadOnlyList<Party> Attestors { get; } = [.. Public[..3].Select((key, i) => new Party($"attestor {i + 1}", new EthECKey(key)))];

    public Party Registrar { get; } = new("registrar", new EthECKey(Public[3]));

    public Party Of(string name)
    {
        // Some signers refuse a key with a leading zero byte; the next name gives another.
        var bytes = seed.Bytes($"key {name}");
        for (var attempt = 1; bytes[0] is 0 or 0xff; attempt++) bytes = seed.Bytes($"key {name} {attempt}");
        return new(name, new EthECKey(bytes, isPrivate: true));
    }
}

/// <summary>The demonstration cannot go on; the message says why.</summary>
internal sealed class DemoException(string message, Exception? inner = null) : Exception(message, inner);

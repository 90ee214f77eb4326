using System.Numerics;
using Nethereum.ABI.EIP712;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Signer;
using Nethereum.Signer.EIP712;
using Nethereum.Util;

namespace Nethereum.Conformance;

[Struct("Person")]
public class Person
{
    [Parameter("string", "name", 1)]
    public string Name { get; set; } = "";

    [Parameter("address", "wallet", 2)]
    public string Wallet { get; set; } = "";
}

[Struct("Mail")]
public class Mail
{
    [Parameter("tuple", "from", 1, "Person")]
    public Person From { get; set; } = new();

    [Parameter("tuple", "to", 2, "Person")]
    public Person To { get; set; } = new();

    [Parameter("string", "contents", 3)]
    public string Contents { get; set; } = "";
}

[Struct("Round")]
public class Round
{
    [Parameter("tuple[]", "to", 1, "Person[]")]
    public List<Person> To { get; set; } = [];

    [Parameter("uint256[]", "amounts", 2)]
    public List<BigInteger> Amounts { get; set; } = [];

    [Parameter("bytes32", "root", 3)]
    public byte[] Root { get; set; } = new byte[32];
}

public class TypedDataTests
{
    private static readonly EthECKey Cow = new("0xc85ef7d79691fe79573b1a7064c19c1a9819ebdbd1faaab1a8ec92344438aaf4");

    private static readonly Mail Example = new()
    {
        From = new Person { Name = "Cow", Wallet = "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826" },
        To = new Person { Name = "Bob", Wallet = "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB" },
        Contents = "Hello, Bob!",
    };

    [Fact]
    public void The_example_of_the_standard_is_signed_as_the_standard_says()
    {
        var data = MailData();
        Assert.Equal(
            "0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2",
            Sha3Keccack.Current.CalculateHash(Eip712TypedDataSigner.Current.EncodeTypedData(Example, data)).ToHex(true));
        var signature = Eip712TypedDataSigner.Current.SignTypedDataV4(Example, data, Cow);
        Assert.Equal(
            "0x4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b915621c",
            signature);
        Assert.Equal(Cow.GetPublicAddress(), Eip712TypedDataSigner.Current.RecoverFromSignatureV4(Example, data, signature));
    }

    [Fact]
    public void The_message_can_be_set_before()
    {
        var data = MailData();
        data.SetMessage(Example);
        var signature = Eip712TypedDataSigner.Current.SignTypedDataV4(data, Cow);
        Assert.Equal(Cow.GetPublicAddress(), Eip712TypedDataSigner.Current.RecoverFromSignatureV4(data, signature));
        Assert.Equal(signature, Eip712TypedDataSigner.Current.SignTypedDataV4(Example, MailData(), Cow));
    }

    [Fact]
    public void Lists_of_structs_hash_alike_from_objects_and_from_text()
    {
        var message = new Round { To = [Example.From, Example.To], Amounts = [1, 2], Root = [.. Enumerable.Repeat((byte)0xab, 32)] };
        var data = new TypedData<Domain>
        {
            Domain = Domain(),
            Types = MemberDescriptionFactory.GetTypesMemberDescription(typeof(Domain), typeof(Round), typeof(Person)),
            PrimaryType = "Round",
        };
        const string json = """
            {
              "types": {
                "EIP712Domain": [{"name":"name","type":"string"},{"name":"version","type":"string"},{"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}],
                "Round": [{"name":"to","type":"Person[]"},{"name":"amounts","type":"uint256[]"},{"name":"root","type":"bytes32"}],
                "Person": [{"name":"name","type":"string"},{"name":"wallet","type":"address"}]
              },
              "primaryType": "Round",
              "domain": {"name":"Ether Mail","version":"1","chainId":1,"verifyingContract":"0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"},
              "message": {
                "to": [
                  {"name":"Cow","wallet":"0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"},
                  {"name":"Bob","wallet":"0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"}
                ],
                "amounts": ["1", 2],
                "root": "0xabababababababababababababababababababababababababababababababab"
              }
            }
            """;
        Assert.Equal(
            Eip712TypedDataSigner.Current.EncodeTypedData(json).ToHex(),
            Eip712TypedDataSigner.Current.EncodeTypedData(message, data).ToHex());
    }

    [Fact]
    public void The_type_names_what_it_refers_to_in_order() => Assert.Equal(
        "Mail(Person from,Person to,string contents)Person(string name,address wallet)",
        new Eip712TypedDataEncoder().GetEncodedType("Mail", typeof(Mail), typeof(Person)));

    [Fact]
    public void The_domain_has_a_hash_of_its_own() => Assert.Equal(
        "0xf2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f",
        new Eip712TypedDataEncoder().HashDomainSeparator(MailData()).ToHex(true));

    private static TypedData<Domain> MailData() => new()
    {
        Domain = Domain(),
        Types = MemberDescriptionFactory.GetTypesMemberDescription(typeof(Domain), typeof(Mail), typeof(Person)),
        PrimaryType = nameof(Mail),
    };

    private static Domain Domain() => new()
    {
        Name = "Ether Mail",
        Version = "1",
        ChainId = 1,
        VerifyingContract = "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC",
    };
}

using System.Reflection;
using System.Text.Json.Nodes;
using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Tests.Support;
using Nethereum.ABI.FunctionEncoding.Attributes;
using PayToken = ComputeRwa.Chain.Contracts.PayToken;

namespace ComputeRwa.Tests.Chain;

/// <summary>The typed messages against the ABI the compiler wrote.</summary>
public sealed class AbiTests
{
    private static readonly (Type Messages, string Artifact)[] Contracts =
    [
        (typeof(LeaseBook), "LeaseBook.sol/LeaseBook.json"), (typeof(LeaseClaims), "LeaseClaims.sol/LeaseClaims.json"),
        (typeof(EpochLedger), "EpochLedger.sol/EpochLedger.json"), (typeof(Eligibility), "Eligibility.sol/Eligibility.json"),
        (typeof(UseRights), "UseRights.sol/UseRights.json"), (typeof(PayToken), "mocks/TestDollar.sol/TestDollar.json"),
    ];

    [Fact]
    public void Every_message_event_and_error_is_one_of_its_contracts_with_the_same_parameters()
    {
        foreach (var (messages, artifact) in Contracts)
        {
            var abi = Abi(artifact);
            foreach (var type in messages.GetNestedTypes(BindingFlags.NonPublic).Where(t => AbiSignature.NameOf(t) is not null))
                Assert.True(abi.ContainsKey(Key(type)), $"{messages.Name}.{type.Name}: the contract has no {Key(type)}");
        }
    }

    [Fact]
    public void Every_event_and_error_of_a_contract_has_its_class()
    {
        // What these contracts inherit and never show: initialisers' and libraries' own.
        string[] without = ["EIP712DomainChanged", "OwnershipTransferStarted", "OwnershipTransferred", "URI", "InvalidShortString", "StringTooLong", "StringsInsufficientHexLength"];
        foreach (var (messages, artifact) in Contracts)
        {
            var known = messages.GetNestedTypes(BindingFlags.NonPublic).Where(t => AbiSignature.NameOf(t) is not null).Select(Key).ToHashSet();
            var missing = Abi(artifact).Where(e => (string)e.Value["type"]! is "event" or "error" && !without.Contains((string)e.Value["name"]!)).Select(e => e.Key).Except(known);
            Assert.True(!missing.Any(), $"{messages.Name} lacks {string.Join(", ", missing)}");
        }
    }

    [Fact]
    public void Names_and_indexed_flags_and_return_types_are_the_contracts()
    {
        foreach (var (messages, artifact) in Contracts)
        {
            var abi = Abi(artifact);
            foreach (var type in messages.GetNestedTypes(BindingFlags.NonPublic).Where(t => AbiSignature.NameOf(t) is not null))
            {
                var entry = abi[Key(type)];
                Check(type, entry["inputs"]!.AsArray());
                if (type.GetCustomAttribute<FunctionAttribute>() is not { } function) continue;
                var outputs = entry["outputs"]!.AsArray();
                if (function.ReturnType is { Length: > 0 } returned) Assert.Equal((string)outputs.Single()!["type"]!, returned);
                else if (function.DTOReturnType is { } dto) Check(dto, outputs);
                else Assert.Empty(outputs);
            }
        }
    }

    [Fact]
    public void Transfers_of_ERC_20_and_of_ERC_721_are_told_apart_by_their_topics()
    {
        var (catalog, topic, word) = (new AbiCatalog(KnownContracts.Types), AbiSignature.Topic(typeof(PayToken.TransferEvent)), "0x" + "1".PadLeft(64, '0'));
        ChainLog Log(string data, params string[] topics) => new(1, 1, 1, DateTimeOffset.UnixEpoch, ComputeRwa.Kernel.Hash32.Zero, ComputeRwa.Kernel.Address.Zero, [topic, .. topics], data);
        Assert.Contains("value", catalog.Event(Log(word, word, word))!.Arguments.Select(a => a.Key));
        Assert.Contains("tokenId", catalog.Event(Log("0x", word, word, word))!.Arguments.Select(a => a.Key));
        Assert.Null(Log("0x", word, word, word).Decode<PayToken.TransferEvent>());
        Assert.Equal(1, Log(word, word, word).Decode<PayToken.TransferEvent>()!.Value);
    }

    [Fact]
    public void The_catalogue_reads_calls_and_reverts_in_words()
    {
        var catalog = new AbiCatalog(KnownContracts.Types);
        var account = HardhatNode.DevelopmentKey(1).GetPublicAddress();
        var mint = Command.Of("c", "mint", "s", account, new PayToken.Mint { To = account, Amount = 7 }, 1);
        var call = catalog.Call(mint.CallData)!;
        Assert.Equal("PayToken.mint", call.Method);
        Assert.Equal($$"""{"to":"{{account}}","amount":"7"}""", call.Arguments.ToJsonString());
        Assert.Null(catalog.Call("0x12345678"));

        var word = "756e697473".PadRight(64, '0'); // "units"
        Assert.Equal("InvalidTerms(field: \"units\")", catalog.Revert(AbiSignature.Selector(typeof(LeaseBook.InvalidTermsError)) + word));
        Assert.Equal("Panic(code: 17)", catalog.Revert("0x4e487b71" + "11".PadLeft(64, '0')));
        Assert.Equal("reverted with 0xdeadbeef", catalog.Revert("0xdeadbeef"));
    }

    private static Dictionary<string, JsonNode> Abi(string artifact) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "artifacts", "contracts", "contracts", artifact)))!["abi"]!.AsArray()
            .Where(e => (string)e!["type"]! is "function" or "event" or "error")
            .ToDictionary(e => $"{e!["type"]} {e["name"]}({string.Join(',', e["inputs"]!.AsArray().Select(i => Canonical(i!)))})", e => e!);

    private static string Canonical(JsonNode parameter)
    {
        var type = (string)parameter["type"]!;
        return type.StartsWith("tuple", StringComparison.Ordinal)
            ? $"({string.Join(',', parameter["components"]!.AsArray().Select(c => Canonical(c!)))}){type["tuple".Length..]}" : type;
    }

    private static string Key(Type type)
    {
        var kind = type.GetCustomAttribute<FunctionAttribute>() is not null ? "function" : type.GetCustomAttribute<EventAttribute>() is not null ? "event" : "error";
        return $"{kind} {AbiSignature.Of(type)}";
    }

    private static void Check(Type type, JsonArray parameters)
    {
        var members = AbiSignature.Members(type);
        Assert.Equal(parameters.Count, members.Count);
        foreach (var (member, parameter) in members.Zip(parameters))
        {
            var attribute = member.Property.GetCustomAttribute<ParameterAttribute>()!;
            Assert.Equal((string)parameter!["name"]!, attribute.Name ?? "");
            Assert.Equal((string)parameter["type"]!, attribute.Type);
            if (parameter["components"] is JsonArray components)
            {
                Assert.EndsWith(attribute.StructTypeName!, ((string)parameter["internalType"]!).Replace("[]", "", StringComparison.Ordinal), StringComparison.Ordinal);
                Check(member.Element, components);
            }
        }
    }
}

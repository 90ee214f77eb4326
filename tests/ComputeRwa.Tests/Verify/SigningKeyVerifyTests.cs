using System.Text.Json.Nodes;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using ComputeRwa.Tests.Support;
using ComputeRwa.Tests.Telemetry;
using ComputeRwa.Verify;
using Nethereum.Signer;

namespace ComputeRwa.Tests.Verify;

/// <summary>A node's keys as an auditor finds them in the evidence: what follows from key to key passes, and nothing else does.</summary>
public sealed class SigningKeyVerifyTests
{
    private const int Second = 31, Third = 32, Stranger = 33, Provider = 40;
    private const int Index = 1;

    private static readonly int Seed = Enumerable.Range(1, 1_000).First(seed => Signing(Small(seed)) is not null);

    /// <summary>Each lease has a provider of its own, whose key is 40, 41, …</summary>
    private static World Small(int seed)
    {
        var leases = 0;
        return new(seed, nodes: 3, leases: 3, epochs: 3, place: new(Deployments.Example, World.FirstEpoch, terms => terms with { Provider = SigningKeyTests.AddressOf(Provider + leases++) }));
    }

    /// <summary>A node of which one lease alone has GPUs, whose batches of the second epoch are all signed, at least three of them, without a load that is only utilisation.</summary>
    private static WorldNode? Signing(World world)
    {
        var leases = world.Close()[Index].Closed.Leases;
        return world.Nodes.FirstOrDefault(node =>
        {
            var batches = node.Batches.Where(b => b.Epoch == World.FirstEpoch + Index).ToList();
            return batches.Count >= 3 && batches.TrueForAll(b => b.Signature is not null)
                && leases.Count(l => l.Rent is not null && l.Lease.Gpus.Any(g => g.NodeId == node.Id.Value)) == 1 && leases.Count(l => l.Rent is not null) > 1;
        });
    }

    [Fact]
    public void Batches_under_keys_that_follow_one_another_pass()
    {
        var (world, node, first) = Start();
        Passes(world, node, [New(1, first + 1, Second, node.Key)]);
        Passes(world, node, [New(1, first + 1, Second, node.Key), New(2, first + 2, Third, Samples.Key(Second))]);
        Passes(world, node, [New(1, 0, Second, node.Key)]);
        Passes(world, node, [New(1, first + 500, Second, node.Key)]);
    }

    [Fact]
    public void The_provider_of_a_lease_on_the_node_may_say_which_is_next_and_no_other_provider()
    {
        var (world, node, first) = Start();
        var own = world.Leases.FindIndex(l => l.Gpus.Any(g => g.NodeId == node.Id.Value));
        Passes(world, node, [New(1, first + 1, Second, Samples.Key(Provider + own))]);
        Passes(world, node, [New(1, first + 1, Second, node.Key), New(2, first + 2, Third, Samples.Key(Provider + own))]);
        var other = world.Leases.FindIndex(l => l.Gpus.All(g => g.NodeId != node.Id.Value));
        Assert.True(other >= 0);
        Found("signing-key", "signing key 1", "authorised neither", world, node, [New(1, first + 1, Second, Samples.Key(Provider + other))]);
    }

    [Fact]
    public void A_key_that_was_overtaken_before_it_began_stands_there_and_signs_nothing()
    {
        var (world, node, first) = Start();
        Passes(world, node, [New(1, first + 2, Second, node.Key), New(2, first + 1, Third, Samples.Key(Second))]);
        Assert.Contains(Check(Rekeyed(world, node, [New(1, first + 2, Second, node.Key), New(2, first + 1, Third, Samples.Key(Second))], signs: s => s < first + 1 ? node.Key : s < first + 2 ? Samples.Key(Third) : Samples.Key(Second))).Findings,
            f => f.Code == "batch-signature" && f.Where.EndsWith($"batch {first + 2}", StringComparison.Ordinal));
    }

    [Fact]
    public void A_key_that_nobody_authorised_or_nobody_holds_is_found_and_what_it_signed_is_not_attested()
    {
        var (world, node, first) = Start();
        Found("signing-key", "signing key 1", "authorised neither", world, node, [New(1, first, Second, Samples.Key(Stranger))]);
        Found("batch-signature", $"batch {first}", "is not signed by the node's key", world, node, [New(1, first, Second, Samples.Key(Stranger))]);
        Found("signing-key", "signing key 1", "nobody has shown to hold", world, node, [New(1, first, Second, node.Key) with { Holder = Samples.Key(Stranger) }]);
        Found("signing-key", "signing key 2", "authorised neither", world, node, [New(1, first, Second, node.Key), New(2, first + 1, Third, node.Key)]);
    }

    /// <summary>Each of these is signed by itself for its own number: only the gap gives it away.</summary>
    [Fact]
    public void A_replacement_that_was_left_out_of_those_the_provider_authorised_is_found()
    {
        var (world, node, first) = Start();
        var provider = Samples.Key(Provider + world.Leases.FindIndex(l => l.Gpus.Any(g => g.NodeId == node.Id.Value)));
        Passes(world, node, [New(1, first, Second, provider), New(2, first, Third, provider)]);
        Found("signing-key", "signing key 2", "stands where number 1 should", world, node, [New(2, first, Third, provider)]);
        Found("signing-key", "signing key 1", "stands where number 2 should", world, node, [New(1, first, Second, provider), New(1, first, Second, provider), New(2, first, Third, provider)]);
    }

    public static TheoryData<string, string> Lies => new()
    {
        { "first dropped", "signing-key" }, { "last dropped", "batch-signature" }, { "all dropped", "batch-signature" }, { "reordered", "signing-key" }, { "duplicated", "signing-key" },
        { "renumbered", "signing-key" }, { "begins earlier", "signing-key" }, { "begins later", "signing-key" }, { "other key", "signing-key" }, { "negative", "malformed" },
        { "proof of another", "signing-key" }, { "on two nodes", "signing-key" }, { "own key again", "signing-key" }, { "member twice", "malformed" }, { "unknown member", "malformed" },
        { "member missing", "malformed" }, { "key of another length", "malformed" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_list_of_keys_that_was_tampered_with_is_found(string lie, string code)
    {
        var (world, node, first) = Start();
        var good = Rekeyed(world, node, [New(1, first + 1, Second, node.Key), New(2, first + 2, Third, Samples.Key(Second))]);
        Assert.True(Check(good).Passed);
        good[Index] = good[Index].WithEvidence(e =>
        {
            var stated = Of(e, node);
            var keys = stated["signingKeys"]!.AsArray();
            switch (lie)
            {
                case "first dropped": keys.RemoveAt(0); break;
                case "last dropped": keys.RemoveAt(1); break;
                case "all dropped": stated.Remove("signingKeys"); break;
                case "reordered": var second = keys[1]!.DeepClone(); keys.RemoveAt(1); keys.Insert(0, second); break;
                case "duplicated": keys.Insert(1, keys[0]!.DeepClone()); break;
                case "renumbered": keys[1]!["number"] = 3; break;
                case "begins earlier": keys[1]!["fromSequence"] = first; break;
                case "begins later": keys[1]!["fromSequence"] = first + 3; break;
                case "other key": keys[0]!["key"] = SigningKeyTests.AddressOf(Stranger).Value; break;
                case "negative": keys[0]!["fromSequence"] = "x"; break;
                case "proof of another": keys[1]!["authorisation"] = (string)keys[0]!["authorisation"]!; break;
                case "on two nodes": e["nodes"]!.AsArray().First(n => n != stated)!["signingKeys"] = keys.DeepClone(); break;
                case "own key again": keys[1]!["key"] = node.Account.Value; break;
                case "unknown member": keys[0]!["until"] = 5; break;
                case "member missing": keys[0]!.AsObject().Remove("possession"); break;
                case "key of another length": keys[0]!["key"] = "0x12"; break;
                default: break;
            }
        });
        if (lie == "member twice")
            good[Index] = good[Index] with { Evidence = System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(good[Index].Evidence).Replace("\"signingKeys\":", "\"signingKeys\":[],\"signingKeys\":", StringComparison.Ordinal)) };
        var report = Check(good);
        Assert.False(report.Passed);
        Assert.True(report.Findings.Any(f => f.Code == code), report.ToText());
    }

    private sealed record NewKey(SigningKey Key, EthECKey By, EthECKey Holder);

    private static NewKey New(long number, long from, int key, EthECKey by) => new(new(number, from, SigningKeyTests.AddressOf(key)), by, Samples.Key(key));

    private static (World World, WorldNode Node, long First) Start()
    {
        var world = Small(Seed);
        var node = Signing(world)!;
        return (world, node, node.Batches.First(b => b.Epoch == World.FirstEpoch + Index).Sequence);
    }

    private static Report Check(List<PublishedEpoch> epochs) => EpochCheck.Run(epochs[Index].File, epochs[Index].Evidence, epochs[Index - 1].File);

    private static void Passes(World world, WorldNode node, NewKey[] keys)
    {
        var report = Check(Rekeyed(world, node, keys));
        Assert.True(report.Passed, report.ToText());
    }

    private static void Found(string code, string where, string message, World world, WorldNode node, NewKey[] keys)
    {
        var report = Check(Rekeyed(world, node, keys));
        Assert.False(report.Passed);
        Assert.True(report.Findings.Any(f => f.Code == code && f.Where.Contains(where, StringComparison.Ordinal) && f.Message.Contains(message, StringComparison.Ordinal)), report.ToText());
    }

    /// <summary>The same batches as they would be under these keys: a signature is no part of a batch's hash, so nothing else changes.</summary>
    private static List<PublishedEpoch> Rekeyed(World world, WorldNode node, NewKey[] keys, Func<long, EthECKey>? signs = null)
    {
        signs ??= sequence => keys.Where(k => k.Key.FromSequence <= sequence).MaxBy(k => k.Key.Number) is { } signing ? Samples.Key(Enumerable.Range(Second, 3).Single(n => SigningKeyTests.AddressOf(n) == signing.Key.Key)) : node.Key;
        var epochs = world.Close();
        epochs[Index] = epochs[Index].WithEvidence(e =>
        {
            var stated = Of(e, node);
            foreach (var batch in stated["batches"]!.AsArray()) batch!["signature"] = Sign(signs((long)batch["sequence"]!), Hash32.Parse((string)batch["hash"]!));
            stated["signingKeys"] = new JsonArray([.. keys.Select(k => (JsonNode)new JsonObject
            {
                ["number"] = k.Key.Number, ["fromSequence"] = k.Key.FromSequence, ["key"] = k.Key.Key.Value,
                ["authorisation"] = Sign(k.By, k.Key.Digest(node.Account)), ["possession"] = Sign(k.Holder, k.Key.Digest(node.Account)),
            })]);
        });
        return epochs;
    }

    private static JsonObject Of(JsonNode evidence, WorldNode node) => evidence["nodes"]!.AsArray().Single(n => (string)n!["nodeId"]! == node.Id.Value)!.AsObject();

    private static string Sign(EthECKey key, Hash32 hash) => new EthereumMessageSigner().Sign(hash.ToBytes(), key);
}

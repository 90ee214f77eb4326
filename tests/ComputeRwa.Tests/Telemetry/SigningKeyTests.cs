using System.Collections.Concurrent;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;
using ComputeRwa.Tests.Support;
using Nethereum.ABI;

namespace ComputeRwa.Tests.Telemetry;

/// <summary>Who may put which key in the place of a node's, and from when it signs.</summary>
public class SigningKeyTests
{
    private const int Own = 11, Second = 12, Third = 13, Stranger = 14, Account = 15;
    private static readonly ConcurrentDictionary<int, Address> _addresses = [];
    private static readonly Address Provider = AddressOf(Account);

    [Fact]
    public void The_digest_is_that_of_its_parts_packed_as_Solidity_packs_them()
    {
        var key = new SigningKey(3, 70_000, AddressOf(Second));
        var packed = new ABIEncode().GetABIEncodedPacked(
            new ABIValue("string", "ComputeRwa node key v1"), new ABIValue("address", AddressOf(Own).Value), new ABIValue("uint64", 3), new ABIValue("uint64", 70_000), new ABIValue("address", key.Key.Value));
        Assert.Equal(Keccak.Hash(packed), key.Digest(AddressOf(Own)));
        Assert.Equal(4, new[] { key, key with { Number = 4 }, key with { FromSequence = 70_001 }, key with { Key = AddressOf(Third) } }.Select(k => k.Digest(AddressOf(Own))).Distinct().Count());
        Assert.NotEqual(key.Digest(AddressOf(Own)), key.Digest(AddressOf(Third)));
    }

    [Fact]
    public void A_batch_is_signed_by_the_last_key_that_begins_with_it_or_before_it()
    {
        var node = Machine() with { Replacements = [Replaced(1, 10, Second), Replaced(2, 20, Third)] };
        Assert.Equal([Own, Own, Second, Second, Third, Third], new long[] { 0, 9, 10, 19, 20, 21 }.Select(s => Number(node.KeyAt(s))));
        // The second takes over before the first was to begin: the first never signs.
        node = node with { Replacements = [Replaced(1, 500, Second), Replaced(2, 20, Third)] };
        Assert.Equal([Own, Own, Third, Third, Third], new long[] { 0, 19, 20, 500, 501 }.Select(s => Number(node.KeyAt(s))));
        Assert.Equal(Third, Number(node.LastKey));
    }

    public static TheoryData<string, string, string?> Askings => new()
    {
        { "by the key", "", null }, { "by the provider", "", null }, { "at the bound", "", null }, { "number again", "conflict", "number" }, { "number too high", "conflict", "number" },
        { "in the past", "conflict", "fromSequence" }, { "too far ahead", "conflict", "fromSequence" }, { "end of numbers", "conflict", "fromSequence" },
        { "by a stranger", "wrong-signature", "authorisation" }, { "by the key before the last", "wrong-signature", "authorisation" }, { "by the new key", "wrong-signature", "authorisation" },
        { "for another number", "wrong-signature", "authorisation" }, { "for another node", "wrong-signature", "authorisation" }, { "not held", "wrong-signature", "possession" },
        { "held for another number", "wrong-signature", "possession" },
    };

    [Theory]
    [MemberData(nameof(Askings))]
    public void A_key_follows_the_last_one_from_the_chain_s_next_batch_on_and_is_signed_for(string what, string code, string? field)
    {
        var node = Machine() with { Replacements = [Replaced(1, 10, Second)] };
        const long Next = 25;
        var asked = new SigningKey(2, Next + 5, AddressOf(Third));
        (asked, var (authorised, over, held, heldOver)) = what switch
        {
            "by the key" => (asked, (Second, asked.Digest(node.NodeKey), Third, asked.Digest(node.NodeKey))),
            "at the bound" => With(asked with { FromSequence = Next + KeyReplacing.MostAhead }),
            "number again" => With(asked with { Number = 1 }),
            "number too high" => With(asked with { Number = 3 }),
            "in the past" => With(asked with { FromSequence = Next - 1 }),
            "too far ahead" => With(asked with { FromSequence = Next + KeyReplacing.MostAhead + 1 }),
            "end of numbers" => With(asked with { FromSequence = long.MaxValue }),
            "by the provider" => With(asked, by: Account),
            "by a stranger" => With(asked, by: Stranger),
            "by the key before the last" => With(asked, by: Own),
            "by the new key" => With(asked, by: Third),
            "for another number" => (asked, (Second, (asked with { FromSequence = asked.FromSequence + 1 }).Digest(node.NodeKey), Third, asked.Digest(node.NodeKey))),
            "for another node" => (asked, (Second, asked.Digest(AddressOf(Stranger)), Third, asked.Digest(node.NodeKey))),
            "not held" => (asked, (Second, asked.Digest(node.NodeKey), Second, asked.Digest(node.NodeKey))),
            "held for another number" => (asked, (Second, asked.Digest(node.NodeKey), Third, (asked with { Number = 3 }).Digest(node.NodeKey))),
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        };
        var proof = new ReplaceSigningKey(asked.Number, asked.FromSequence, asked.Key.Value, Samples.Sign(authorised, over), Samples.Sign(held, heldOver));
        var judged = KeyReplacing.Judge(asked, proof, node, Provider, Next, Samples.Now);
        if (field is null)
        {
            Assert.True(judged.Ok(out var replacement, out _));
            Assert.Equal((asked, what == "by the provider" ? "provider" : "key"), (replacement.Key, replacement.AuthorisedBy));
            return;
        }
        Assert.False(judged.Ok(out _, out var error));
        Assert.Equal((code, field), (error.Code, Assert.Single(error.Fields).Field));

        (SigningKey, (int, Hash32, int, Hash32)) With(SigningKey key, int by = Second) => (key, (by, key.Digest(node.NodeKey), Third, key.Digest(node.NodeKey)));
    }

    [Fact]
    public void A_key_that_was_announced_too_late_is_overtaken_by_the_next_one_and_only_it_or_the_provider_says_so()
    {
        var node = Machine() with { Replacements = [Replaced(1, 90_000, Second)] };
        var asked = new SigningKey(2, 25, AddressOf(Third));
        foreach (var (by, holds) in new[] { (Second, true), (Account, true), (Own, false) })
            Assert.Equal(holds, KeyReplacing.Judge(asked, Proof(node, asked, by, Third), node, Provider, 25, Samples.Now).Ok(out _, out _));
    }

    [Fact]
    public void What_is_wrong_in_itself_is_all_named_at_once()
    {
        Assert.False(KeyReplacing.Read(new(0, -1, "0x12", "0x", "0x" + new string('1', 128) + "1d")).Ok(out _, out var error));
        Assert.Equal(["number", "fromSequence", "key", "authorisation", "possession"], error.Fields.Select(f => f.Field));
        Assert.True(KeyReplacing.Read(Proof(Machine(), new(1, 0, AddressOf(Second)), Own, Second)).Ok(out var key, out _));
        Assert.Equal(new(1, 0, AddressOf(Second)), key);
    }

    [Fact]
    public void A_batch_is_checked_against_the_key_of_its_number()
    {
        var node = Machine() with { Replacements = [Replaced(1, 1, Second)] };
        var columns = Samples.Random(new(1), 1, 3);
        var from = Samples.Now.ToUnixTimeSeconds() - 3_600;
        foreach (var (sequence, key, holds) in new[] { (0L, Own, true), (0L, Second, false), (1L, Second, true), (1L, Own, false) })
        {
            var read = Batch.Read(Samples.Signed(node, key, sequence, from, 60, Hash32.Of(1), columns), node, Samples.Day, Samples.Now);
            Assert.Equal(holds, read.Ok(out var batch, out var error));
            Assert.Equal(holds ? AddressOf(key) : null, batch?.SignedBy);
            Assert.Equal(holds ? null : "wrong-signature", error?.Code);
        }
    }

    private static Node Machine() => Samples.Node(Own, 1);

    internal static Address AddressOf(int key) => _addresses.GetOrAdd(key, k => Address.Parse(Samples.Key(k).GetPublicAddress()));

    private static int Number(Address key) => Enumerable.Range(Own, 5).Single(n => AddressOf(n) == key);

    private static KeyReplacement Replaced(long number, long from, int key) => new(new(number, from, AddressOf(key)), "", "", KeyReplacement.ByKey, Samples.Now);

    internal static ReplaceSigningKey Proof(Node node, SigningKey key, int by, int held)
    {
        var digest = key.Digest(node.NodeKey);
        return new(key.Number, key.FromSequence, key.Key.Value, Samples.Sign(by, digest), Samples.Sign(held, digest));
    }
}

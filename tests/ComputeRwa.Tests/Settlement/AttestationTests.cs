using ComputeRwa.Kernel;
using ComputeRwa.Settlement;
using ComputeRwa.Tests.Support;
using ComputeRwa.Tests.Verify;
using Nethereum.Signer;

namespace ComputeRwa.Tests.Settlement;

public sealed class AttestationTests
{
    private static readonly EthECKey[] Keys = [.. Enumerable.Range(1, 5).Select(i => new EthECKey("0x" + new string((char)('0' + i), 64)))];
    private static readonly Hash32 Digest = Keccak.Hash([42]);

    private static Address Of(EthECKey key) => Address.Parse(key.GetPublicAddress());

    private static AttestorSet Set(int threshold, params EthECKey[] members) => new(members.Select(Of).ToHashSet(), threshold);

    private static AttestorSignature Signed(EthECKey key) => new(Of(key), Convert.FromHexString(LeaseWorld.Sign(key, Digest.Value).AsSpan(2)));

    [Fact]
    public void An_attestors_signature_is_taken_with_its_signer()
    {
        Assert.True(Attestation.Check(LeaseWorld.Sign(Keys[1], Digest.Value), Digest, Set(2, Keys)).Ok(out var taken, out _));
        Assert.Equal(Of(Keys[1]), taken.Signer);
    }

    [Fact]
    public void A_strangers_signature_and_one_over_another_root_are_refused_naming_the_field()
    {
        foreach (var (signature, digest) in ((string, Hash32)[])[(LeaseWorld.Sign(Keys[4], Digest.Value), Digest), (LeaseWorld.Sign(Keys[1], Digest.Value), Keccak.Hash([43]))])
        {
            Assert.False(Attestation.Check(signature, digest, Set(2, Keys[..3])).Ok(out _, out var error));
            Assert.Equal(("wrong-signature", "signature"), (error.Code, error.Fields[0].Field));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("0x")]
    [InlineData("0x1234")]
    [InlineData("signature")]
    [InlineData("0x00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001b")]
    public void What_is_no_signature_is_invalid(string signature)
    {
        Assert.False(Attestation.Check(signature, Digest, Set(1, Keys)).Ok(out _, out var error));
        Assert.Equal(("invalid", "signature"), (error.Code, error.Fields[0].Field));
    }

    [Fact]
    public void A_quorum_is_just_the_threshold_ascending_by_signer()
    {
        Assert.Null(Attestation.Quorum([Signed(Keys[0])], Set(2, Keys)));
        var quorum = Attestation.Quorum(Keys.Reverse().Select(Signed), Set(3, Keys))!;
        Assert.Equal(3, quorum.Count);
        Assert.Equal(quorum.Select(q => q.Signer.Value.ToLowerInvariant()).Order(StringComparer.Ordinal), quorum.Select(q => q.Signer.Value.ToLowerInvariant()));
    }

    [Fact]
    public void Whoever_is_an_attestor_no_more_does_not_count()
    {
        Assert.Null(Attestation.Quorum([Signed(Keys[0]), Signed(Keys[1])], Set(2, Keys[1], Keys[2])));
        Assert.NotNull(Attestation.Quorum([Signed(Keys[0]), Signed(Keys[1]), Signed(Keys[2])], Set(2, Keys[1], Keys[2])));
    }

    [Fact]
    public void The_typed_data_names_every_member_of_the_root_and_has_its_digest()
    {
        var closed = new World(2, nodes: 2, leases: 2, epochs: 1).Close()[0].Closed;
        var message = RootMessage.Of(closed, Keccak.Hash([1]));
        var view = Attestation.TypedData(message, Deployments.Example);
        Assert.Equal(Attestation.Digest(message, Deployments.Example).Value, view.Digest);
        Assert.Equal("EpochRoot", (string)view.TypedData["primaryType"]!);
        Assert.Equal(["epoch", "attempt", "root", "previousRoot", "leases", "rent", "gpuSeconds", "wattHours", "dataHash"],
            view.TypedData["types"]!["EpochRoot"]!.AsArray().Select(m => (string)m!["name"]!));
        Assert.Equal(closed.Root.Value, (string)view.TypedData["message"]!["root"]!);
    }
}

using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Kernel;
using ComputeRwa.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Nethereum.Signer;

namespace ComputeRwa.Tests.Chain;

/// <summary>What Nethereum lets through or loses, and this program must not (docs/adr/0002 lists all of it).</summary>
[Collection(HardhatCollection.Name)]
public sealed class NethereumTrapTests(HardhatNode node) : IAsyncLifetime
{
    private FaultyNode _faulty = null!;
    private ChainClient _chain = null!;

    public async Task InitializeAsync()
    {
        _faulty = await FaultyNode.Before(node.Url);
        _chain = new ChainClient(Endpoints.At([_faulty.Url], quorum: 1).Any);
    }

    public async Task DisposeAsync() => await _faulty.DisposeAsync();

    [Fact]
    public void Fast_signing_is_on_before_any_setting_is_read()
    {
        EthECKey.SignRecoverable = false;
        Assert.Throws<InvalidOperationException>(() => WebApplication.CreateSlimBuilder().AddChain());
        Assert.True(EthECKey.SignRecoverable);
    }

    [Fact]
    public async Task A_block_that_a_batch_leaves_out_is_not_taken_for_one_that_the_chain_does_not_have()
    {
        Assert.Null((await _chain.Blocks([0, 1_000_000_000]))[1]);
        _faulty.Loses = request => (string?)request["params"]![0] == "0x0";
        await Assert.ThrowsAsync<UnavailableException>(() => _chain.Blocks([0, 1_000_000_000]));
    }

    [Fact]
    public async Task A_receipt_or_a_transaction_that_a_batch_leaves_out_is_not_taken_for_missing()
    {
        var (some, other) = (Keccak.Hash([1]), Keccak.Hash([2]));
        Assert.Equal([null, null], await _chain.Receipts([some, other]));
        Assert.Equal([false, false], await _chain.Knows([some, other]));
        _faulty.Loses = request => (string?)request["params"]![0] == other.Value;
        await Assert.ThrowsAsync<UnavailableException>(() => _chain.Receipts([some, other]));
        await Assert.ThrowsAsync<UnavailableException>(() => _chain.Knows([some, other]));
    }

    [Fact]
    public async Task A_broadcast_that_a_batch_leaves_out_is_not_taken_for_accepted()
    {
        _faulty.Loses = _ => true;
        Assert.Equal("no answer", Assert.Single(await _chain.Broadcast(["0x02"]))!.Message);
    }

    [Fact]
    public async Task An_address_without_code_is_not_asked()
    {
        var nobody = ChainHarness.NewAccount();
        var message = new LeaseBook.LeaseId { Terms = new LeaseTermsDto() };
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => _chain.Ask<LeaseBook.LeaseId, System.Numerics.BigInteger>(nobody, message));
        Assert.Contains(nobody.Value, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["eth_getCode"], _faulty.Asked);
    }

    [Theory]
    [InlineData("0x")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeA")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed00")]
    [InlineData("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    public void A_text_that_is_not_0x_and_forty_digits_is_no_address(string text) => Assert.False(Address.TryParse(text, out _, out _));
}

using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Kernel;
using ComputeRwa.Tests.Support;
using Nethereum.Signer;
using Nethereum.Signer.EIP712;

namespace ComputeRwa.Tests.Chain;

[Collection(HardhatCollection.Name)]
public sealed class SignatureTests(HardhatNode node)
{
    private static readonly EthECKey Key = HardhatNode.DevelopmentKey(1);
    private static readonly Address Signer = Address.Parse(Key.GetPublicAddress());
    private static readonly Hash32 Digest = Keccak.Hash([1, 2, 3]);

    [Fact]
    public void A_signature_is_by_its_signer_and_nobody_else()
    {
        Assert.True(Signatures.IsBy(Signer, Digest, Sign(Digest), out _));
        Assert.False(Signatures.IsBy(ChainHarness.NewAccount(), Digest, Sign(Digest), out var reason));
        Assert.StartsWith("is by ", reason, StringComparison.Ordinal);
        Assert.False(Signatures.IsBy(Signer, Keccak.Hash([4]), Sign(Digest), out _));
    }

    [Fact]
    public void Malformed_signatures_have_a_reason_and_never_throw()
    {
        var good = Sign(Digest);
        var order = BigInteger.Parse("0fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", System.Globalization.NumberStyles.HexNumber, null);
        var high = Hex.Word(order - new BigInteger(good.AsSpan(32, 32), true, true));
        byte[][] bad =
        [
            [], good[..64], [.. good, 0], [.. good[..64], 0], [.. good[..64], 29], [.. good[..32], .. high, (byte)(good[64] == 27 ? 28 : 27)],
            [.. new byte[64], 27], [.. Enumerable.Repeat((byte)0xff, 32), .. good[32..]],
        ];
        foreach (var signature in bad)
        {
            Assert.False(Signatures.TryRecover(Digest, signature, out _, out var reason));
            Assert.NotEmpty(reason);
        }
        var random = new Random(1);
        for (var i = 0; i < 2_000; i++)
        {
            var noise = new byte[65];
            random.NextBytes(noise);
            noise[64] = (byte)(27 + i % 2);
            Assert.False(Signatures.IsBy(Signer, Digest, noise, out _));
        }
    }

    [Theory]
    [InlineData("0x", false)]
    [InlineData("0x1", false)]
    [InlineData("12", false)]
    [InlineData("0xzz", false)]
    [InlineData(null, false)]
    [InlineData("0x12", true)]
    public void Signature_text_is_hex_of_whole_bytes(string? text, bool right) => Assert.Equal(right, Signatures.TryParse(text, out _));

    [Fact]
    public async Task Typed_data_has_the_digest_that_wallets_and_contracts_find()
    {
        var deployment = Deployment.Read(await node.Deployment());
        var root = new EpochRootDto { Epoch = 20_000, Root = Digest.ToBytes(), PreviousRoot = new byte[32], Leases = 3, Rent = BigInteger.Pow(10, 20), GpuSeconds = 5, WattHours = ulong.MaxValue, DataHash = Digest.ToBytes() };
        var view = Eip712.View(SigningDomains.EpochLedger(deployment), root);
        var wallet = Eip712TypedDataSigner.Current.EncodeTypedData(view.TypedData.ToJsonString());
        Assert.Equal(view.Digest, Keccak.Hash(wallet).Value);
        var chain = new ChainClient(node.Rpc);
        var contract = await chain.Ask<EpochLedger.RootDigest, byte[]>(Address.Parse(deployment.Contracts.EpochLedger), new() { Root = root });
        Assert.Equal(view.Digest, Hash32.Of(contract).Value);

        var terms = new LeaseTermsDto { Provider = Signer.Value, Lessee = Signer.Value, PayToken = Signer.Value, GpuModel = new byte[32], Region = new byte[32], CapacityRoot = new byte[32], Salt = Digest.ToBytes(), GpuCount = 8, Price = 2_000_000, Units = 1_000_000, Epochs = 7, StartEpoch = 20_001 };
        var id = await chain.Ask<LeaseBook.LeaseId, BigInteger>(Address.Parse(deployment.Contracts.LeaseBook), new() { Terms = terms });
        Assert.Equal(Hash32.Of(id), Eip712.Digest(SigningDomains.LeaseBook(deployment), terms));
    }

    [Fact]
    public async Task A_wallet_contract_speaks_for_itself()
    {
        // Answers every call with the ERC-1271 magic value: PUSH4 magic PUSH1 0xe0 SHL PUSH1 0 MSTORE PUSH1 32 PUSH1 0 RETURN
        var wallet = await WithCode("0x631626ba7e60e01b60005260206000f3");
        var denies = await WithCode("0x60006000fd"); // reverts
        var check = new SignatureCheck(new ChainClient(node.Rpc));
        Assert.True(await check.IsValidSignature(Digest, wallet, [1, 2, 3]));
        Assert.False(await check.IsValidSignature(Digest, denies, [1, 2, 3]));
        Assert.False(await check.IsValidSignature(Digest, ChainHarness.NewAccount(), [1, 2, 3]));
        Assert.True(await check.IsValidSignature(Digest, Signer, Sign(Digest)));

        Assert.True((await check.Check("0x010203", wallet, Digest, "signature")).Ok(out _, out _));
        Assert.Equal("wrong-signature", await Code("0x010203", denies));
        Assert.Equal("invalid", await Code("0x010203", Signer));
        Assert.Equal("invalid", await Code("rubbish", Signer));
        Assert.Equal("wrong-signature", await Code("0x" + Convert.ToHexString(Sign(Digest)), ChainHarness.NewAccount()));

        async Task<string> Code(string signature, Address signer) => (await check.Check(signature, signer, Digest, "signature")).Error!.Code;
    }

    private async Task<Address> WithCode(string code)
    {
        var account = ChainHarness.NewAccount();
        await node.Rpc.SendRequestAsync<bool>("hardhat_setCode", null, account.Value, code);
        return account;
    }

    private static byte[] Sign(Hash32 digest)
    {
        var s = Key.SignAndCalculateV(digest.ToBytes());
        return [.. Hex.Word(new BigInteger(s.R, true, true)), .. Hex.Word(new BigInteger(s.S, true, true)), s.V[0]];
    }
}

using System.Numerics;
using System.Runtime.InteropServices;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Signer;
using Nethereum.Util;

namespace Nethereum.Conformance;

[Collection(BackEndTests.Name)]
public class SigningTests
{
    private static readonly BigInteger HalfOrder =
        "0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0".HexToBigInteger(false);

    // RFC 6979 on secp256k1 as other implementations publish it: SHA-256 of the text, low s.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Nonces_are_deterministic(bool managed)
    {
        using var backEnd = BackEnd.Use(managed);
        var key = new EthECKey("0x0000000000000000000000000000000000000000000000000000000000000001");
        var hash = System.Security.Cryptography.SHA256.HashData("Satoshi Nakamoto"u8);
        var signature = key.SignAndCalculateV(hash);
        Assert.Equal("934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8", signature.R.ToHex());
        Assert.Equal("2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5", signature.S.ToHex());
    }

    // Or the comparisons below would be of the managed code with itself. The official package has one implementation.
    [Fact]
    public void Where_libsecp256k1_can_be_loaded_it_signs()
    {
        var chosen = typeof(EthECKey).Assembly.GetType("Nethereum.Signer.Crypto.Secp256k1");
        if (chosen is null) return;
        string[] names = ["libsecp256k1.so.0", "libsecp256k1.so.1", "libsecp256k1.so.2"];
        var loaded = names.Any(name => NativeLibrary.TryLoad(name, out _));
        using var backEnd = BackEnd.Use(managed: false);
        Assert.Equal(loaded ? "NativeSecp256k1" : "ManagedSecp256k1", chosen.GetProperty("Current")!.GetValue(null)!.GetType().Name);
    }

    [Fact]
    public void Both_back_ends_sign_alike() => Property.HoldsForSeeds(random =>
    {
        var key = new EthECKey(random.Bytes(32), true);
        var hash = random.Bytes(32);
        return BackEnd.With(true, () => Text(key, hash)) == BackEnd.With(false, () => Text(key, hash));
    });

    [Theory]
    [InlineData("0x0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")]
    public void Both_back_ends_sign_alike_at_the_edges(string hash)
    {
        var key = new EthECKey("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140");
        Assert.Equal(BackEnd.With(true, () => Text(key, hash.HexToByteArray())), BackEnd.With(false, () => Text(key, hash.HexToByteArray())));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Signatures_recover_their_signer(bool managed)
    {
        using var backEnd = BackEnd.Use(managed);
        Property.HoldsForSeeds(random =>
        {
            var key = new EthECKey(random.Bytes(32), true);
            var hash = random.Bytes(32);
            var signature = key.SignAndCalculateV(hash);
            return EthECKey.RecoverFromSignature(signature, hash).GetPublicAddress() == key.GetPublicAddress()
                && key.VerifyAllowingOnlyLowS(hash, signature)
                && new BigInteger(signature.S, isUnsigned: true, isBigEndian: true) <= HalfOrder;
        });
    }

    [Fact]
    public void Both_back_ends_recover_alike_or_both_refuse() => Property.HoldsForSeeds(random =>
    {
        var hash = random.Bytes(32);
        var signature = EthECDSASignatureFactory.FromComponents(random.Bytes(32), random.Bytes(32));
        var recoveryId = random.Next(4);
        return BackEnd.With(true, () => Recover(signature, recoveryId, hash)) == BackEnd.With(false, () => Recover(signature, recoveryId, hash));
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Parity_and_chain_say_the_same_as_v(bool managed)
    {
        using var backEnd = BackEnd.Use(managed);
        var key = EthECKey.GenerateKey();
        var hash = Sha3Keccack.Current.CalculateHashAsBytes("parity");
        var v = key.SignAndCalculateV(hash).V[0] - 27;
        Assert.Equal(v, key.SignAndCalculateYParityV(hash).V[0]);
        var ofChain = key.SignAndCalculateV(hash, 31337);
        Assert.Equal(31337 * 2 + 35 + v, new BigInteger(ofChain.V, isUnsigned: true, isBigEndian: true));
        Assert.Equal(key.GetPublicAddress(), EthECKey.RecoverFromSignature(ofChain, hash, 31337).GetPublicAddress());
        Assert.Equal(key.GetPublicAddress(), EthECKey.RecoverFromParityYSignature(key.SignAndCalculateYParityV(hash), hash).GetPublicAddress());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Keys_outside_the_order_are_refused(bool managed)
    {
        using var backEnd = BackEnd.Use(managed);
        Assert.ThrowsAny<Exception>(() => new EthECKey("0x" + new string('0', 64)).GetPublicAddress());
        Assert.ThrowsAny<Exception>(() => new EthECKey("0x" + new string('f', 64)).GetPublicAddress());
    }

    [Fact]
    public void Public_keys_come_compressed_and_whole()
    {
        var key = new EthECKey("0x0000000000000000000000000000000000000000000000000000000000000001");
        Assert.Equal("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798", key.GetPubKey(true).ToHex());
        Assert.Equal(65, key.GetPubKey().Length);
        Assert.Equal(key.GetPubKey()[1..], key.GetPubKeyNoPrefix());
        Assert.Equal("0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf", key.GetPublicAddress());
    }

    [Fact]
    public void A_signature_of_another_key_does_not_verify()
    {
        var hash = Sha3Keccack.Current.CalculateHashAsBytes("message");
        Assert.False(EthECKey.GenerateKey().Verify(hash, EthECKey.GenerateKey().SignAndCalculateV(hash)));
    }

    [Fact]
    public async Task All_threads_share_one_key()
    {
        var key = new EthECKey("0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318");
        var hash = Sha3Keccack.Current.CalculateHashAsBytes("threads");
        var expected = Text(key, hash);
        var signatures = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Enumerable.Range(0, 50).Select(_ => Text(key, hash)).Distinct().Single())));
        Assert.All(signatures, signature => Assert.Equal(expected, signature));
    }

    private static string Text(EthECKey key, byte[] hash) => EthECDSASignature.CreateStringSignature(key.SignAndCalculateV(hash));

    private static string? Recover(EthECDSASignature signature, int recoveryId, byte[] hash)
    {
        try
        {
            return EthECKey.RecoverFromSignature(signature, recoveryId, hash).GetPublicAddress();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return null;
        }
    }
}

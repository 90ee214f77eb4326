using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Signer;

namespace Nethereum.Conformance;

public class MessageSignerTests
{
    // The example of the web3.js documentation.
    private const string Key = "0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318";
    private const string Address = "0x2c7536E3605D9C16a7a3D7b1898e529396a65c23";
    private const string Hash = "0x1da44b586eb0729ff70a73c326926f6ed5a25f5b056e7f47fbc6e58d86871655";
    private const string Signature =
        "0xb91467e570a6466aa9e9876cbcd013baba02900b8979d43fe208a4a4f339f5fd6007e74cd82e037b800186422fc2da167c747ef045e5d18a5f5d4300f8e1a0291c";

    private readonly EthereumMessageSigner _signer = new();

    [Fact]
    public void Personal_messages_are_prefixed_hashed_and_signed()
    {
        Assert.Equal(Hash, _signer.HashPrefixedMessage("Some data").ToHex(true));
        Assert.Equal(Signature, _signer.EncodeUTF8AndSign("Some data", new EthECKey(Key)));
        Assert.Equal(Address, _signer.EncodeUTF8AndEcRecover("Some data", Signature));
    }

    [Fact]
    public void Bytes_are_signed_like_the_text_they_encode()
    {
        Assert.Equal(Signature, _signer.Sign("Some data"u8.ToArray(), new EthECKey(Key)));
        Assert.Equal(Address, _signer.EcRecover("Some data"u8.ToArray(), Signature));
    }

    [Fact]
    public void The_length_counts_bytes_not_letters()
    {
        var key = EthECKey.GenerateKey();
        Assert.Equal(key.GetPublicAddress(), _signer.EncodeUTF8AndEcRecover("éü🚀", _signer.EncodeUTF8AndSign("éü🚀", key)));
    }

    [Fact]
    public void A_v_of_0_or_1_is_read_like_27_or_28()
    {
        var old = Signature[..^2] + "01";
        Assert.Equal(Address, _signer.EncodeUTF8AndEcRecover("Some data", old));
    }

    [Fact]
    public void A_signature_keeps_its_leading_zeros_in_text()
    {
        var key = new EthECKey(Key);
        for (var i = 0; i < 2000; i++)
        {
            var signature = key.SignAndCalculateV(BitConverter.GetBytes((long)i).Concat(new byte[24]).ToArray());
            if (signature.R.Length == 32) continue;
            Assert.Equal(2 + 130, EthECDSASignature.CreateStringSignature(signature).Length);
            return;
        }

        Assert.Fail("No signature with a short r was met");
    }
}

using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Signer;
using Nethereum.Util;

namespace Nethereum.Conformance;

/// <summary>The key file's signatures are left out: they verify under no hash of the empty string that is in use.</summary>
[Collection(BackEndTests.Name)]
public class KeyVectorTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Both_keys_come_from_their_seed_and_have_their_address(bool managed)
    {
        using var backEnd = BackEnd.Use(managed);
        var cases = Vectors.Load("keyaddrtest.json").EnumerateArray().ToList();
        foreach (var test in cases)
        {
            var address = test.GetProperty("addr").GetString()!;
            var key = new EthECKey(test.GetProperty("key").GetString()!);
            Assert.Equal(address, key.GetPublicAddress().RemoveHexPrefix().ToLowerInvariant());
            Assert.Equal(key.GetPrivateKeyAsBytes(), Sha3Keccack.Current.CalculateHashAsBytes(test.GetProperty("seed").GetString()!));
        }

        Assert.Equal(2, cases.Count);
    }

    [Fact]
    public void The_2_cases_of_the_crypto_file_are_schemes_that_Nethereum_does_not_offer()
    {
        var schemes = Vectors.Load("crypto.json").EnumerateObject().Select(test => test.Value.GetProperty("decryption_type").GetString());
        Assert.Equal(["aes_ctr", "ecies_sec1_altered"], schemes);
    }
}

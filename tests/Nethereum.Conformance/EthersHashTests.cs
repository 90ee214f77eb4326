extern alias bouncycastle;

using System.Security.Cryptography;
using bouncycastle::Org.BouncyCastle.Crypto.Digests;
using Nethereum.ABI;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Util;

namespace Nethereum.Conformance;

public class EthersHashTests
{
    [Fact]
    public void All_516_hashes_are_keccaks() => EthersCases.Check("hashes", 516, test =>
        Assert.Equal(test.Text("keccak256"), Sha3Keccack.Current.CalculateHash(test.Text("data").HexToByteArray()).ToHex(true)));

    /// <summary>The other two hashes say that the packed bytes are right, should all of keccak go wrong.</summary>
    [Fact]
    public void All_2016_solidity_hashes_are_those_of_the_packed_values() => EthersCases.Check("solidity-hashes", 2016, test =>
    {
        var values = test.GetProperty("types").EnumerateArray().Zip(test.GetProperty("values").EnumerateArray(), (type, value) =>
            new ABIValue(type.GetString()!, AbiValues.Loose(new AbiParameter("", type.GetString()!, []), value))).ToArray();
        var packed = new ABIEncode().GetABIEncodedPacked(values);
        Assert.Equal(test.Text("keccak256"), new ABIEncode().GetSha3ABIEncodedPacked(values).ToHex(true));
        Assert.Equal(test.Text("sha256"), SHA256.HashData(packed).ToHex(true));
        Assert.Equal(test.Text("ripemd160"), Ripemd160(packed).ToHex(true) + new string('0', 24));
    });

    private static byte[] Ripemd160(byte[] data)
    {
        var digest = new RipeMD160Digest();
        digest.BlockUpdate(data, 0, data.Length);
        var hash = new byte[digest.GetDigestSize()];
        digest.DoFinal(hash, 0);
        return hash;
    }
}

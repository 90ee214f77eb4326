extern alias bouncycastle;

using bouncycastle::Org.BouncyCastle.Crypto.Digests;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Util;

namespace Nethereum.Conformance;

public class KeccakTests
{
    [Theory]
    [InlineData("", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")]
    [InlineData("hello", "1c8aff950685c2ed4bc3174f3472287b56d9517b9c948127319a09a7a36deac8")]
    public void Known_texts_have_known_hashes(string text, string expected) =>
        Assert.Equal(expected, Sha3Keccack.Current.CalculateHash(text));

    [Fact]
    public void Every_length_around_the_block_size_agrees_with_a_second_implementation()
    {
        var random = new Random(1);
        for (var length = 0; length <= 3 * 136 + 1; length++)
        {
            var message = random.Bytes(length);
            Assert.Equal(SecondOpinion(message), Sha3Keccack.Current.CalculateHash(message));
        }
    }

    [Fact]
    public void Any_message_agrees_with_a_second_implementation() => Property.HoldsForSeeds(random =>
    {
        var message = random.Bytes(random.Next(2000));
        return SecondOpinion(message).AsSpan().SequenceEqual(Sha3Keccack.Current.CalculateHash(message));
    });

    [Fact]
    public void Hex_is_hashed_as_the_bytes_it_stands_for() =>
        Assert.Equal(Sha3Keccack.Current.CalculateHash([0xab, 0xcd]).ToHex(), Sha3Keccack.Current.CalculateHashFromHex("0xab", "cd"));

    private static byte[] SecondOpinion(byte[] message)
    {
        var digest = new KeccakDigest(256);
        digest.BlockUpdate(message, 0, message.Length);
        var hash = new byte[32];
        digest.DoFinal(hash, 0);
        return hash;
    }
}

using System.Numerics;
using Nethereum.RLP;

namespace Nethereum.Conformance;

public class RlpTests
{
    [Fact]
    public void Any_nesting_of_bytes_survives_the_way_there_and_back() => Property.HoldsForSeeds(random =>
    {
        var encoded = Encode(random, 4);
        return Reencode(RLP.RLP.Decode(encoded)).AsSpan().SequenceEqual(encoded);
    });

    [Fact]
    [Trait("Only", Vectors.StricterThanOfficial)]
    public void A_shortened_message_is_refused() => Property.HoldsForSeeds(random =>
    {
        var encoded = Encode(random, 3);
        Assert.ThrowsAny<Exception>(() => RLP.RLP.Decode(encoded[..random.Next(encoded.Length)]));
        return true;
    });

    [Fact]
    public void Numbers_are_big_endian_and_zero_is_empty()
    {
        Assert.Equal([], BigInteger.Zero.ToBytesForRLPEncoding());
        Assert.Equal([1, 0], 256.ToBytesForRLPEncoding());
        Assert.Equal(256, new byte[] { 1, 0 }.ToBigIntegerFromRLPDecoded());
        Assert.Equal(256, new byte[] { 1, 0 }.ToIntFromRLPDecoded());
        Assert.Equal(65536L, new byte[] { 1, 0, 0 }.ToLongFromRLPDecoded());
    }

    private static byte[] Encode(Random random, int depth) =>
        depth > 0 && random.Next(2) == 0
            ? RLP.RLP.EncodeList([.. Enumerable.Range(0, random.Next(6)).Select(_ => Encode(random, depth - 1))])
            : RLP.RLP.EncodeElement(random.Bytes(random.Next(8) == 0 ? random.Next(400) : random.Next(4)));

    private static byte[] Reencode(IRLPElement element) =>
        element is RLPCollection list
            ? RLP.RLP.EncodeList([.. list.Select(Reencode)])
            : RLP.RLP.EncodeElement(element.RLPData);
}

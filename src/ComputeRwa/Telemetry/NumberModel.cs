using System.Numerics;

namespace ComputeRwa.Telemetry;

/// <summary>
/// Numbers of one kind: docs/telemetry-format.md, "Numbers". How many bits each has is told by odds that depend on the mean of the last ones, the bit
/// below the highest by odds of its own, and the rest is noise.
/// </summary>
internal sealed class NumberModel
{
    private const int SizeBits = 4, Sizes = 1 << SizeBits, Wide = Sizes - 1, MeanOf = 4;

    /// <summary>Numbers so many bits shorter than the mean are not told apart by their size.</summary>
    private const int Below = 10;

    private readonly Odds[] _size = new Odds[33 * Sizes];
    private readonly Odds[] _second = new Odds[32];
    private ulong _sum;

    public uint Code<T>(ref T coder, uint number) where T : ICoder, allows ref struct
    {
        var mean = Length((uint)Math.Min(_sum >> MeanOf, uint.MaxValue));
        var low = Math.Clamp(mean - Below, 0, 33 - Wide);
        var size = Tree(ref coder, _size.AsSpan(mean * Sizes, Sizes), SizeBits, Math.Clamp(Length(number) - low, 0, Wide));
        number = size switch
        {
            0 => coder.Bits(low, number),
            Wide => coder.Bits(32, number),
            _ => Above(ref coder, size + low - 1, number),
        };
        // The first of all says where the mean lies.
        _sum = _sum == 0 ? (ulong)number << MeanOf : _sum + number - (_sum >> MeanOf);
        return number;
    }

    public int Code<T>(ref T coder, int number) where T : ICoder, allows ref struct =>
        Unzigzag(Code(ref coder, (uint)(number << 1) ^ (uint)(number >> 31)));

    /// <summary>A number of so many bits, highest first, each with the odds that those before it leave.</summary>
    public static int Tree<T>(ref T coder, Span<Odds> odds, int bits, int number) where T : ICoder, allows ref struct
    {
        var node = 1;
        for (var i = bits - 1; i >= 0; i--) node = (node << 1) | coder.Bit(ref odds[node], (number >> i) & 1);
        return node - (1 << bits);
    }

    /// <param name="highest">which bit is the highest</param>
    private uint Above<T>(ref T coder, int highest, uint number) where T : ICoder, allows ref struct
    {
        if (highest == 0) return 1;
        var second = (uint)coder.Bit(ref _second[highest], (int)(number >> (highest - 1)) & 1);
        return (1u << highest) | (second << (highest - 1)) | coder.Bits(highest - 1, number & ((1u << (highest - 1)) - 1));
    }

    private static int Length(uint number) => 32 - BitOperations.LeadingZeroCount(number);

    private static int Unzigzag(uint number) => (int)(number >> 1) ^ -(int)(number & 1);
}

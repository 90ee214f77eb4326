using System.Globalization;

namespace Nethereum.ABI;

/// <summary>bytes1 to bytes32: exactly that many bytes.</summary>
internal sealed class FixedBytesType(int size) : WordType("bytes" + size.ToString(CultureInfo.InvariantCulture))
{
    private protected override Range PackedRange => ..size;

    internal override void WriteWord(Span<byte> word, object? value)
    {
        if (value is byte single) value = new[] { single };
        if (value is not byte[] bytes || bytes.Length != size) throw Mismatch(value);
        bytes.CopyTo(word);
    }

    internal override object ReadWord(ReadOnlySpan<byte> word, Type target)
    {
        if (word[size..].IndexOfAnyExcept((byte)0) >= 0) throw new FormatException($"{Name} is followed by zeros");
        if (target == typeof(byte) && size == 1) return word[0];
        return target == typeof(byte[]) || target == typeof(object) ? word[..size].ToArray() : throw Unsupported(target);
    }
}

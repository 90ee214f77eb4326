namespace Nethereum.ABI;

internal sealed class BoolType() : WordType("bool")
{
    private protected override Range PackedRange => (AbiWriter.Word - 1)..;

    internal override void WriteWord(Span<byte> word, object? value)
    {
        if (value is not bool truth) throw Mismatch(value);
        word[^1] = (byte)(truth ? 1 : 0);
    }

    internal override object ReadWord(ReadOnlySpan<byte> word, Type target)
    {
        if (target != typeof(bool) && target != typeof(object)) throw Unsupported(target);
        if (word[..^1].IndexOfAnyExcept((byte)0) >= 0 || word[^1] > 1) throw new FormatException("A bool is 0 or 1");
        return word[^1] == 1;
    }
}

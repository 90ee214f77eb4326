using Nethereum.ABI.FunctionEncoding;

namespace Nethereum.ABI;

/// <summary>A type of one word.</summary>
internal abstract class WordType(string name) : ABIType(name)
{
    internal override bool IsDynamic => false;

    internal override int HeadSize => AbiWriter.Word;

    /// <summary>Where the value lies in its word when it is packed.</summary>
    private protected abstract Range PackedRange { get; }

    internal override void AppendPacked(AbiWriter writer, object? value, bool isElement)
    {
        Span<byte> word = stackalloc byte[AbiWriter.Word];
        word.Clear();
        WriteWord(word, value);
        if (!isElement) word = word[PackedRange];
        word.CopyTo(writer.Slice(writer.Reserve(word.Length), word.Length));
    }

    internal abstract void WriteWord(Span<byte> word, object? value);

    internal abstract object ReadWord(ReadOnlySpan<byte> word, Type target);

    private protected sealed override void WriteStatic(AbiWriter writer, int position, object? value) =>
        WriteWord(writer.Slice(position, AbiWriter.Word), value);

    private protected sealed override object ReadStatic(ReadOnlySpan<byte> frame, int position, Type target) =>
        ReadWord(AbiData.Word(frame, position), target);

    private protected AbiEncodingException Mismatch(object? value) =>
        new(value is null ? $"A value is missing for {Name}" : $"'{value}' ({value.GetType().Name}) does not fit {Name}");

    private protected NotSupportedException Unsupported(Type target) => new($"{Name} cannot be read into {target}");
}

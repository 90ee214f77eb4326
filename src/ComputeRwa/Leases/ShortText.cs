using System.Text;
using ComputeRwa.Kernel;

namespace ComputeRwa.Leases;

/// <summary>1 to 32 visible ASCII characters that stand in a bytes32, padded with zeros on the right.</summary>
internal readonly record struct ShortText
{
    private readonly string? _text;

    private ShortText(string text) => _text = text;

    public string Text => _text ?? "";

    public static bool TryParse(string? text, out ShortText value)
    {
        value = default;
        if (text is not { Length: >= 1 and <= 32 } || text.Any(c => c is < '!' or > '~')) return false;
        value = new(text);
        return true;
    }

    /// <exception cref="FormatException">The text does not fit a bytes32 of visible ASCII.</exception>
    public static ShortText Parse(string text) =>
        TryParse(text, out var value) ? value : throw new FormatException($"'{text}' must have 1 to 32 visible ASCII characters");

    /// <exception cref="FormatException">The word is no text that <see cref="ToWord"/> makes.</exception>
    public static ShortText FromWord(Hash32 word) => Parse(Encoding.ASCII.GetString(word.ToBytes()).TrimEnd('\0'));

    public byte[] ToWord() => Encoding.ASCII.GetBytes(Text.PadRight(32, '\0'));
    public Hash32 ToHash32() => Hash32.Of(ToWord());
    public override string ToString() => Text;
}

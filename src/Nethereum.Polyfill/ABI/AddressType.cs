using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Util;

namespace Nethereum.ABI;

/// <summary>Text of forty hexadecimal digits; reads checksummed.</summary>
internal sealed class AddressType() : WordType("address")
{
    private const int Size = 20;

    private protected override Range PackedRange => (AbiWriter.Word - Size)..;

    internal override void WriteWord(Span<byte> word, object? value)
    {
        // Shorter text would silently name another account.
        if (value is not string text || !AddressUtil.Current.IsValidEthereumAddressHexFormat(text.EnsureHexPrefix())) throw Mismatch(value);
        text.HexToByteArray().CopyTo(word[PackedRange]);
    }

    internal override object ReadWord(ReadOnlySpan<byte> word, Type target)
    {
        if (target != typeof(string) && target != typeof(object)) throw Unsupported(target);
        if (word[..(AbiWriter.Word - Size)].IndexOfAnyExcept((byte)0) >= 0) throw new FormatException("An address has 20 bytes");
        return AddressUtil.ConvertToChecksumAddress(word[PackedRange]);
    }
}

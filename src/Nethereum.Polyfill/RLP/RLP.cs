using System.Buffers.Binary;

namespace Nethereum.RLP;

/// <summary>Recursive length prefix coding. Decoding takes the canonical form only.</summary>
public class RLP
{
    public const byte OFFSET_SHORT_LIST = 0xc0;

    public static readonly byte[] EMPTY_BYTE_ARRAY = [];
    public static readonly byte[] ZERO_BYTE_ARRAY = [0];

    private const int LongestShort = 55;
    private const byte OffsetShortItem = 0x80;

    // Far above any transaction; keeps hostile nesting off the stack.
    private const int DeepestList = 256;

    public static byte[] EncodeByte(byte singleByte) => EncodeElement([singleByte]);

    /// <summary>Null and empty both encode as the empty string.</summary>
    public static byte[] EncodeElement(byte[]? srcData)
    {
        if (srcData is null || srcData.Length == 0) return [OffsetShortItem];
        return srcData is [< OffsetShortItem] ? srcData : WithPrefix(OffsetShortItem, srcData.Length, [srcData]);
    }

    /// <summary>The items are already encoded.</summary>
    public static byte[] EncodeList(params byte[][]? items)
    {
        if (items is null) return [OFFSET_SHORT_LIST];
        return WithPrefix(OFFSET_SHORT_LIST, items.Sum(item => item.Length), items);
    }

    /// <summary>Decodes one message; trailing bytes are an error.</summary>
    public static IRLPElement Decode(byte[] msgData)
    {
        var position = 0;
        var element = Read(msgData, ref position, 0);
        return position == msgData.Length ? element : throw new FormatException("RLP data continues after its end");
    }

    private static byte[] WithPrefix(byte offset, int length, byte[][] parts)
    {
        Span<byte> prefix = stackalloc byte[1 + sizeof(int)];
        var prefixLength = WritePrefix(prefix, offset, length);
        var encoded = new byte[prefixLength + length];
        prefix[..prefixLength].CopyTo(encoded);
        var position = prefixLength;
        foreach (var part in parts)
        {
            part.CopyTo(encoded, position);
            position += part.Length;
        }

        return encoded;
    }

    private static int WritePrefix(Span<byte> prefix, byte offset, int length)
    {
        if (length <= LongestShort)
        {
            prefix[0] = (byte)(offset + length);
            return 1;
        }

        Span<byte> size = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(size, length);
        var digits = size.TrimStart((byte)0);
        prefix[0] = (byte)(offset + LongestShort + digits.Length);
        digits.CopyTo(prefix[1..]);
        return 1 + digits.Length;
    }

    private static IRLPElement Read(byte[] data, ref int position, int depth)
    {
        if (depth > DeepestList) throw new FormatException("RLP data is nested too deeply");
        if (position >= data.Length) throw new FormatException("RLP data is empty or ends early");
        var start = position;
        var first = data[position++];
        if (first < OffsetShortItem) return new RLPItem([first]);

        var isList = first >= OFFSET_SHORT_LIST;
        var length = ReadLength(data, ref position, first - (isList ? OFFSET_SHORT_LIST : OffsetShortItem));
        var end = position + length;
        if (!isList)
        {
            var content = data[position..end];
            if (content is [< OffsetShortItem]) throw new FormatException("RLP byte must stand for itself");
            position = end;
            return new RLPItem(content);
        }

        var list = new RLPCollection();
        while (position < end) list.Add(Read(data, ref position, depth + 1));
        if (position != end) throw new FormatException("RLP item reaches past its list");
        list.RLPData = data[start..end];
        return list;
    }

    private static int ReadLength(byte[] data, ref int position, int marker)
    {
        if (marker <= LongestShort) return Bounded(marker, data.Length - position);

        var digits = marker - LongestShort;
        if (digits > data.Length - position) throw new FormatException("RLP length ends early");
        if (data[position] == 0) throw new FormatException("RLP length has a leading zero");
        ulong length = 0;
        for (var i = 0; i < digits; i++) length = (length << 8) | data[position++];
        if (length <= LongestShort) throw new FormatException("RLP length must use its short form");
        return Bounded(length, data.Length - position);
    }

    private static int Bounded(long length, int available) => Bounded((ulong)length, available);

    private static int Bounded(ulong length, int available) =>
        length <= (ulong)available ? (int)length : throw new FormatException("RLP data is shorter than its length says");
}

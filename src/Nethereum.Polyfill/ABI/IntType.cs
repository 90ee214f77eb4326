using System.Globalization;
using System.Numerics;
using Nethereum.Hex.HexTypes;

namespace Nethereum.ABI;

internal sealed class IntType : WordType
{
    private readonly bool _signed;
    private readonly int _bits;
    private readonly BigInteger _minimum;
    private readonly BigInteger _maximum;

    public IntType(bool signed, int bits) : base((signed ? "int" : "uint") + bits.ToString(CultureInfo.InvariantCulture))
    {
        _signed = signed;
        _bits = bits;
        _maximum = (BigInteger.One << (signed ? bits - 1 : bits)) - 1;
        _minimum = signed ? -_maximum - 1 : BigInteger.Zero;
    }

    private protected override Range PackedRange => (AbiWriter.Word - _bits / 8)..;

    internal override void WriteWord(Span<byte> word, object? value)
    {
        var number = ToBigInteger(value);
        if (number < _minimum || number > _maximum) throw Mismatch(value);
        word.Fill((byte)(number.Sign < 0 ? 0xff : 0));
        var size = number.GetByteCount(isUnsigned: !_signed);
        number.TryWriteBytes(word[(AbiWriter.Word - size)..], out _, isUnsigned: !_signed, isBigEndian: true);
    }

    internal override object ReadWord(ReadOnlySpan<byte> word, Type target)
    {
        var number = new BigInteger(word, isUnsigned: !_signed, isBigEndian: true);
        if (number < _minimum || number > _maximum) throw new FormatException($"{number} does not fit {Name}");
        return FromBigInteger(number, target);
    }

    private BigInteger ToBigInteger(object? value) => value switch
    {
        BigInteger number => number,
        int number => number,
        uint number => number,
        long number => number,
        ulong number => number,
        short number => number,
        ushort number => number,
        byte number => number,
        sbyte number => number,
        Int128 number => number,
        UInt128 number => number,
        HexBigInteger number => number.Value,
        Enum number => ToBigInteger(Convert.ChangeType(number, Enum.GetUnderlyingType(number.GetType()), CultureInfo.InvariantCulture)),
        string digits when BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw Mismatch(value),
    };

    private object FromBigInteger(BigInteger number, Type target)
    {
        if (target == typeof(BigInteger) || target == typeof(object)) return number;
        if (target.IsEnum) return Enum.ToObject(target, FromBigInteger(number, Enum.GetUnderlyingType(target)));
        return Type.GetTypeCode(target) switch
        {
            TypeCode.Int32 => (int)number,
            TypeCode.UInt32 => (uint)number,
            TypeCode.Int64 => (long)number,
            TypeCode.UInt64 => (ulong)number,
            TypeCode.Int16 => (short)number,
            TypeCode.UInt16 => (ushort)number,
            TypeCode.Byte => (byte)number,
            TypeCode.SByte => (sbyte)number,
            _ when target == typeof(Int128) => (Int128)number,
            _ when target == typeof(UInt128) => (UInt128)number,
            _ => throw Unsupported(target),
        };
    }
}

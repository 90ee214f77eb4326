using System.Text;
using Nethereum.ABI.FunctionEncoding;

namespace Nethereum.ABI;

/// <summary>Bytes of any length, after a word that holds it.</summary>
internal class BytesType : ABIType
{
    public BytesType() : this("bytes")
    {
    }

    private protected BytesType(string name) : base(name)
    {
    }

    internal override bool IsDynamic => true;

    internal override int HeadSize => AbiWriter.Word;

    internal override void AppendPacked(AbiWriter writer, object? value, bool isElement)
    {
        if (isElement) throw new AbiEncodingException($"Arrays of {Name} have no packed form");
        var bytes = ToBytes(value);
        bytes.CopyTo(writer.Slice(writer.Reserve(bytes.Length), bytes.Length));
    }

    internal virtual byte[] ToBytes(object? value) =>
        value as byte[] ?? throw new AbiEncodingException($"A byte array is expected for {Name}, not {value ?? "null"}");

    private protected virtual object FromBytes(ReadOnlySpan<byte> bytes, Type target) =>
        target == typeof(byte[]) || target == typeof(object)
            ? bytes.ToArray()
            : throw new NotSupportedException($"{Name} cannot be read into {target}");

    private protected override void Append(AbiWriter writer, object? value)
    {
        var bytes = ToBytes(value);
        var padded = (bytes.Length + AbiWriter.Word - 1) / AbiWriter.Word * AbiWriter.Word;
        var start = writer.Reserve(AbiWriter.Word + padded);
        writer.WriteSize(start, bytes.Length);
        bytes.CopyTo(writer.Slice(start + AbiWriter.Word, bytes.Length));
    }

    private protected override object ReadBody(ReadOnlySpan<byte> body, Type target) =>
        FromBytes(AbiData.Bytes(body, AbiWriter.Word, AbiData.Size(body, 0)), target);
}

/// <summary>UTF-8.</summary>
internal sealed class StringType() : BytesType("string")
{
    internal override byte[] ToBytes(object? value) =>
        value is string text ? Encoding.UTF8.GetBytes(text) : throw new AbiEncodingException($"Text is expected for string, not {value ?? "null"}");

    private protected override object FromBytes(ReadOnlySpan<byte> bytes, Type target) =>
        target == typeof(string) || target == typeof(object)
            ? Encoding.UTF8.GetString(bytes)
            : throw new NotSupportedException($"string cannot be read into {target}");
}

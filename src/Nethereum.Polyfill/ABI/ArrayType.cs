using System.Collections;
using System.Globalization;
using Nethereum.ABI.FunctionEncoding;

namespace Nethereum.ABI;

/// <summary>length is null for an array of any length. Writes any enumerable, reads into List&lt;T&gt; as the official package does.</summary>
internal sealed class ArrayType(ABIType element, int? length) : ABIType($"{element.Name}[{length?.ToString(CultureInfo.InvariantCulture)}]")
{
    public ABIType Element => element;

    internal override bool IsDynamic => length is null || element.IsDynamic;

    internal override int HeadSize => IsDynamic ? AbiWriter.Word : checked(length!.Value * element.HeadSize);

    public static Type? ElementClrType(Type type)
    {
        if (type.IsArray) return type.GetElementType();
        return type.GetInterfaces().Prepend(type)
            .FirstOrDefault(candidate => candidate.IsGenericType && candidate.GetGenericTypeDefinition() == typeof(IEnumerable<>))
            ?.GetGenericArguments()[0];
    }

    public ICollection Elements(object? value)
    {
        var elements = value switch
        {
            null or string => throw new AbiEncodingException($"A list is expected for {Name}, not {value ?? "null"}"),
            ICollection collection => collection,
            IEnumerable enumerable => enumerable.Cast<object?>().ToList(),
            _ => throw new AbiEncodingException($"A list is expected for {Name}, not {value}"),
        };
        return length is null || elements.Count == length
            ? elements
            : throw new AbiEncodingException($"{Name} takes {length} elements, not {elements.Count}");
    }

    // Solidity refuses to pack arrays of arrays, but hashes them so for the topics of a log.
    internal override void AppendPacked(AbiWriter writer, object? value, bool isElement)
    {
        foreach (var item in Elements(value)) element.AppendPacked(writer, item, true);
    }

    private protected override void WriteStatic(AbiWriter writer, int position, object? value)
    {
        foreach (var item in Elements(value))
        {
            element.Write(writer, position, position, item);
            position += element.HeadSize;
        }
    }

    private protected override void Append(AbiWriter writer, object? value)
    {
        var elements = Elements(value);
        if (length is null) writer.WriteSize(writer.Reserve(AbiWriter.Word), elements.Count);
        var frame = writer.Reserve(checked(elements.Count * element.HeadSize));
        var position = frame;
        foreach (var item in elements)
        {
            element.Write(writer, frame, position, item);
            position += element.HeadSize;
        }
    }

    private protected override object ReadStatic(ReadOnlySpan<byte> frame, int position, Type target) =>
        ReadElements(frame, position, length!.Value, target);

    private protected override object ReadBody(ReadOnlySpan<byte> body, Type target)
    {
        if (length is not null) return ReadElements(body, 0, length.Value, target);
        return ReadElements(body[AbiWriter.Word..], 0, AbiData.Size(body, 0), target);
    }

    private IList ReadElements(ReadOnlySpan<byte> frame, int position, int count, Type target)
    {
        // Before anything is allocated for a count that the data cannot hold.
        if ((long)count * element.HeadSize > frame.Length - position) throw new FormatException($"ABI data ends before the {count} elements of {Name}");
        if (target == typeof(object)) target = typeof(List<object>);
        if (target.IsAbstract || target.IsArray || Activator.CreateInstance(target) is not IList list)
            throw new NotSupportedException($"{Name} is read into List<T>, not {target}");

        var elementType = ElementClrType(target) ?? typeof(object);
        for (var i = 0; i < count; i++) list.Add(element.Read(frame, position + i * element.HeadSize, elementType));
        return list;
    }
}

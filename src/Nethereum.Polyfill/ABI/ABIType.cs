using System.Collections.Concurrent;

namespace Nethereum.ABI;

/// <summary>An ABI type and its coding.</summary>
public abstract class ABIType
{
    private static readonly ConcurrentDictionary<string, ABIType> Elementary = new();

    private protected ABIType(string name) => Name = name;

    /// <summary>As signatures spell it: uint256 rather than uint, tuples by their fields.</summary>
    public string Name { get; }

    internal abstract bool IsDynamic { get; }

    /// <summary>Bytes in the head: one word for a dynamic type's offset.</summary>
    internal abstract int HeadSize { get; }

    /// <summary>Any type but tuples, which are described by a class.</summary>
    public static ABIType CreateABIType(string typeName) => Elementary.GetOrAdd(typeName, static name => AbiTypeParser.Parse(name, null));

    /// <summary>Writes the value, or for a dynamic type its offset from frameStart and the value at the end.</summary>
    internal void Write(AbiWriter writer, int frameStart, int position, object? value)
    {
        if (!IsDynamic)
        {
            WriteStatic(writer, position, value);
            return;
        }

        writer.WriteSize(position, writer.Length - frameStart);
        Append(writer, value);
    }

    internal object Read(ReadOnlySpan<byte> frame, int position, Type target) =>
        IsDynamic ? ReadBody(frame[AbiData.Size(frame, position)..], target) : ReadStatic(frame, position, target);

    /// <summary>Solidity's abi.encodePacked; inside an array every element takes whole words.</summary>
    internal abstract void AppendPacked(AbiWriter writer, object? value, bool isElement);

    private protected virtual void WriteStatic(AbiWriter writer, int position, object? value) =>
        throw new InvalidOperationException($"{Name} is dynamic");

    private protected virtual void Append(AbiWriter writer, object? value) => throw new InvalidOperationException($"{Name} is static");

    private protected virtual object ReadStatic(ReadOnlySpan<byte> frame, int position, Type target) =>
        throw new InvalidOperationException($"{Name} is dynamic");

    private protected virtual object ReadBody(ReadOnlySpan<byte> body, Type target) =>
        throw new InvalidOperationException($"{Name} is static");
}

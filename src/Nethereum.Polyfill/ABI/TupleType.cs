using System.Collections.Concurrent;
using System.Reflection;
using Nethereum.ABI.FunctionEncoding;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace Nethereum.ABI;

/// <summary>One parameter, tied to a property.</summary>
internal sealed record AbiField(PropertyInfo Property, ParameterAttribute Parameter, ABIType Type)
{
    public Type ClrType { get; } = Nullable.GetUnderlyingType(Property.PropertyType) ?? Property.PropertyType;

    public string Name => Parameter.Name ?? Property.Name;
}

/// <summary>The parameters of a class in their order; also a function's inputs, an event's data and a constructor's arguments.</summary>
internal sealed class TupleType : ABIType
{
    private static readonly ConcurrentDictionary<Type, TupleType> Known = new();

    private readonly int _fieldsSize;

    public TupleType(IReadOnlyList<AbiField> fields) : base($"({string.Join(',', fields.Select(field => field.Type.Name))})")
    {
        Fields = fields;
        IsDynamic = fields.Any(field => field.Type.IsDynamic);
        _fieldsSize = fields.Sum(field => field.Type.HeadSize);
    }

    public IReadOnlyList<AbiField> Fields { get; }

    internal override bool IsDynamic { get; }

    internal override int HeadSize => IsDynamic ? AbiWriter.Word : _fieldsSize;

    public static TupleType Of(Type type) => Known.GetOrAdd(type, static key => new TupleType(FieldsOf(key)));

    /// <summary>The fields without an offset before them, as calls and returns carry them.</summary>
    public byte[] Encode(object value)
    {
        var writer = new AbiWriter(Math.Max(AbiWriter.Word, _fieldsSize));
        WriteFields(writer, writer.Reserve(_fieldsSize), value);
        return writer.ToArray();
    }

    /// <summary>Sets the target's properties from data as <see cref="Encode"/> makes it.</summary>
    public void DecodeInto(ReadOnlySpan<byte> data, object target) => ReadFields(data, 0, target);

    internal override void AppendPacked(AbiWriter writer, object? value, bool isElement)
    {
        foreach (var field in Fields) field.Type.AppendPacked(writer, field.Property.GetValue(value), isElement);
    }

    private protected override void WriteStatic(AbiWriter writer, int position, object? value) => WriteFields(writer, position, value);

    private protected override void Append(AbiWriter writer, object? value) => WriteFields(writer, writer.Reserve(_fieldsSize), value);

    private protected override object ReadStatic(ReadOnlySpan<byte> frame, int position, Type target) =>
        ReadFields(frame, position, New(target));

    private protected override object ReadBody(ReadOnlySpan<byte> body, Type target) => ReadFields(body, 0, New(target));

    private void WriteFields(AbiWriter writer, int frame, object? value)
    {
        if (value is null) throw new AbiEncodingException($"A value is missing for {Name}");
        var position = frame;
        foreach (var field in Fields)
        {
            try
            {
                field.Type.Write(writer, frame, position, field.Property.GetValue(value));
            }
            catch (AbiEncodingException exception)
            {
                throw new AbiEncodingException($"{field.Name}: {exception.Message}", exception);
            }

            position += field.Type.HeadSize;
        }
    }

    private object ReadFields(ReadOnlySpan<byte> frame, int position, object target)
    {
        foreach (var field in Fields)
        {
            field.Property.SetValue(target, field.Type.Read(frame, position, field.ClrType));
            position += field.Type.HeadSize;
        }

        return target;
    }

    private static object New(Type type) =>
        Activator.CreateInstance(type) ?? throw new NotSupportedException($"{type} has no constructor without parameters");

    private static AbiField[] FieldsOf(Type type) =>
    [
        .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Select(property => (property, parameter: property.GetCustomAttribute<ParameterAttribute>(true)))
            .Where(pair => pair.parameter is not null)
            .OrderBy(pair => pair.parameter!.Order)
            .Select(pair => new AbiField(pair.property, pair.parameter!, AbiTypeParser.Parse(pair.parameter!.Type, pair.property.PropertyType))),
    ];
}

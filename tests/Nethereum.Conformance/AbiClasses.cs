using System.Globalization;
using System.Numerics;
using System.Reflection;
using System.Reflection.Emit;
using System.Text.Json;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace Nethereum.Conformance;

/// <summary>A parameter as an ABI describes it; Struct is the name that typed data gives a tuple.</summary>
internal sealed record AbiParameter(string Name, string Type, IReadOnlyList<AbiParameter> Components, bool Indexed = false, string? Struct = null)
{
    public bool IsArray => Type.EndsWith(']');

    /// <summary>The type of an array's elements.</summary>
    public AbiParameter Element => this with { Type = Type[..Type.LastIndexOf('[')] };

    public static AbiParameter[] ListFrom(JsonElement parameters) => [.. parameters.EnumerateArray().Select(From)];

    private static AbiParameter From(JsonElement json) => new(
        json.Text("name"), json.Text("type"), json.TryGetProperty("components", out var components) ? ListFrom(components) : [],
        json.TryGetProperty("indexed", out var indexed) && indexed.GetBoolean());
}

/// <summary>
/// Makes at run time the class that a developer would write for an ABI, so that any ABI goes through typed messages: properties P0, P1, … with
/// [Parameter], numbers of their natural size, lists for arrays.
/// </summary>
internal static class AbiClasses
{
    private static int _made;

    public static Type Function(string name, IEnumerable<AbiParameter> parameters) =>
        Make(parameters, typeof(FunctionMessage), null, new CustomAttributeBuilder(Constructor<FunctionAttribute>(typeof(string)), [name]));

    public static Type Output(IEnumerable<AbiParameter> parameters) =>
        Make(parameters, typeof(object), typeof(IFunctionOutputDTO), new CustomAttributeBuilder(Constructor<FunctionOutputAttribute>(), []));

    public static Type Event(string name, bool anonymous, IEnumerable<AbiParameter> parameters) => Make(
        parameters, typeof(object), typeof(IEventDTO), new CustomAttributeBuilder(Constructor<EventAttribute>(typeof(string), typeof(bool)), [name, anonymous]));

    public static Type Struct(string name, IEnumerable<AbiParameter> parameters, Func<AbiParameter, Type>? known = null) =>
        Make(parameters, typeof(object), null, new CustomAttributeBuilder(Constructor<StructAttribute>(typeof(string)), [name]), known);

    private static Type Make(
        IEnumerable<AbiParameter> parameters, Type parent, Type? contract, CustomAttributeBuilder attribute, Func<AbiParameter, Type>? known = null)
    {
        var name = "Message" + Interlocked.Increment(ref _made).ToString(CultureInfo.InvariantCulture);
        // An assembly each: attributes are looked up in time linear in the assembly's size.
        var module = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName(name), AssemblyBuilderAccess.Run).DefineDynamicModule(name);
        var type = module.DefineType(name, TypeAttributes.Public | TypeAttributes.Class, parent);
        if (contract is not null) type.AddInterfaceImplementation(contract);
        type.SetCustomAttribute(attribute);
        type.DefineDefaultConstructor(MethodAttributes.Public);
        var order = 0;
        foreach (var parameter in parameters) AddProperty(type, parameter, ClrType(parameter, known ?? Tuple), order++);
        return type.CreateType();
    }

    private static Type Tuple(AbiParameter parameter) => Struct("Tuple", parameter.Components);

    private static Type ClrType(AbiParameter parameter, Func<AbiParameter, Type> tuple)
    {
        // Of an indexed value that does not fit a word a log holds only the hash.
        if (parameter.Indexed && (parameter.IsArray || parameter.Type is "bytes")) return typeof(byte[]);
        if (parameter.IsArray) return typeof(List<>).MakeGenericType(ClrType(parameter.Element, tuple));
        return parameter.Type switch
        {
            "tuple" => tuple(parameter),
            "bool" => typeof(bool),
            "string" or "address" => typeof(string),
            var name when name.StartsWith("bytes", StringComparison.Ordinal) => typeof(byte[]),
            var name => Number(name.StartsWith('u'), int.TryParse(name.AsSpan(name.StartsWith('u') ? 4 : 3), CultureInfo.InvariantCulture, out var bits) ? bits : 256),
        };
    }

    private static Type Number(bool unsigned, int bits) => bits switch
    {
        <= 8 => unsigned ? typeof(byte) : typeof(sbyte),
        <= 16 => unsigned ? typeof(ushort) : typeof(short),
        <= 32 => unsigned ? typeof(uint) : typeof(int),
        <= 64 => unsigned ? typeof(ulong) : typeof(long),
        _ => typeof(BigInteger),
    };

    private static void AddProperty(TypeBuilder type, AbiParameter parameter, Type clrType, int index)
    {
        var name = AbiValues.Property(index);
        var field = type.DefineField("_" + name, clrType, FieldAttributes.Private);
        var property = type.DefineProperty(name, PropertyAttributes.None, clrType, null);
        const MethodAttributes accessor = MethodAttributes.Public | MethodAttributes.SpecialName | MethodAttributes.HideBySig;

        var get = type.DefineMethod("get_" + name, accessor, clrType, []);
        var body = get.GetILGenerator();
        body.Emit(OpCodes.Ldarg_0);
        body.Emit(OpCodes.Ldfld, field);
        body.Emit(OpCodes.Ret);
        property.SetGetMethod(get);

        var set = type.DefineMethod("set_" + name, accessor, null, [clrType]);
        body = set.GetILGenerator();
        body.Emit(OpCodes.Ldarg_0);
        body.Emit(OpCodes.Ldarg_1);
        body.Emit(OpCodes.Stfld, field);
        body.Emit(OpCodes.Ret);
        property.SetSetMethod(set);
        property.SetCustomAttribute(ParameterOf(parameter, index + 1));
    }

    private static CustomAttributeBuilder ParameterOf(AbiParameter parameter, int order) => parameter.Struct is null
        ? new CustomAttributeBuilder(
            Constructor<ParameterAttribute>(typeof(string), typeof(string), typeof(int), typeof(bool)), [parameter.Type, parameter.Name, order, parameter.Indexed])
        : new CustomAttributeBuilder(
            Constructor<ParameterAttribute>(typeof(string), typeof(string), typeof(int), typeof(string)), [parameter.Type, parameter.Name, order, parameter.Struct]);

    private static ConstructorInfo Constructor<T>(params Type[] parameters) => typeof(T).GetConstructor(parameters)!;
}

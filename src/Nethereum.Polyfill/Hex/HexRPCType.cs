using Nethereum.Hex.HexConvertors.Extensions;

namespace Nethereum.Hex.HexTypes;

/// <summary>A value that travels over JSON-RPC as hexadecimal text.</summary>
public abstract class HexRPCType<T>(string? hexValue, T value)
    where T : notnull
{
    private string? _hexValue = hexValue;

    public string HexValue => _hexValue ??= ToHex();

    public T Value { get; } = value;

    /// <summary>The text where it was not given.</summary>
    private protected abstract string ToHex();

    public byte[] ToHexByteArray() => HexValue.HexToByteArray();

    public static implicit operator byte[](HexRPCType<T> hexRpcType) => hexRpcType.ToHexByteArray();

    public static implicit operator T(HexRPCType<T> hexRpcType) => hexRpcType.Value;

    public static bool operator ==(HexRPCType<T>? x, HexRPCType<T>? y) => x is null ? y is null : x.Equals(y);

    public static bool operator !=(HexRPCType<T>? x, HexRPCType<T>? y) => !(x == y);

    public override bool Equals(object? obj) => obj is HexRPCType<T> other && EqualityComparer<T>.Default.Equals(Value, other.Value);

    public override int GetHashCode() => Value.GetHashCode();
}

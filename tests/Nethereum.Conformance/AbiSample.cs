using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Util;

namespace Nethereum.Conformance;

public enum Kind : byte
{
    Fixed,
    Metered,
    Indexed,
}

[Struct("Point")]
public class Point
{
    [Parameter("int64", "x", 1)]
    public long X { get; set; }

    [Parameter("uint128", "y", 2)]
    public BigInteger Y { get; set; }
}

[Struct("Note")]
public class Note
{
    [Parameter("string", "text", 1)]
    public string Text { get; set; } = "";

    [Parameter("tuple", "at", 2, "Point")]
    public Point At { get; set; } = new();

    [Parameter("bytes[]", "parts", 3)]
    public List<byte[]> Parts { get; set; } = [];
}

/// <summary>A function with a parameter of every shape.</summary>
[Function("everything", "bool")]
public class Everything : FunctionMessage
{
    [Parameter("uint8", "small", 1)]
    public byte Small { get; set; }

    [Parameter("int256", "signed", 2)]
    public BigInteger Signed { get; set; }

    [Parameter("uint256", "unsigned", 3)]
    public BigInteger Unsigned { get; set; }

    [Parameter("address", "account", 4)]
    public string Account { get; set; } = "";

    [Parameter("bool", "flag", 5)]
    public bool Flag { get; set; }

    [Parameter("bytes32", "hash", 6)]
    public byte[] Hash { get; set; } = [];

    [Parameter("bytes4", "selector", 7)]
    public byte[] Selector { get; set; } = [];

    [Parameter("bytes", "data", 8)]
    public byte[] Data { get; set; } = [];

    [Parameter("string", "text", 9)]
    public string Text { get; set; } = "";

    [Parameter("uint64[]", "numbers", 10)]
    public List<ulong> Numbers { get; set; } = [];

    [Parameter("uint32[3]", "three", 11)]
    public List<uint> Three { get; set; } = [];

    [Parameter("string[]", "texts", 12)]
    public List<string> Texts { get; set; } = [];

    [Parameter("string[2]", "pair", 13)]
    public List<string> Pair { get; set; } = [];

    [Parameter("bytes32[][]", "proofs", 14)]
    public List<List<byte[]>> Proofs { get; set; } = [];

    [Parameter("tuple", "point", 15, "Point")]
    public Point Point { get; set; } = new();

    [Parameter("tuple", "note", 16, "Note")]
    public Note Note { get; set; } = new();

    [Parameter("tuple[]", "points", 17, "Point[]")]
    public List<Point> Points { get; set; } = [];

    [Parameter("tuple[]", "notes", 18, "Note[]")]
    public List<Note> Notes { get; set; } = [];

    [Parameter("tuple[2]", "corners", 19, "Point[2]")]
    public List<Point> Corners { get; set; } = [];

    [Parameter("uint8", "kind", 20)]
    public Kind Kind { get; set; }

    private static readonly string[] Letters = ["a", "é", "🚀", " "];

    public static Everything From(Random random) => new()
    {
        Small = (byte)random.Next(256),
        Signed = new BigInteger(random.Bytes(32)),
        Unsigned = new BigInteger(random.Bytes(32), isUnsigned: true),
        Account = random.Bytes(20).ToHex(true).ConvertToEthereumChecksumAddress(),
        Flag = random.Next(2) == 1,
        Hash = random.Bytes(32),
        Selector = random.Bytes(4),
        Data = random.Bytes(random.Next(100)),
        Text = TextFrom(random),
        Numbers = ListFrom(random, () => (ulong)random.NextInt64()),
        Three = [(uint)random.Next(), (uint)random.Next(), uint.MaxValue],
        Texts = ListFrom(random, () => TextFrom(random)),
        Pair = [TextFrom(random), TextFrom(random)],
        Proofs = ListFrom(random, () => ListFrom(random, () => random.Bytes(32))),
        Point = PointFrom(random),
        Note = NoteFrom(random),
        Points = ListFrom(random, () => PointFrom(random)),
        Notes = ListFrom(random, () => NoteFrom(random)),
        Corners = [PointFrom(random), PointFrom(random)],
        Kind = (Kind)random.Next(3),
    };

    private static Point PointFrom(Random random) =>
        new() { X = random.NextInt64(long.MinValue, long.MaxValue), Y = new BigInteger(random.Bytes(16), isUnsigned: true) };

    private static Note NoteFrom(Random random) =>
        new() { Text = TextFrom(random), At = PointFrom(random), Parts = ListFrom(random, () => random.Bytes(random.Next(70))) };

    private static List<T> ListFrom<T>(Random random, Func<T> item) => [.. Enumerable.Range(0, random.Next(4)).Select(_ => item())];

    private static string TextFrom(Random random) => string.Concat(random.GetItems(Letters, random.Next(40)));
}

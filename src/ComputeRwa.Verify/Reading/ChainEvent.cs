using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace ComputeRwa.Verify.Reading;

/// <summary>Where something happened: logs are in order of block, then of their index in it.</summary>
internal sealed record Place(long Block, long Index, string Transaction)
{
    public override string ToString() => $"block {Block} log {Index}";
}

/// <summary>A log as the node gives it; address, topics and transaction in lower-case hex.</summary>
internal sealed record ChainLog(string Address, IReadOnlyList<string> Topics, byte[] Data, Place Place)
{
    /// <exception cref="UnreadableException">It is not a log.</exception>
    public static ChainLog Read(JsonElement json)
    {
        try
        {
            string Text(string name) => json.GetProperty(name).GetString()!.ToLowerInvariant();
            return new(Text("address"), [.. json.GetProperty("topics").EnumerateArray().Select(t => t.GetString()!.ToLowerInvariant())],
                Hashing.Bytes(Text("data")), new(Quantity(json.GetProperty("blockNumber")), Quantity(json.GetProperty("logIndex")), Text("transactionHash")));
        }
        catch (Exception e) when (e is KeyNotFoundException or FormatException or InvalidOperationException or NullReferenceException or OverflowException)
        {
            throw new UnreadableException($"the node gives a log that cannot be read: {e.Message}", e);
        }
    }

    /// <summary>A JSON-RPC quantity: hex without leading zeros.</summary>
    public static long Quantity(JsonElement json) =>
        json.GetString() is { } text && text.StartsWith("0x", StringComparison.Ordinal)
            ? long.Parse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
            : throw new FormatException($"'{json}' is not a quantity");
}

/// <summary>
/// An event as Solidity declares it. Members are static words or <c>uint256[]</c>; a <c>bytes</c> or <c>string</c> may stand
/// there and is not read, and neither is a tuple, which must be the last member.
/// </summary>
internal sealed class EventShape
{
    private readonly IReadOnlyList<(string Type, string Name, bool Indexed)> _members;

    /// <param name="text">such as <c>Synced(uint256 indexed id,uint32 indexed epoch,uint96 rent,uint96 applied)</c></param>
    public EventShape(string text)
    {
        Name = text.Split('(')[0];
        var list = text[(Name.Length + 1)..^1];
        var tuple = list.IndexOf('(', StringComparison.Ordinal);
        var words = (tuple < 0 ? list : list[..tuple]).Split(',', StringSplitOptions.RemoveEmptyEntries).Select(m => m.Split(' ')).Select(m => (m[0], m[^1], m.Length == 3));
        _members = [.. words, .. tuple < 0 ? [] : new[] { (list[tuple..list.LastIndexOf(' ')], "tuple", false) }];
        Topic = Hashing.Hex(Hashing.Keccak(Hashing.Ascii($"{Name}({string.Join(',', _members.Select(m => m.Type))})")));
    }

    public string Name { get; }
    public string Topic { get; }

    /// <exception cref="UnreadableException">The log is not such an event.</exception>
    public ChainEvent Decode(ChainLog log)
    {
        var (values, lists) = (new Dictionary<string, BigInteger>(), new Dictionary<string, IReadOnlyList<BigInteger>>());
        var (topic, word) = (1, 0);
        try
        {
            foreach (var (type, name, indexed) in _members)
            {
                if (indexed) values.Add(name, Hashing.Number(Hashing.Unhex(log.Topics[topic++], 32)));
                else if (type == "uint256[]") lists.Add(name, List(log.Data, word++));
                else if (type is "bytes" or "string" || type[0] == '(') word++;
                else values.Add(name, Hashing.WordAt(log.Data, word++));
            }
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            throw new UnreadableException($"the log at {log.Place} is no {Name}: {e.Message}", e);
        }
        return topic == log.Topics.Count ? new(Name, log.Address, log.Place, values, lists)
            : throw new UnreadableException($"the log at {log.Place} is no {Name}: it has {log.Topics.Count} topics");
    }

    private static IReadOnlyList<BigInteger> List(byte[] data, int word)
    {
        var start = checked((int)(Hashing.WordAt(data, word) / 32));
        return [.. Enumerable.Range(start + 1, checked((int)Hashing.WordAt(data, start))).Select(i => Hashing.WordAt(data, i))];
    }
}

/// <summary>Something that one of our contracts said.</summary>
internal sealed class ChainEvent(
    string name, string contract, Place place, IReadOnlyDictionary<string, BigInteger> values, IReadOnlyDictionary<string, IReadOnlyList<BigInteger>> lists)
{
    public string Name => name;
    public string Contract => contract;
    public Place Place => place;

    public BigInteger this[string member] => values[member];

    /// <summary>A lease id or another hash: 0x and 64 digits.</summary>
    public string Hash(string member) => Hashing.Hex(Hashing.Word(values[member]));

    /// <summary>0x and 40 digits, in lower case.</summary>
    public string Account(string member) => Hashing.Account(values[member]);

    public IReadOnlyList<BigInteger> List(string member) => lists[member];
}

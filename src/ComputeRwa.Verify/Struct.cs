using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace ComputeRwa.Verify;

/// <summary>
/// A Solidity struct whose every member is one static word, written as EIP-712 writes its type. The one text gives the type
/// hash, the order of the words and the names in JSON.
/// </summary>
internal sealed class Shape
{
    public static readonly Shape LeaseTerms = new(
        "LeaseTerms(address provider,address lessee,address payToken,bytes32 gpuModel,bytes32 region,uint32 gpuCount,"
        + "bytes32 capacityRoot,uint32 startEpoch,uint32 epochs,uint8 method,uint96 price,uint96 floorPrice,uint96 ceilingPrice,"
        + "uint32 rateBps,uint16 takeOrPayBps,uint16 slaBps,uint16 slaCreditSlope,uint16 slaCreditCapBps,uint64 efficiencyTarget,"
        + "uint16 efficiencySlopeBps,uint16 efficiencyCapBps,uint16 curtailLimitBps,uint16 curtailCreditBps,uint16 poolBps,"
        + "uint16 feeBps,uint32 noticeEpochs,uint16 graceEpochs,uint96 deposit,uint64 units,uint16 policy,bytes32 salt)");

    public static readonly Shape MeteringRecord = new(
        "MeteringRecord(uint256 leaseId,uint32 epoch,uint64 reservedSeconds,uint64 availableSeconds,uint64 busySeconds,"
        + "uint64 curtailedSeconds,uint16 loadBps,uint64 itWattHours,uint64 facilityWattHours,uint64 heatWattHours,"
        + "uint96 indexValue,uint32 indexEpoch,uint96 revenue,bytes32 revenueSource,bytes32 evidenceHash,uint8 trust)");

    public static readonly Shape EpochLeaf = new(
        "EpochLeaf(uint256 leaseId,uint32 epoch,uint96 rent,uint64 remainder,uint256 creditParts,uint64 gpuSeconds,"
        + "uint64 wattHours,uint64 curtailedSeconds,uint64 heatWattHours,bytes32 recordHash)");

    public static readonly Shape EpochRoot = new(
        "EpochRoot(uint32 epoch,uint32 attempt,bytes32 root,bytes32 previousRoot,uint32 leases,uint128 rent,uint64 gpuSeconds,"
        + "uint64 wattHours,bytes32 dataHash)");

    private static readonly Shape Domain = new("EIP712Domain(bytes32 name,bytes32 version,uint256 chainId,address verifyingContract)");

    private readonly string _text;

    public IReadOnlyList<(string Type, string Name)> Members { get; }

    private Shape(string text)
    {
        _text = text;
        Members = [.. text.Split('(', ')')[1].Split(',').Select(m => m.Split(' ')).Select(m => (m[0], m[1]))];
    }

    public string Name => _text.Split('(')[0];

    /// <summary>The type as it stands in signatures of functions and events.</summary>
    public string Tuple => $"({string.Join(',', Members.Select(m => m.Type))})";

    /// <summary>EIP-712 digest of a value of this shape, in the domain of one of our contracts.</summary>
    public byte[] Digest(Struct value, string contractName, long chainId, string contract)
    {
        var domain = Hashing.Keccak(
            Hashing.Keccak(Hashing.Ascii("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")),
            Struct.Of(Domain, Hashing.Number(Hashing.Keccak(Hashing.Ascii("ComputeRwa " + contractName))), Hashing.Number(Hashing.Keccak(Hashing.Ascii("1"))),
                chainId, Hashing.Number(Hashing.Unhex(contract, 20))).Encode());
        var message = Hashing.Keccak(Hashing.Keccak(Hashing.Ascii(_text)), value.Encode());
        return Hashing.Keccak([0x19, 0x01], domain, message);
    }
}

/// <summary>A value of a <see cref="Shape"/>: every member held as the number its word is.</summary>
internal sealed class Struct
{
    private readonly Dictionary<string, BigInteger> _values = [];

    public Shape Shape { get; }

    private Struct(Shape shape) => Shape = shape;

    public BigInteger this[string member] => _values[member];

    /// <summary>Members in the order of the shape.</summary>
    public static Struct Of(Shape shape, params BigInteger[] values)
    {
        var made = new Struct(shape);
        foreach (var ((_, name), value) in shape.Members.Zip(values, (m, v) => (m, v))) made._values.Add(name, value);
        return made._values.Count == values.Length && values.Length == shape.Members.Count ? made
            : throw new ArgumentException($"{shape.Name} has {shape.Members.Count} members, not {values.Length}", nameof(values));
    }

    /// <summary>Reads JSON: integers as numbers or decimal strings, addresses, bytes and uint256 ids also as hex.</summary>
    /// <exception cref="FormatException">A member is missing, unknown or does not fit its type.</exception>
    public static Struct Read(Shape shape, JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object) throw new FormatException($"{shape.Name} is not an object");
        var made = new Struct(shape);
        foreach (var (type, name) in shape.Members)
        {
            if (!json.TryGetProperty(name, out var value)) throw new FormatException($"{shape.Name} lacks {name}");
            made._values.Add(name, ReadWord(type, $"{shape.Name}.{name}", value));
        }
        var unknown = json.EnumerateObject().Select(p => p.Name).FirstOrDefault(name => !made._values.ContainsKey(name));
        return unknown is null ? made : throw new FormatException($"{shape.Name} has an unknown member {unknown}");
    }

    /// <summary>abi.encode: the words one after another.</summary>
    public byte[] Encode() => Hashing.Join([.. Shape.Members.Select(m => Hashing.Word(_values[m.Name]))]);

    /// <summary>The members in which another value of this shape differs, as readable text.</summary>
    public IEnumerable<(string Name, string Mine, string Theirs)> Differences(Struct other) =>
        from member in Shape.Members
        where _values[member.Name] != other._values[member.Name]
        select (member.Name, Show(member.Type, _values[member.Name]), Show(member.Type, other._values[member.Name]));

    private static string Show(string type, BigInteger value) =>
        type.StartsWith("uint", StringComparison.Ordinal) && type != "uint256" ? value.ToString(CultureInfo.InvariantCulture) : Hashing.Hex(Hashing.Word(value));

    private static BigInteger ReadWord(string type, string where, JsonElement json)
    {
        var text = json.ValueKind is JsonValueKind.String ? json.GetString()! : json.ValueKind is JsonValueKind.Number ? json.GetRawText()
            : throw new FormatException($"{where} is neither a number nor a string");
        if (type == "address") return Hashing.Number(Hashing.Unhex(text, 20));
        if (type == "bytes32" || (type == "uint256" && text.StartsWith("0x", StringComparison.Ordinal))) return Hashing.Number(Hashing.Unhex(text, 32));
        var bits = int.Parse(type["uint".Length..], CultureInfo.InvariantCulture);
        if (!BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value >= BigInteger.One << bits)
            throw new FormatException($"{where} is '{text}', which is no {type}");
        return value;
    }
}

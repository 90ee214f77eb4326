using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ComputeRwa.Verify;

/// <summary>The published epoch file, docs/epoch-file.md.</summary>
internal sealed record EpochFile(
    string Format, long ChainId, Dictionary<string, string> Contracts, long Epoch, long EpochLength, long Attempt, string PreviousRoot, string Root,
    IReadOnlyList<string> LeafEncoding, Totals Totals, IReadOnlyList<LeaseEntry> Leases)
{
    public long Start => Epoch * EpochLength;
    public long End => Start + EpochLength;
}

internal sealed record Totals(BigInteger Leases, BigInteger Rent, BigInteger GpuSeconds, BigInteger WattHours);

/// <param name="Record">null for an ended lease, which keeps its final leaf</param>
internal sealed record LeaseEntry(
    string LeaseId, JsonElement Terms, IReadOnlyList<LetGpu> Gpus, long PueBps, long HeatReuseBps, IReadOnlyList<Interval> Curtailments,
    JsonElement? Record, RentEntry? Rent, JsonElement? PreviousLeaf, JsonElement Leaf);

internal sealed record LetGpu(string NodeId, string NodeKey, string Uuid);

/// <param name="From">unix seconds, the first inside</param>
/// <param name="To">unix seconds, the first outside</param>
internal sealed record Interval(long From, long To);

/// <summary>Parts; <c>Efficiency</c> is negative when it lowers the rent.</summary>
internal sealed record RentEntry(BigInteger Gross, BigInteger SlaCredit, BigInteger Efficiency, BigInteger CurtailmentCredit, BigInteger Net);

/// <summary>The telemetry that an epoch rests on.</summary>
internal sealed record EvidenceFile(long Epoch, IReadOnlyList<EvidenceNode> Nodes);

/// <param name="SigningKeys">null for a node whose own key signs all of them</param>
internal sealed record EvidenceNode(
    string NodeId, string NodeKey, IReadOnlyList<string> GpuUuids, IReadOnlyList<EvidenceBatch> Batches, IReadOnlyList<EvidenceKey>? SigningKeys = null);

/// <summary>A key in the place of the one before it, docs/epoch-file.md.</summary>
/// <param name="FromSequence">number of the first batch that it signs</param>
internal sealed record EvidenceKey(long Number, long FromSequence, string Key, string Authorisation, string Possession);

/// <param name="From">unix seconds of the first sample</param>
/// <param name="Signature">null when the batch is not signed</param>
internal sealed record EvidenceBatch(
    long Sequence, long From, long StepSeconds, string PreviousHash, string Hash, string? Signature, Columns Columns)
{
    public int Samples => Columns.SmActiveBps.Count == 0 ? 0 : Columns.SmActiveBps[0].Count;
    public long End => From + StepSeconds * Samples;
}

/// <summary>Each column is [gpu][sample]; null is a missing value.</summary>
internal sealed record Columns(
    IReadOnlyList<IReadOnlyList<int?>> SmActiveBps, IReadOnlyList<IReadOnlyList<int?>> GpuUtilPct,
    IReadOnlyList<IReadOnlyList<int?>> PowerMilliwatts, IReadOnlyList<IReadOnlyList<int?>> MemoryMiB)
{
    public IEnumerable<(string Name, IReadOnlyList<IReadOnlyList<int?>> Values, int Most)> InOrder =>
    [
        ("smActiveBps", SmActiveBps, 10_000), ("gpuUtilPct", GpuUtilPct, 100),
        ("powerMilliwatts", PowerMilliwatts, int.MaxValue), ("memoryMiB", MemoryMiB, int.MaxValue),
    ];
}

internal static class Files
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        // A file that two readers could read differently proves nothing.
        AllowDuplicateProperties = false,
        PropertyNameCaseInsensitive = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        Converters = { new IntegerConverter() },
    };

    /// <exception cref="JsonException">The bytes are not such a file.</exception>
    public static T Read<T>(byte[] bytes) => JsonSerializer.Deserialize<T>(bytes, Strict) ?? throw new JsonException("The file is empty.");

    /// <summary>Integers of any size, as decimal strings or numbers.</summary>
    private sealed class IntegerConverter : JsonConverter<BigInteger>
    {
        public override BigInteger Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : JsonElement.ParseValue(ref reader).GetRawText();
            return BigInteger.TryParse(text, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var value)
                ? value : throw new JsonException($"'{text}' is not an integer");
        }

        public override void Write(Utf8JsonWriter writer, BigInteger value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}

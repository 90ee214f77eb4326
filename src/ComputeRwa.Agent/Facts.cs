using System.Text.Json;
using System.Text.Json.Serialization;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;

namespace ComputeRwa.Agent;

/// <summary>What the service knows of this node, kept in the spool for starts without the service.</summary>
/// <param name="GpuUuids">in the order of the columns' rows</param>
/// <param name="EpochSeconds">length of an epoch</param>
/// <param name="Head">the chain's end when the service was last asked: where a chain goes on of which the spool has nothing</param>
/// <param name="Replacements">of the node's key, in order of number; null where the file was written before there were any</param>
internal sealed record Facts(
    string NodeId, string NodeKey, IReadOnlyList<string> GpuUuids, Limits Limits, long EpochSeconds, Head Head, IReadOnlyList<Replacement>? Replacements = null)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectRequiredConstructorParameters = true };

    [JsonIgnore]
    public NodeId Id => Kernel.NodeId.From(NodeId);

    /// <summary>The node's name in every hash, whichever key signs.</summary>
    [JsonIgnore]
    public Address Key => Address.Parse(NodeKey);

    /// <summary>The key that authorises the next.</summary>
    [JsonIgnore]
    public Replacement Last => Replacements is [.., var last] ? last : new(0, 0, NodeKey);

    /// <summary>The key that signs a batch.</summary>
    public Address KeyAt(long sequence) => SigningKey.At((Replacements ?? []).Select(r => r.ToSigningKey()), sequence)?.Key ?? Key;

    /// <summary>Whether it is, or was, a key of this node.</summary>
    public bool IsOurs(Address key) => key == Key || (Replacements ?? []).Any(r => r.ToSigningKey().Key == key);

    [JsonIgnore]
    public int Gpus => GpuUuids.Count;

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <exception cref="JsonException">The file is none of ours.</exception>
    public static Facts Read(byte[] bytes) => JsonSerializer.Deserialize<Facts>(bytes, Json) ?? throw new JsonException("must be an object");
}

/// <summary>A <see cref="SigningKey"/> as it stands in a file.</summary>
internal sealed record Replacement(long Number, long FromSequence, string Key)
{
    public SigningKey ToSigningKey() => new(Number, FromSequence, Address.Parse(Key));
}

/// <summary>What a reading of this hardware can be at most; the service refuses a batch with more.</summary>
internal sealed record Limits(int MostMilliwatts, int MemoryMiB)
{
    public static Limits Of(GpuModel model) => new(model.MostMilliwatts, model.MemoryMiB);

    public int Of(int column) => (Telemetry.Ingest.Column)column switch
    {
        Telemetry.Ingest.Column.SmActiveBps => 10_000,
        Telemetry.Ingest.Column.GpuUtilPct => 100,
        Telemetry.Ingest.Column.PowerMilliwatts => MostMilliwatts,
        _ => MemoryMiB,
    };
}

/// <summary>A <see cref="ChainHead"/> as it stands in a file.</summary>
internal sealed record Head(long NextSequence, string Hash, long EndsAt)
{
    public ChainHead ToChainHead() => new(NextSequence, Hash32.Parse(Hash), EndsAt);
}

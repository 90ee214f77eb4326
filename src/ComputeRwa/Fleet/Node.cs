using ComputeRwa.Kernel;

namespace ComputeRwa.Fleet;

/// <summary>One GPU by the name the driver gives it: <c>GPU-</c> and a lower-case UUID, as <c>nvidia-smi -L</c> prints it.</summary>
internal static class GpuUuid
{
    private const string Prefix = "GPU-";

    public static bool IsWellFormed(string? text) =>
        text is { Length: 40 } && text.StartsWith(Prefix, StringComparison.Ordinal)
        && text[Prefix.Length..].Select((c, i) => i is 8 or 13 or 18 or 23 ? c == '-' : char.IsAsciiHexDigitLower(c)).All(good => good);
}

/// <summary>A machine: GPUs of one model, and the key that signs what it measures.</summary>
/// <param name="NodeKey">the node's name wherever it is hashed or signed for, for good; it signs until another key is put in its place</param>
internal sealed record Node(
    NodeId Id, ProviderId ProviderId, SiteId SiteId, string Name, GpuModel Model, Address NodeKey, IReadOnlyList<string> GpuUuids, DateTimeOffset CreatedAt)
{
    public const int MostGpus = 256;

    /// <summary>The keys that replaced the node's own, in order of number.</summary>
    public IReadOnlyList<KeyReplacement> Replacements { get; init; } = [];

    /// <summary>The key of the last replacement, whether or not it signs already: it says who comes next.</summary>
    public Address LastKey => Replacements.Count == 0 ? NodeKey : Replacements[^1].Key.Key;

    /// <summary>The key that signs a batch.</summary>
    public Address KeyAt(long sequence) => Replacements.Count == 0 ? NodeKey : SigningKey.At(Replacements.Select(r => r.Key), sequence)?.Key ?? NodeKey;

    public static Result<Node> Register(Site site, string? name, string? model, IReadOnlyList<string?> uuids, string? nodeKey, DateTimeOffset now)
    {
        var fields = new Fields();
        var known = Hardware.Find(model);
        fields.Require(known is not null, "gpuModel", Hardware.Choices);
        fields.Require(uuids.Count is >= 1 and <= MostGpus, "gpuUuids", $"must have 1 to {MostGpus} UUIDs");
        var seen = new HashSet<string?>();
        for (var i = 0; i < Math.Min(uuids.Count, MostGpus); i++)
        {
            if (fields.Require(GpuUuid.IsWellFormed(uuids[i]), $"gpuUuids[{i}]", "must be GPU- and a lower-case UUID, as nvidia-smi -L prints it"))
                fields.Require(seen.Add(uuids[i]), $"gpuUuids[{i}]", "is named twice");
        }
        var checkedName = fields.Text(name, "name", 100);
        var key = fields.Address(nodeKey, "nodeKey");
        return fields.Error is { } error ? error
            : new Node(NodeId.New(now), site.ProviderId, site.Id, checkedName, known!, key, [.. uuids.Select(u => u!)], now);
    }
}

/// <summary>Where a GPU is: its node, its row in that node's telemetry, its site and owner.</summary>
internal sealed record GpuPlace(string Uuid, NodeId NodeId, long GpuIndex, SiteId SiteId, ProviderId ProviderId, string GpuModel, Address NodeKey);

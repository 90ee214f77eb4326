using ComputeRwa.Fleet;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry;

/// <summary>Samples of all GPUs of a node at a fixed step: one link of the node's hash chain.</summary>
/// <param name="From">unix second of the first sample; a sample stands for the <c>Step</c> seconds that begin at its time</param>
/// <param name="Signature">the EIP-191 signature over <c>Hash</c> of the key that signs this number; null when it is not signed</param>
internal sealed record Batch(
    NodeId NodeId, long Sequence, long Epoch, long From, int Step, Hash32 PreviousHash, Columns Columns, Hash32 Hash, string? Signature)
{
    public const int MostStepSeconds = 3_600;

    /// <summary>The key that made the signature, by the node's keys as they stood when it was checked; null when it is not signed.</summary>
    public Address? SignedBy { get; init; }

    /// <summary>How far a node's clock may be ahead of ours.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(5);

    public long To => Link.To;

    public Trust Trust => Link.Trust;

    public Link Link => new(NodeId, Sequence, Epoch, From, Step, Columns.Samples, PreviousHash, Hash, Signature);

    /// <summary>Everything that can be said of a posted batch without knowing what was stored before it.</summary>
    public static Result<Batch> Read(PostBatch post, Node node, EpochLength epochs, DateTimeOffset now)
    {
        var fields = new Fields();
        return Read(post, new ColumnsReader(node, fields).Read, fields, node, epochs, now);
    }

    /// <summary>The same of a batch in the compact form.</summary>
    public static Result<Batch> Read(PackedPost post, Node node, EpochLength epochs, DateTimeOffset now)
    {
        var fields = new Fields();
        return Read(post.Envelope, _ => new ColumnsReader(node, fields).Read(post.Columns.Span), fields, node, epochs, now);
    }

    private static Result<Batch> Read(PostBatch post, Func<ColumnsJson, Columns> read, Fields fields, Node node, EpochLength epochs, DateTimeOffset now)
    {
        fields.Require(post.Sequence >= 0, "sequence", "must not be negative");
        var stepIsGood = fields.Require(post.StepSeconds is >= 1 and <= MostStepSeconds, "stepSeconds", $"must be 1 to {MostStepSeconds}");
        var fromIsGood = fields.Require(post.From >= DateTimeOffset.UnixEpoch && post.From.Ticks % TimeSpan.TicksPerSecond == 0, "from", "must be a whole second since 1970");
        var previous = fields.Hash(post.PreviousHash, "previousHash");
        if (post.Signature is not null) fields.Require(NodeSignature.IsWellFormed(post.Signature), "signature", "must be 0x and 130 hex digits, ending in 1b or 1c");
        var columns = read(post.Columns);

        var from = post.From.ToUnixTimeSeconds();
        var to = from + (long)post.StepSeconds * columns.Samples;
        var epoch = epochs.EpochOf(post.From);
        // A time so far ahead that its epoch has no end is stopped by the first of the two.
        if (stepIsGood && fromIsGood && columns.Samples > 0
            && fields.Require(to <= (now + ClockSkew).ToUnixTimeSeconds(), "from", "must be so that the last sample's step has passed: samples of the future are not taken"))
            fields.Require(to <= epochs.EndOf(epoch).ToUnixTimeSeconds(), "from", $"must be so that all samples lie in one epoch: epoch {epoch} ends at {epochs.EndOf(epoch):u}");
        if (fields.Error is { } error) return error;

        var hash = HashOf(node.NodeKey, post.Sequence, from, post.StepSeconds, previous, columns);
        if (post.Signature is null) return new Batch(node.Id, post.Sequence, epoch, from, post.StepSeconds, previous, columns, hash, null);
        var key = node.KeyAt(post.Sequence);
        if (!NodeSignature.IsBy(key, hash, post.Signature))
            return new Error("wrong-signature", $"The signature over {hash} is not by the node's key {key}.", [new("signature", "is not by the node's key")]);
        return new Batch(node.Id, post.Sequence, epoch, from, post.StepSeconds, previous, columns, hash, post.Signature) { SignedBy = key };
    }

    /// <summary>The hash that is chained and signed.</summary>
    public static Hash32 HashOf(Address nodeKey, long sequence, long from, int step, Hash32 previous, Columns columns) =>
        Link.HashOf(nodeKey, sequence, from, step, previous, columns);
}

using System.Buffers.Binary;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry;

/// <summary>How far a record is to be believed; the numbers are those of the metering record on chain.</summary>
internal enum Trust
{
    /// <summary>Sent with a provider's API key only.</summary>
    SelfReported = 0,
    /// <summary>Signed by the node's key, which the machine's owner holds: signed, not proven true.</summary>
    Attested = 1,
    /// <summary>Agrees with independent measurements. Nothing gives this label yet.</summary>
    CrossChecked = 2,
}

/// <summary>Samples of all GPUs of a node at a fixed step: one link of the node's hash chain.</summary>
/// <param name="From">unix second of the first sample; a sample stands for the <c>Step</c> seconds that begin at its time</param>
/// <param name="Signature">the node key's EIP-191 signature over <c>Hash</c>; null when it is not signed</param>
internal sealed record Batch(
    NodeId NodeId, long Sequence, long Epoch, long From, int Step, Hash32 PreviousHash, Columns Columns, Hash32 Hash, string? Signature)
{
    public const int MostStepSeconds = 3_600;

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
        if (post.Signature is not null && !NodeSignature.IsBy(node.NodeKey, hash, post.Signature))
            return new Error("wrong-signature", $"The signature over {hash} is not by the node's key {node.NodeKey}.", [new("signature", "is not by the node's key")]);
        return new Batch(node.Id, post.Sequence, epoch, from, post.StepSeconds, previous, columns, hash, post.Signature);
    }

    /// <summary>The hash that is chained and signed; docs/api.md has the layout.</summary>
    public static Hash32 HashOf(Address nodeKey, long sequence, long from, int step, Hash32 previous, Columns columns)
    {
        var label = "ComputeRwa telemetry v1"u8;
        var bytes = new byte[label.Length + 20 + 8 + 8 + 4 + 4 + 4 + 32 + 32];
        label.CopyTo(bytes);
        var rest = bytes.AsSpan(label.Length);
        nodeKey.ToBytes().CopyTo(rest);
        BinaryPrimitives.WriteInt64BigEndian(rest[20..], sequence);
        BinaryPrimitives.WriteInt64BigEndian(rest[28..], from);
        BinaryPrimitives.WriteInt32BigEndian(rest[36..], step);
        BinaryPrimitives.WriteInt32BigEndian(rest[40..], columns.Gpus);
        BinaryPrimitives.WriteInt32BigEndian(rest[44..], columns.Samples);
        previous.ToBytes().CopyTo(rest[48..]);
        columns.Hash().ToBytes().CopyTo(rest[80..]);
        return Keccak.Hash(bytes);
    }
}

/// <summary>A batch without its samples: what makes it a link of its node's chain.</summary>
internal sealed record Link(
    NodeId NodeId, long Sequence, long Epoch, long From, int Step, int Samples, Hash32 PreviousHash, Hash32 Hash, string? Signature)
{
    public long To => From + (long)Step * Samples;

    public Trust Trust => Signature is null ? Trust.SelfReported : Trust.Attested;

    public ChainHead ToHead() => new(Sequence + 1, Hash, To);
}

/// <summary>The last batch of a node's chain, as far as the next one needs to know it.</summary>
internal sealed record ChainHead(long NextSequence, Hash32 Hash, long EndsAt)
{
    public static readonly ChainHead Empty = new(0, Hash32.Zero, 0);

    /// <summary>What stops a batch from becoming the next link, or null. An exact repeat is for the caller to find first.</summary>
    public Error? Refuses(Link batch, bool epochIsClosed)
    {
        if (epochIsClosed)
            return Error.Conflict("epoch-closed", $"is in epoch {batch.Epoch}, which is closed: its evidence is final", "from");
        if (batch.Sequence > NextSequence)
            return Error.Conflict("sequence-gap", $"must be {NextSequence}: the batches before {batch.Sequence} are missing", "sequence");
        if (batch.From < EndsAt)
            return Error.Conflict("overlapping-batch", $"must not be before {DateTimeOffset.FromUnixTimeSeconds(EndsAt):u}, where the last stored batch ends", "from");
        if (batch.Sequence < NextSequence)
            return Error.Conflict("conflict", $"must be {NextSequence}: another batch has the number {batch.Sequence}", "sequence");
        if (batch.PreviousHash != Hash)
            return Error.Conflict("previous-hash-mismatch", $"must be {Hash}, the hash of the last stored batch", "previousHash");
        return null;
    }
}

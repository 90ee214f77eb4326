using System.Buffers.Binary;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry;

/// <summary>How far a record is to be believed; the numbers are those of the metering record on chain.</summary>
internal enum Trust
{
    /// <summary>Sent with a provider's API key only.</summary>
    SelfReported = 0,
    /// <summary>Signed by the node's key, which the machine's owner holds: signed, not proven true.</summary>
    Attested = 1,
    /// <summary>Agrees with independent measurements. No metering record says so: it is a statement beside it (docs/telemetry-checks.md).</summary>
    CrossChecked = 2,
}

/// <summary>A batch without its samples: what makes it a link of its node's chain.</summary>
internal sealed record Link(
    NodeId NodeId, long Sequence, long Epoch, long From, int Step, int Samples, Hash32 PreviousHash, Hash32 Hash, string? Signature)
{
    public long To => From + (long)Step * Samples;

    public Trust Trust => Signature is null ? Trust.SelfReported : Trust.Attested;

    public ChainHead ToHead() => new(Sequence + 1, Hash, To);

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

/// <summary>The last batch of a node's chain, as far as the next one needs to know it.</summary>
internal sealed record ChainHead(long NextSequence, Hash32 Hash, long EndsAt)
{
    public static readonly ChainHead Empty = new(0, Hash32.Zero, 0);

    /// <summary>What stops a batch from becoming the next link, or null. An exact repeat is for the caller to find first.</summary>
    public Error? Refuses(Link batch, bool epochIsClosed)
    {
        if (epochIsClosed)
            return Error.Conflict("epoch-closed", $"is in epoch {batch.Epoch}, which is closed: its evidence is final", "from");
        if (batch.Sequence > NextSequence) return Gap($"the batches before {batch.Sequence} are missing");
        if (batch.From < EndsAt) return Overlaps;
        if (batch.Sequence < NextSequence)
            return Error.Conflict("conflict", $"must be {NextSequence}: another batch has the number {batch.Sequence}", "sequence");
        if (batch.PreviousHash != Hash)
            return Error.Conflict("previous-hash-mismatch", $"must be {Hash}, the hash of the last stored batch", "previousHash");
        return null;
    }

    public Error Gap(string reason) => Error.Conflict("sequence-gap", $"must be {NextSequence}: {reason}", "sequence");

    public Error Overlaps => Error.Conflict("overlapping-batch", $"must not be before {DateTimeOffset.FromUnixTimeSeconds(EndsAt):u}, where the last stored batch ends", "from");
}

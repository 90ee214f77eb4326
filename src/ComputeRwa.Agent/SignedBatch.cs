using System.Buffers.Binary;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;

namespace ComputeRwa.Agent;

/// <summary>A batch with its signature, as a file of the spool holds it: the body of a request with this batch alone.</summary>
internal sealed record SignedBatch(Link Link, Columns Columns)
{
    public static SignedBatch Make(Facts facts, NodeKey key, ChainHead head, long from, int step, Columns columns)
    {
        var hash = Link.HashOf(facts.Key, head.NextSequence, from, step, head.Hash, columns);
        return new(new(facts.Id, head.NextSequence, from / facts.EpochSeconds, from, step, columns.Samples, head.Hash, hash, key.Sign(hash)), columns);
    }

    /// <summary>Whether it is the next link after this one.</summary>
    public bool Follows(ChainHead head) => Link.Sequence == head.NextSequence && Link.PreviousHash == head.Hash;

    /// <summary>The same samples as another link of the chain.</summary>
    public SignedBatch After(ChainHead head, Facts facts, NodeKey key) => Make(facts, key, head, Link.From, Link.Step, Columns);

    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        bytes.Write(PackedFrame.Magic);
        PackedFrame.Of(Link, Columns).Write(bytes);
        return bytes.ToArray();
    }

    /// <returns>null when the bytes are not what this node's key has signed.</returns>
    public static SignedBatch? Read(byte[] bytes, Facts facts, NodeKey key)
    {
        var start = PackedFrame.Magic.Length + sizeof(uint);
        if (bytes.Length < start || !bytes.AsSpan().StartsWith(PackedFrame.Magic)) return null;
        if (BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(PackedFrame.Magic.Length)) != bytes.Length - start) return null;
        if (PackedFrame.Read(bytes.AsMemory(start)) is not { Signature: { } signature } frame || frame.NodeId != facts.Id) return null;
        if (!ColumnsCodec.TryMeasure(frame.Columns.Span, out var gpus, out var samples) || gpus != facts.Gpus || samples > Settings.MostSamples) return null;
        if (!ColumnsCodec.TryRead(frame.Columns.Span, gpus, samples, out var columns)) return null;
        var hash = Link.HashOf(facts.Key, frame.Sequence, frame.From, frame.Step, frame.PreviousHash, columns);
        if (!key.HasSigned(hash, signature)) return null;
        return new(new(facts.Id, frame.Sequence, frame.From / facts.EpochSeconds, frame.From, frame.Step, samples, frame.PreviousHash, hash, signature), columns);
    }
}

using System.Buffers.Binary;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;

namespace ComputeRwa.Agent;

/// <summary>A batch with its signature, as a file of the spool holds it: the body of a request with this batch alone.</summary>
/// <param name="SignedBy">the key whose signature it has</param>
internal sealed record SignedBatch(Link Link, Columns Columns, Address SignedBy)
{
    public static SignedBatch Make(Facts facts, NodeKey key, ChainHead head, long from, int step, Columns columns)
    {
        var hash = Link.HashOf(facts.Key, head.NextSequence, from, step, head.Hash, columns);
        return new(new(facts.Id, head.NextSequence, from / facts.EpochSeconds, from, step, columns.Samples, head.Hash, hash, key.Sign(hash)), columns, key.Address);
    }

    /// <summary>Whether it is the next link after this one.</summary>
    public bool Follows(ChainHead head) => Link.Sequence == head.NextSequence && Link.PreviousHash == head.Hash;

    /// <summary>Whether the node's key was replaced since it was signed, by this one: the service takes it only with this one's signature.</summary>
    public bool IsSignedBefore(Facts facts, NodeKey key) => SignedBy != key.Address && facts.KeyAt(Link.Sequence) == key.Address;

    /// <summary>The same link with another signature.</summary>
    public SignedBatch Again(Facts facts, NodeKey key) => After(new(Link.Sequence, Link.PreviousHash, 0), facts, key);

    /// <summary>The same samples as another link of the chain.</summary>
    public SignedBatch After(ChainHead head, Facts facts, NodeKey key) => Make(facts, key, head, Link.From, Link.Step, Columns);

    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        bytes.Write(PackedFrame.Magic);
        PackedFrame.Of(Link, Columns).Write(bytes);
        return bytes.ToArray();
    }

    /// <returns>null when the bytes are not what this key, or one of the node's before it, has signed.</returns>
    public static SignedBatch? Read(byte[] bytes, Facts facts, NodeKey key)
    {
        var start = PackedFrame.Magic.Length + sizeof(uint);
        if (bytes.Length < start || !bytes.AsSpan().StartsWith(PackedFrame.Magic)) return null;
        if (BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(PackedFrame.Magic.Length)) != bytes.Length - start) return null;
        if (PackedFrame.Read(bytes.AsMemory(start)) is not { Signature: { } signature } frame || frame.NodeId != facts.Id) return null;
        if (!ColumnsCodec.TryMeasure(frame.Columns.Span, out var gpus, out var samples) || gpus != facts.Gpus || samples > Settings.MostSamples) return null;
        if (!ColumnsCodec.TryRead(frame.Columns.Span, gpus, samples, out var columns)) return null;
        var hash = Link.HashOf(facts.Key, frame.Sequence, frame.From, frame.Step, frame.PreviousHash, columns);
        if (NodeKey.SignerOf(hash, signature) is not { } signer || (signer != key.Address && !facts.IsOurs(signer))) return null;
        return new(new(facts.Id, frame.Sequence, frame.From / facts.EpochSeconds, frame.From, frame.Step, samples, frame.PreviousHash, hash, signature), columns, signer);
    }
}

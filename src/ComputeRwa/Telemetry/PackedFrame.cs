using System.Buffers.Binary;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry;

/// <summary>One batch in the compact form as it stands on the wire, nothing of it judged: docs/telemetry-format.md, "Batches".</summary>
/// <param name="Columns">packed</param>
internal sealed record PackedFrame(
    NodeId NodeId, long Sequence, long From, int Step, Hash32 PreviousHash, string? Signature, ReadOnlyMemory<byte> Columns)
{
    public const string MediaType = "application/vnd.computerwa.batches";

    private const int NodeSize = 16, HashSize = 32, SignatureSize = 65;
    private const int FixedSize = NodeSize + 8 + 8 + 4 + HashSize + 1;

    /// <summary>What a body begins with.</summary>
    public static ReadOnlySpan<byte> Magic => "CRWB\x01"u8;

    public static PackedFrame Of(Link batch, Columns columns) => new(
        batch.NodeId, batch.Sequence, batch.From, batch.Step, batch.PreviousHash, batch.Signature, ColumnsCodec.Compress(columns));

    /// <summary>A batch without the length that stands before it.</summary>
    /// <returns>null when the bytes are too few for what they say they hold.</returns>
    public static PackedFrame? Read(ReadOnlyMemory<byte> batch)
    {
        var from = batch.Span;
        if (from.Length < FixedSize || from[FixedSize - 1] > 1) return null;
        var isSigned = from[FixedSize - 1] == 1;
        if (isSigned && from.Length < FixedSize + SignatureSize) return null;
        var node = NodeId.From($"{NodeId.Prefix}_{Convert.ToHexStringLower(from[..NodeSize])}");
        from = from[NodeSize..];
        return new(
            node, BinaryPrimitives.ReadInt64BigEndian(from), BinaryPrimitives.ReadInt64BigEndian(from[8..]), BinaryPrimitives.ReadInt32BigEndian(from[16..]),
            Hash32.Of(from.Slice(20, HashSize)), isSigned ? "0x" + Convert.ToHexStringLower(from.Slice(21 + HashSize, SignatureSize)) : null,
            batch[(FixedSize + (isSigned ? SignatureSize : 0))..]);
    }

    /// <summary>With its length before it.</summary>
    public void Write(Stream to)
    {
        Span<byte> head = stackalloc byte[sizeof(uint) + FixedSize];
        BinaryPrimitives.WriteInt32BigEndian(head, FixedSize + (Signature is null ? 0 : SignatureSize) + Columns.Length);
        Convert.FromHexString(NodeId.Value.AsSpan(NodeId.Prefix.Length + 1), head[4..], out _, out _);
        BinaryPrimitives.WriteInt64BigEndian(head[20..], Sequence);
        BinaryPrimitives.WriteInt64BigEndian(head[28..], From);
        BinaryPrimitives.WriteInt32BigEndian(head[36..], Step);
        PreviousHash.ToBytes().CopyTo(head[40..]);
        head[^1] = Signature is null ? (byte)0 : (byte)1;
        to.Write(head);
        if (Signature is not null) to.Write(Convert.FromHexString(Signature.AsSpan(2)));
        to.Write(Columns.Span);
    }
}

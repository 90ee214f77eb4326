using System.Buffers.Binary;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry;

/// <summary>A batch in the compact form, its columns still packed: docs/telemetry-format.md, "Batches".</summary>
/// <param name="Envelope">all but the columns</param>
internal sealed record PackedPost(PostBatch Envelope, ReadOnlyMemory<byte> Columns)
{
    public const string MediaType = "application/vnd.computerwa.batches";

    /// <summary>In one request.</summary>
    public const int MostBatches = 4_096;

    /// <summary>GPU samples in one request: bounds how long it may take, whatever its bytes unpack to.</summary>
    public const long MostGpuSamples = 8_000_000;

    private const int NodeSize = 16, HashSize = 32, SignatureSize = 65;
    private const int FixedSize = NodeSize + 8 + 8 + 4 + HashSize + 1;

    private static readonly ColumnsJson None = new(new([]), new([]), new([]), new([]));

    private static ReadOnlySpan<byte> Magic => "CRWB\x01"u8;

    /// <summary>Every batch of a body; nothing of a body that does not end where a batch ends.</summary>
    public static Result<List<PackedPost>> ReadAll(ReadOnlyMemory<byte> body)
    {
        if (!body.Span.StartsWith(Magic)) return Malformed("must begin with CRWB and the version 1");
        var posts = new List<PackedPost>();
        var samples = 0L;
        for (var rest = body[Magic.Length..]; !rest.IsEmpty;)
        {
            var index = posts.Count;
            if (index == MostBatches) return new Error("too-large", $"The body has more than {MostBatches} batches.", [new("batches", $"must be at most {MostBatches}")]);
            if (rest.Length < sizeof(uint)) return Malformed($"ends within batch {index}");
            var length = BinaryPrimitives.ReadUInt32BigEndian(rest.Span);
            rest = rest[sizeof(uint)..];
            if (length > rest.Length) return Malformed($"ends within batch {index}, which has {length} bytes by its own account");
            if (Read(rest[..(int)length]) is not { } post) return Malformed($"has a batch {index} of {length} bytes, too few for what it says it holds");
            // A batch that says it has more than a node may send is refused by itself, before anything is unpacked.
            if (ColumnsCodec.TryMeasure(post.Columns.Span, out var gpus, out var each) && each <= ColumnsReader.MostSamples) samples += (long)gpus * each;
            if (samples > MostGpuSamples) return new Error("too-large", $"The body has more than {MostGpuSamples} GPU samples.", [new("batches", $"must hold at most {MostGpuSamples} GPU samples")]);
            posts.Add(post);
            rest = rest[(int)length..];
        }
        return posts.Count > 0 ? posts : Malformed("has no batch");
    }

    private static PackedPost? Read(ReadOnlyMemory<byte> batch)
    {
        var from = batch.Span;
        if (from.Length < FixedSize || from[FixedSize - 1] > 1) return null;
        var isSigned = from[FixedSize - 1] == 1;
        if (isSigned && from.Length < FixedSize + SignatureSize) return null;
        var node = $"{NodeId.Prefix}_{Convert.ToHexStringLower(from[..NodeSize])}";
        from = from[NodeSize..];
        var second = BinaryPrimitives.ReadInt64BigEndian(from[8..]);
        var envelope = new PostBatch(
            node, BinaryPrimitives.ReadInt64BigEndian(from), Time(second), BinaryPrimitives.ReadInt32BigEndian(from[16..]), Hash32.Of(from.Slice(20, HashSize)).Value, None,
            isSigned ? "0x" + Convert.ToHexStringLower(from.Slice(21 + HashSize, SignatureSize)) : null);
        return new(envelope, batch[(FixedSize + (isSigned ? SignatureSize : 0))..]);
    }

    /// <summary>A second no calendar has stands for the calendar's end, which is refused by its field as any other time of the future is.</summary>
    private static DateTimeOffset Time(long second) => DateTimeOffset.FromUnixTimeSeconds(
        Math.Clamp(second, DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds()));

    private static Error Malformed(string reason) => new("malformed", $"The body {reason}.", [new("body", reason)]);

    /// <summary>The body that <see cref="ReadAll"/> reads.</summary>
    public static void Write(Stream to, IEnumerable<Batch> batches)
    {
        to.Write(Magic);
        foreach (var batch in batches) Write(to, batch.Link, ColumnsCodec.Compress(batch.Columns));
    }

    private static void Write(Stream to, Link batch, byte[] columns)
    {
        Span<byte> head = stackalloc byte[sizeof(uint) + FixedSize];
        BinaryPrimitives.WriteInt32BigEndian(head, FixedSize + (batch.Signature is null ? 0 : SignatureSize) + columns.Length);
        Convert.FromHexString(batch.NodeId.Value.AsSpan(NodeId.Prefix.Length + 1), head[4..], out _, out _);
        BinaryPrimitives.WriteInt64BigEndian(head[20..], batch.Sequence);
        BinaryPrimitives.WriteInt64BigEndian(head[28..], batch.From);
        BinaryPrimitives.WriteInt32BigEndian(head[36..], batch.Step);
        batch.PreviousHash.ToBytes().CopyTo(head[40..]);
        head[^1] = batch.Signature is null ? (byte)0 : (byte)1;
        to.Write(head);
        if (batch.Signature is not null) to.Write(Convert.FromHexString(batch.Signature.AsSpan(2)));
        to.Write(columns);
    }
}

using System.Buffers.Binary;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry;

/// <summary>A batch in the compact form, its columns still packed: docs/telemetry-format.md, "Batches".</summary>
/// <param name="Envelope">all but the columns</param>
internal sealed record PackedPost(PostBatch Envelope, ReadOnlyMemory<byte> Columns)
{
    public const string MediaType = PackedFrame.MediaType;

    /// <summary>In one request.</summary>
    public const int MostBatches = 4_096;

    /// <summary>GPU samples in one request: bounds how long it may take, whatever its bytes unpack to.</summary>
    public const long MostGpuSamples = 8_000_000;

    private static readonly ColumnsJson None = new(new([]), new([]), new([]), new([]));

    /// <summary>Every batch of a body; nothing of a body that does not end where a batch ends.</summary>
    public static Result<List<PackedPost>> ReadAll(ReadOnlyMemory<byte> body)
    {
        if (!body.Span.StartsWith(PackedFrame.Magic)) return Malformed("must begin with CRWB and the version 1");
        var posts = new List<PackedPost>();
        var samples = 0L;
        for (var rest = body[PackedFrame.Magic.Length..]; !rest.IsEmpty;)
        {
            var index = posts.Count;
            if (index == MostBatches) return new Error("too-large", $"The body has more than {MostBatches} batches.", [new("batches", $"must be at most {MostBatches}")]);
            if (rest.Length < sizeof(uint)) return Malformed($"ends within batch {index}");
            var length = BinaryPrimitives.ReadUInt32BigEndian(rest.Span);
            rest = rest[sizeof(uint)..];
            if (length > rest.Length) return Malformed($"ends within batch {index}, which has {length} bytes by its own account");
            if (Read(rest[..(int)length]) is not { } post) return Malformed($"has a batch {index} of {length} bytes, too few for what it says it holds");
            // A batch that says it has more than a node may send is refused by itself, before anything is unpacked; its neighbours are not.
            if (ColumnsCodec.TryMeasure(post.Columns.Span, out var gpus, out var each) && gpus <= Fleet.Node.MostGpus && each <= ColumnsReader.MostSamples) samples += (long)gpus * each;
            if (samples > MostGpuSamples) return new Error("too-large", $"The body has more than {MostGpuSamples} GPU samples.", [new("batches", $"must hold at most {MostGpuSamples} GPU samples")]);
            posts.Add(post);
            rest = rest[(int)length..];
        }
        return posts.Count > 0 ? posts : Malformed("has no batch");
    }

    private static PackedPost? Read(ReadOnlyMemory<byte> batch) => PackedFrame.Read(batch) is not { } frame ? null
        : new(new PostBatch(frame.NodeId.Value, frame.Sequence, Time(frame.From), frame.Step, frame.PreviousHash.Value, None, frame.Signature), frame.Columns);

    /// <summary>A second no calendar has stands for the calendar's end, which is refused by its field as any other time of the future is.</summary>
    private static DateTimeOffset Time(long second) => DateTimeOffset.FromUnixTimeSeconds(
        Math.Clamp(second, DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds()));

    private static Error Malformed(string reason) => new("malformed", $"The body {reason}.", [new("body", reason)]);

    /// <summary>The body that <see cref="ReadAll"/> reads.</summary>
    public static void Write(Stream to, IEnumerable<Batch> batches)
    {
        to.Write(PackedFrame.Magic);
        foreach (var batch in batches) PackedFrame.Of(batch.Link, batch.Columns).Write(to);
    }
}

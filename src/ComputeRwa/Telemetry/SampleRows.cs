using System.Buffers.Binary;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry;

/// <summary>A batch's samples and what proves them, as they are read from the database.</summary>
internal sealed record StoredSamples(long Sequence, byte[]? Signature, Columns Columns);

/// <summary>
/// One row of samples: those of one batch as the node has packed them, or those of small ones that follow one another and are stored together. These are packed as
/// one: what each says before its first sample is said once, and rows that are smaller than a page but not by much leave a tenth of it free.
/// </summary>
/// <param name="Sequence">number of the last batch</param>
/// <param name="Signatures">of one batch its signature, or null; of more all of them, one after the other</param>
/// <param name="Columns">packed; of several batches after the number of samples of each, two bytes, big-endian</param>
/// <param name="Rest">what follows <paramref name="Columns"/>: see <see cref="Cut"/></param>
internal sealed record SampleRow(long Epoch, long Node, long Sequence, long Batches, byte[]? Signatures, byte[] Columns, byte[]? Rest = null)
{
    /// <summary>Batches of a row: whoever wants one of them reads all.</summary>
    public const int MostBatches = 16;

    /// <summary>Packed bytes of a batch that shares a row. A large one gains nothing.</summary>
    private const int MostBytes = 4_096;

    private const int SignatureSize = 65;

    /// <summary>Bytes of the pieces that PostgreSQL cuts large values into; four fill a page.</summary>
    private const int Piece = 1_996;

    /// <param name="batches">a node's that follow one another are neighbours, in order</param>
    /// <param name="numbers">by which nodes are stored</param>
    public static List<SampleRow> Make(IEnumerable<ReadyBatch> batches, IReadOnlyDictionary<NodeId, long> numbers)
    {
        var runs = new List<List<ReadyBatch>>();
        foreach (var batch in batches)
        {
            if (runs.Count > 0 && runs[^1].Count < MostBatches && Follows(runs[^1][^1], batch)) runs[^1].Add(batch);
            else runs.Add([batch]);
        }
        return runs.ConvertAll(run => Of(run, numbers[run[0].Link.NodeId]));
    }

    private static bool Follows(ReadyBatch before, ReadyBatch batch) => IsShared(before) && IsShared(batch)
        && before.Link.NodeId == batch.Link.NodeId && before.Link.Epoch == batch.Link.Epoch && before.Link.Sequence + 1 == batch.Link.Sequence;

    private static bool IsShared(ReadyBatch batch) => batch.Link.Signature is not null && batch.Packed.Columns.Length <= MostBytes;

    private static SampleRow Of(List<ReadyBatch> run, long node)
    {
        var last = run[^1].Link;
        if (run.Count == 1) return new(last.Epoch, node, last.Sequence, 1, Bytes(last.Signature), run[0].Packed.Columns);
        var counts = new byte[run.Count * sizeof(ushort)];
        for (var i = 0; i < run.Count; i++) BinaryPrimitives.WriteUInt16BigEndian(counts.AsSpan(i * sizeof(ushort)), (ushort)run[i].Link.Samples);
        var joined = Telemetry.Columns.Join(run.ConvertAll(b => ColumnsCodec.Decompress(b.Packed.Columns)));
        return new(last.Epoch, node, last.Sequence, run.Count, [.. run.SelectMany(b => Bytes(b.Link.Signature)!)], [.. counts, .. ColumnsCodec.Compress(joined)]);
    }

    private static byte[]? Bytes(string? signature) => signature is null ? null : Convert.FromHexString(signature.AsSpan(2));

    /// <summary>For PostgreSQL: whole pieces, and a rest that stays in the row. A last piece would seldom be a whole one, and leave half of a piece's place free.</summary>
    public SampleRow Cut()
    {
        var whole = Columns.Length / Piece * Piece;
        return this with { Columns = Columns[..whole], Rest = Columns[whole..] };
    }

    /// <summary>Each batch by itself again.</summary>
    public IEnumerable<StoredSamples> Split()
    {
        byte[] whole = Rest is null ? Columns : [.. Columns, .. Rest];
        if (Batches == 1) return [new(Sequence, Signatures, ColumnsCodec.Decompress(whole))];
        var counts = Enumerable.Range(0, (int)Batches).Select(i => (int)BinaryPrimitives.ReadUInt16BigEndian(whole.AsSpan(i * sizeof(ushort)))).ToList();
        return ColumnsCodec.Decompress(whole.AsSpan(counts.Count * sizeof(ushort))).Split(counts)
            .Select((columns, i) => new StoredSamples(Sequence - Batches + 1 + i, Signature(Batches, Signatures, i), columns)).ToList();
    }

    /// <summary>That of one of a row's batches.</summary>
    public static byte[]? Signature(long batches, byte[]? signatures, int place) =>
        batches == 1 ? signatures : signatures!.AsSpan(place * SignatureSize, SignatureSize).ToArray();
}

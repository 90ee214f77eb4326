using System.Buffers.Binary;
using Nethereum.Util;

namespace ComputeRwa.Demo;

/// <summary>Columns of a batch, each <c>[gpu][sample]</c>; null is a missing value.</summary>
internal sealed record Columns(int?[][] SmActiveBps, int?[][] GpuUtilPct, int?[][] PowerMilliwatts, int?[][] MemoryMiB);

/// <summary>A telemetry batch as it is posted.</summary>
internal sealed record Batch(
    string NodeId, long Sequence, DateTimeOffset From, int StepSeconds, string PreviousHash, Columns Columns, string Signature);

/// <summary>The end of a node's chain of batches.</summary>
internal sealed record ChainHead(long NextSequence, string Hash)
{
    public static readonly ChainHead Start = new(0, "0x" + new string('0', 64));
}

/// <summary>Builds, hashes and signs batches as docs/api.md says.</summary>
internal static class Batches
{
    public const int StepSeconds = 60;

    public static (Batch Batch, ChainHead Head) Sign(Party nodeKey, string nodeId, ChainHead head, DateTimeOffset from, IReadOnlyList<Reading[]?> minutes, int gpus)
    {
        var columns = new Columns(
            Column(minutes, gpus, r => r.SmActiveBps), Column(minutes, gpus, r => r.GpuUtilPct),
            Column(minutes, gpus, r => r.PowerMilliwatts), Column(minutes, gpus, r => r.MemoryMiB));
        var hash = Hash(nodeKey.Address, head, from, gpus, minutes.Count, ColumnsHash(columns, gpus, minutes.Count));
        var batch = new Batch(nodeId, head.NextSequence, from, StepSeconds, head.Hash, columns, nodeKey.SignHash(hash));
        return (batch, new(head.NextSequence + 1, "0x" + Convert.ToHexStringLower(hash)));
    }

    private static int?[][] Column(IReadOnlyList<Reading[]?> minutes, int gpus, Func<Reading, int> value)
    {
        var column = new int?[gpus][];
        for (var gpu = 0; gpu < gpus; gpu++)
        {
            column[gpu] = new int?[minutes.Count];
            for (var i = 0; i < minutes.Count; i++) column[gpu][i] = minutes[i] is { } readings ? value(readings[gpu]) : null;
        }
        return column;
    }

    private static byte[] ColumnsHash(Columns columns, int gpus, int samples)
    {
        var bytes = new byte[4 * 4 * gpus * samples];
        var at = 0;
        foreach (var column in new[] { columns.SmActiveBps, columns.GpuUtilPct, columns.PowerMilliwatts, columns.MemoryMiB })
            foreach (var gpu in column)
                foreach (var value in gpu)
                {
                    BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(at), value ?? -1);
                    at += 4;
                }
        return Sha3Keccack.Current.CalculateHash(bytes);
    }

    private static byte[] Hash(string nodeKey, ChainHead head, DateTimeOffset from, int gpus, int samples, byte[] columnsHash)
    {
        using var bytes = new MemoryStream();
        bytes.Write("ComputeRwa telemetry v1"u8);
        bytes.Write(Convert.FromHexString(nodeKey.AsSpan(2)));
        Write64(head.NextSequence);
        Write64(from.ToUnixTimeSeconds());
        Write32(StepSeconds);
        Write32(gpus);
        Write32(samples);
        bytes.Write(Convert.FromHexString(head.Hash.AsSpan(2)));
        bytes.Write(columnsHash);
        return Sha3Keccack.Current.CalculateHash(bytes.ToArray());

        void Write64(long value)
        {
            Span<byte> word = stackalloc byte[8];
            BinaryPrimitives.WriteInt64BigEndian(word, value);
            bytes.Write(word);
        }

        void Write32(int value)
        {
            Span<byte> word = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(word, value);
            bytes.Write(word);
        }
    }
}

using System.Buffers.Binary;

namespace ComputeRwa.Verify;

/// <summary>Batches of one node: shape, hash, signature, and that each follows the one before.</summary>
internal static class BatchChain
{
    public static void Check(EvidenceNode node, EpochFile file, Findings findings)
    {
        var nodeKey = Hashing.Unhex(node.NodeKey, 20);
        var keys = SigningKeys.Of(node, file, (at, message) => findings.Require(false, "signing-key", at, message));
        EvidenceBatch? before = null;
        foreach (var batch in node.Batches)
        {
            var where = $"{node.NodeId} batch {batch.Sequence}";
            if (!CheckShape(node, batch, where, findings)) continue;
            var hash = HashOf(nodeKey, batch);
            findings.Require(hash.SequenceEqual(Hashing.Unhex(batch.Hash, 32)), "batch-hash", where, $"has the hash {batch.Hash} and its contents give {Hashing.Hex(hash)}");
            if (batch.Signature is null) findings.Note($"{where} is not signed: self-reported.");
            else findings.Require(IsSigned(nodeKey, keys, batch), "batch-signature", where, $"is not signed by the node's key {Hashing.Hex(keys.At(batch.Sequence))}");
            findings.Require(batch.From >= file.Start && batch.End <= file.End, "batch-time", where, "does not lie within the epoch");
            CheckFollows(before, batch, where, findings);
            before = batch;
        }
    }

    /// <summary>Whether the node's key of that batch signed its contents, which is what makes it attested.</summary>
    /// <param name="nodeKey">the node's name, which is in the hash whichever key signs</param>
    public static bool IsSigned(byte[] nodeKey, SigningKeys keys, EvidenceBatch batch) =>
        batch.Signature is not null && Hashing.PersonalSigner(HashOf(nodeKey, batch), batch.Signature) is { } signer && signer.SequenceEqual(keys.At(batch.Sequence));

    public static byte[] HashOf(byte[] nodeKey, EvidenceBatch batch) => Hashing.Keccak(
        Hashing.Ascii("ComputeRwa telemetry v1"), nodeKey, Hashing.U64(batch.Sequence), Hashing.U64(batch.From), Hashing.U32(batch.StepSeconds),
        Hashing.U32(batch.Columns.SmActiveBps.Count), Hashing.U32(batch.Samples), Hashing.Unhex(batch.PreviousHash, 32), ColumnsHash(batch.Columns));

    /// <summary>int32 big-endian of every value: columns in their order, then GPU, then sample; missing = −1.</summary>
    private static byte[] ColumnsHash(Columns columns)
    {
        var bytes = new MemoryStream();
        var value = new byte[4];
        foreach (var (_, gpus, _) in columns.InOrder)
            foreach (var samples in gpus)
                foreach (var sample in samples)
                {
                    BinaryPrimitives.WriteInt32BigEndian(value, sample ?? -1);
                    bytes.Write(value);
                }
        return Hashing.Keccak(bytes.ToArray());
    }

    private static bool CheckShape(EvidenceNode node, EvidenceBatch batch, string where, Findings findings)
    {
        var good = findings.Require(batch is { Sequence: >= 0, From: >= 0, StepSeconds: > 0 and <= uint.MaxValue, Samples: > 0 }, "batch-shape", where,
            "has no samples, or a negative number or time");
        foreach (var (name, gpus, most) in batch.Columns.InOrder)
        {
            good &= findings.Require(gpus.Count == node.GpuUuids.Count, "batch-shape", where, $"{name} has {gpus.Count} GPUs and the node {node.GpuUuids.Count}");
            good &= findings.Require(gpus.All(g => g.Count == batch.Samples), "batch-shape", where, $"{name} has not {batch.Samples} samples for each GPU");
            good &= findings.Require(gpus.All(g => g.All(v => v is null || (v >= 0 && v <= most))), "batch-shape", where, $"{name} has values outside 0 to {most}");
        }
        return good;
    }

    private static void CheckFollows(EvidenceBatch? before, EvidenceBatch batch, string where, Findings findings)
    {
        if (before is null)
        {
            // The chain before this epoch is the earlier epochs' evidence; only its very beginning is known here.
            if (batch.Sequence == 0)
                findings.Require(Hashing.Number(Hashing.Unhex(batch.PreviousHash, 32)).IsZero, "batch-chain", where, "is the node's first and yet names a batch before it");
            return;
        }
        findings.Require(batch.Sequence == before.Sequence + 1, "batch-chain", where, $"follows batch {before.Sequence}: one is missing or out of order");
        findings.Require(string.Equals(batch.PreviousHash, before.Hash, StringComparison.OrdinalIgnoreCase), "batch-chain", where,
            $"names {batch.PreviousHash} as the batch before it, which is {before.Hash}");
        findings.Require(batch.From >= before.End, "batch-overlap", where, $"begins before batch {before.Sequence} ends");
    }
}

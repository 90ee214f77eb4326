using ComputeRwa.Verify.Reading;

namespace ComputeRwa.Verify.Auditing;

/// <summary>Every signature of every root, cancelled ones too: by attestors of that moment, each once, and enough of them.</summary>
internal static class SignatureAudit
{
    private const string Post = "post((uint32,uint32,bytes32,bytes32,uint32,uint128,uint64,uint64,bytes32),bytes[])";
    private static readonly byte[] Selector = Hashing.Selector(Post);
    private static readonly int RootWords = Shape.EpochRoot.Members.Count;

    public static void Run(ChainRecord chain, Roots roots, Audit audit)
    {
        var attestors = new HashSet<string>();
        var threshold = 0;
        var posted = roots.Posted.ToDictionary(r => r.Place);
        foreach (var e in chain.Events)
        {
            if (e.Name == "AttestorSet" && e["attestor"].IsOne) attestors.Add(e.Account("account"));
            else if (e.Name == "AttestorSet") attestors.Remove(e.Account("account"));
            else if (e.Name == "ThresholdSet") threshold = (int)e["threshold"];
            else if (e.Name == "EpochPosted") Check(chain, posted[e.Place], attestors, threshold, audit);
        }
        audit.Findings.Equal("ledger", "threshold", threshold, chain.Ledger.Threshold, "is not what the ledger's events say");
    }

    private static void Check(ChainRecord chain, PostedRoot root, HashSet<string> attestors, int threshold, Audit audit)
    {
        if (SignaturesIn(chain.PostingData[root.Place.Transaction], root) is not { } signatures)
        {
            audit.Findings.Require(false, "signature", root.Where, $"transaction {root.Place.Transaction} carries no call of post with this root: who signed it cannot be seen");
            return;
        }
        var digest = Shape.EpochRoot.Digest(root.Message, "EpochLedger", chain.ChainId, chain.Deployment.EpochLedger);
        var valid = new HashSet<string>();
        foreach (var (signature, index) in signatures.Select((s, i) => (s, i)))
        {
            var signer = Hashing.Signer(digest, signature) is { } bytes ? Hashing.Hex(bytes) : "nobody";
            var where = $"{root.Where} signature {index}";
            audit.Count("attestor signatures recovered");
            if (!attestors.Contains(signer)) audit.Findings.Equal("signature", where, $"one of {string.Join(", ", attestors.Order())}", signer, "was not made by an attestor of that block");
            else audit.Findings.Require(valid.Add(signer), "signature", where, $"is a second one of {signer}");
        }
        audit.Findings.Require(valid.Count >= threshold && threshold > 0, "quorum", root.Where, $"has {valid.Count} valid signature{(valid.Count == 1 ? "" : "s")}; {threshold} were needed");
    }

    /// <summary>
    /// The signatures of the call of post that recorded this root. The call may lie inside another one's data, as when a contract
    /// wallet posts; null when it is nowhere.
    /// </summary>
    private static IReadOnlyList<byte[]>? SignaturesIn(byte[] data, PostedRoot root)
    {
        var call = Hashing.Join(Selector, root.Message.Encode());
        var at = data.AsSpan().IndexOf(call);
        if (at < 0) return null;
        var arguments = data[(at + Selector.Length)..];
        try
        {
            var list = checked((int)Hashing.WordAt(arguments, RootWords));
            var items = arguments[(list + 32)..];
            return [.. Enumerable.Range(0, checked((int)Hashing.WordAt(arguments[list..], 0))).Select(i => BytesAt(items, checked((int)Hashing.WordAt(items, i))))];
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            return null;
        }
    }

    private static byte[] BytesAt(byte[] data, int start) => data[(start + 32)..checked(start + 32 + (int)Hashing.WordAt(data[start..], 0))];
}

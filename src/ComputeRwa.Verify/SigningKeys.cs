namespace ComputeRwa.Verify;

/// <summary>Which key signs which batches of one node: the one that is its name, until another was put in its place by who may do so.</summary>
internal sealed class SigningKeys
{
    private readonly byte[] _nodeKey;
    private readonly List<(long FromSequence, byte[] Key)> _replacements = [];

    private SigningKeys(byte[] nodeKey) => _nodeKey = nodeKey;

    /// <summary>The last replacement that begins with a batch or before it; one that was to begin later than its successor never signs.</summary>
    public byte[] At(long sequence) => _replacements.FindLast(r => r.FromSequence <= sequence).Key ?? _nodeKey;

    /// <summary>
    /// Each replacement is signed by the key before it, or by the provider of a lease that holds a GPU of this node, and by the new key itself. The first that is not
    /// ends the list: nothing after it was put there by anybody who may.
    /// </summary>
    /// <param name="wrong">is told what is wrong, with where</param>
    public static SigningKeys Of(EvidenceNode node, EpochFile file, Action<string, string> wrong)
    {
        var keys = new SigningKeys(Hashing.Unhex(node.NodeKey, 20));
        var before = keys._nodeKey;
        foreach (var (stated, index) in (node.SigningKeys ?? []).Select((k, i) => (k, i)))
        {
            var where = $"{node.NodeId} signing key {stated.Number}";
            if (stated.Number != index + 1)
            {
                wrong(where, $"stands where number {index + 1} should: one is missing, twice there or out of order");
                return keys;
            }
            var key = Hashing.Unhex(stated.Key, 20);
            if (stated.FromSequence < 0) wrong(where, "begins before the node's first batch");
            else if (!IsSigned(keys._nodeKey, stated, key, stated.Possession)) wrong(where, $"has no signature of its own, so nobody has shown to hold {stated.Key}");
            else if (!IsSigned(keys._nodeKey, stated, before, stated.Authorisation) && !Providers(node, file).Any(p => IsSigned(keys._nodeKey, stated, p, stated.Authorisation)))
                wrong(where, "is authorised neither by the key before it nor by the provider of a lease on this node");
            else
            {
                keys._replacements.Add((stated.FromSequence, key));
                before = key;
                continue;
            }
            return keys;
        }
        return keys;
    }

    /// <summary>A key is one node's, once: as its name, or as what signs in its place.</summary>
    public static void CheckTwice(EvidenceFile evidence, Findings findings)
    {
        var all = evidence.Nodes.SelectMany(n => (n.SigningKeys ?? []).Select(k => k.Key).Prepend(n.NodeKey));
        foreach (var twice in all.GroupBy(k => k, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
            findings.Require(false, "signing-key", twice.Key, "stands in more than one place");
    }

    private static bool IsSigned(byte[] nodeKey, EvidenceKey stated, byte[] signer, string signature)
    {
        var digest = Hashing.Keccak(
            Hashing.Ascii("ComputeRwa node key v1"), nodeKey, Hashing.U64(stated.Number), Hashing.U64(stated.FromSequence), Hashing.Unhex(stated.Key, 20));
        return Hashing.PersonalSigner(digest, signature) is { } by && by.SequenceEqual(signer);
    }

    /// <summary>Those whose leases, with signed terms, hold a GPU of the node.</summary>
    private static IEnumerable<byte[]> Providers(EvidenceNode node, EpochFile file) =>
        from lease in file.Leases
        where lease.Gpus.Any(g => g.NodeId == node.NodeId && LeaseCheck.SameKey(g.NodeKey, node.NodeKey))
        select Hashing.Word(Struct.Read(Shape.LeaseTerms, lease.Terms)["provider"])[12..];
}

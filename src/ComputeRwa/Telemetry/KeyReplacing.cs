using ComputeRwa.Fleet;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry;

/// <param name="Number">1 for a node's first replacement, then one more each time</param>
/// <param name="FromSequence">number of the first batch that the key signs</param>
/// <param name="Key">its address; no key of any node, now or before</param>
/// <param name="Authorisation">EIP-191 signature over the digest, by the key that is replaced or by the provider's account</param>
/// <param name="Possession">the new key's signature over it</param>
internal sealed record ReplaceSigningKey(long Number, long FromSequence, string Key, string Authorisation, string Possession);

/// <summary>Whether a key may sign a node's batches in the place of another.</summary>
internal static class KeyReplacing
{
    /// <summary>How far ahead of a chain a key may be announced: two months of minutes, more than an agent's spool holds. A number that is none of a batch is beyond it.</summary>
    public const long MostAhead = 100_000;

    /// <summary>Everything that can be said of a request by itself.</summary>
    public static Result<SigningKey> Read(ReplaceSigningKey asked)
    {
        var fields = new Fields();
        fields.Require(asked.Number >= 1, "number", "must be at least 1: 0 is the key that the node was registered with");
        fields.Require(asked.FromSequence >= 0, "fromSequence", "must not be negative");
        var key = fields.Address(asked.Key, "key");
        foreach (var (signature, field) in new[] { (asked.Authorisation, "authorisation"), (asked.Possession, "possession") })
            fields.Require(NodeSignature.IsWellFormed(signature), field, "must be 0x and 130 hex digits, ending in 1b or 1c");
        return fields.Error is { } error ? error : new SigningKey(asked.Number, asked.FromSequence, key);
    }

    /// <summary>
    /// The key that is replaced is the last one, also where that does not sign yet: who announced a key too late, or a wrong one, takes it back by another. Nothing
    /// that is a link already changes its signer.
    /// </summary>
    /// <param name="node">with all its replacements</param>
    /// <param name="provider">the account of the node's owner, which needs none of the node's keys</param>
    /// <param name="nextSequence">number of the chain's next batch</param>
    public static Result<KeyReplacement> Judge(SigningKey asked, ReplaceSigningKey proof, Node node, Address provider, long nextSequence, DateTimeOffset now)
    {
        if (asked.Number != node.Replacements.Count + 1) return Error.Conflict("conflict", $"must be {node.Replacements.Count + 1}, the node's next", "number");
        if (asked.FromSequence < nextSequence) return Error.Conflict("conflict", $"must be at least {nextSequence}, the number of the chain's next batch", "fromSequence");
        if (asked.FromSequence > nextSequence + MostAhead) return Error.Conflict("conflict", $"must be at most {nextSequence + MostAhead}, {MostAhead} ahead of the chain", "fromSequence");
        var digest = asked.Digest(node.NodeKey);
        if (!NodeSignature.IsBy(asked.Key, digest, proof.Possession)) return WrongSignature("possession", $"is not by {asked.Key} over {digest}");
        var isByKey = NodeSignature.IsBy(node.LastKey, digest, proof.Authorisation);
        if (!isByKey && !NodeSignature.IsBy(provider, digest, proof.Authorisation))
            return WrongSignature("authorisation", $"is neither by {node.LastKey}, the key that is replaced, nor by {provider}, the provider's account, over {digest}");
        return new KeyReplacement(asked, proof.Authorisation.ToLowerInvariant(), proof.Possession.ToLowerInvariant(), isByKey ? KeyReplacement.ByKey : KeyReplacement.ByProvider, now);
    }

    /// <summary>What waits from the new key's first number on was signed by a key that no longer signs there.</summary>
    public static List<NeverLink> Outdated(IEnumerable<WaitingBatch> waiting, SigningKey key) => [.. waiting.Where(w => w.Link.Sequence >= key.FromSequence).Select(w =>
        new NeverLink(w, new("wrong-signature", $"is signed by a key that was replaced: from batch {key.FromSequence} on {key.Key} signs", [new("signature", "is not by the node's key")])))];

    private static Error WrongSignature(string field, string reason) => new("wrong-signature", $"{field} {reason}.", [new(field, reason)]);
}

namespace ComputeRwa.Chain;

/// <summary>What a node says to a signed transaction, whatever its words.</summary>
internal enum NodeAnswer
{
    /// <summary>The node has it, now or already.</summary>
    Taken,
    /// <summary>Its nonce is used: by one of its own variants, which a receipt will show, or by a stranger's transaction.</summary>
    NonceUsed,
    /// <summary>A nonce before it is missing in the node's pool.</summary>
    NonceGap,
    /// <summary>It offers too little, for the pool, for the next block or to replace what has its nonce.</summary>
    Underpriced,
    /// <summary>The account cannot pay for it.</summary>
    NoFunds,
    /// <summary>The node has no room or no time for it.</summary>
    Full,
    /// <summary>No node will ever take these bytes.</summary>
    Never,
    /// <summary>Anything else: it is offered again.</summary>
    Unclear,
}

/// <summary>
/// The words of geth, erigon, nethermind, besu, reth, anvil and hardhat. What a wrong chain behind the URL would say (chain id,
/// sender, signature) is never final: our bytes are right, so it is offered again.
/// </summary>
internal static class NodeAnswers
{
    // In this order: a later phrase may be part of an earlier answer.
    private static readonly (NodeAnswer Answer, string[] Words)[] Phrases =
    [
        (NodeAnswer.Unclear, ["unknown transaction"]),
        (NodeAnswer.Taken,
        [
            "already known", "alreadyknown", "known transaction", "already imported", "already exists", "already in", "already added", "with same hash",
        ]),
        (NodeAnswer.NonceUsed,
        [
            "nonce too low", "nonce is too low", "old nonce", "oldnonce", "nonce has already been used", "noncealreadyused", "below sender account nonce",
        ]),
        (NodeAnswer.Underpriced,
        [
            "underpriced", "fee too low", "feetoolow", "gas price too low", "gas price below", "less than block base fee", "too low for the next block",
            "below current base fee", "below chain minimum", "below minimum", "below the minimum", "insufficient gas price to replace",
            "could not replace existing", "replacement not allowed", "replacementnotallowed",
        ]),
        (NodeAnswer.NonceGap,
        [
            "nonce too high", "nonce gap", "noncegap", "gapped-nonce", "too distant from current sender nonce", "nonce too far", "noncetoofar",
            "transaction with a lower nonce exists", "future transaction tries to replace pending",
        ]),
        (NodeAnswer.NoFunds,
        [
            "insufficient funds", "insufficientfunds", "enough funds", "upfront cost exceeds", "overdraws", "insufficient balance",
        ]),
        (NodeAnswer.Never,
        [
            "intrinsic gas", "intrinsicgas", "requires at least", "block gas limit", "block's gas limit", "gas limit too high", "gas limit is too big",
            "gas limit reached", "gaslimitexceeded", "transaction gas cap", "oversized", "too large", "rlptoolong", "rlp too long", "maxtxsizeexceeded",
        ]),
        (NodeAnswer.Full,
        [
            "pool is full", "txpool full", "pool size constraints", "pool overflow", "identified as spammer", "limit exceeded", "limit reached for",
            "rate limit", "too many requests", "pool not enabled", "syncing", "timed out", "timeout",
        ]),
    ];

    /// <param name="refusal">null when the node took it</param>
    public static NodeAnswer Of(string? refusal)
    {
        if (refusal is null) return NodeAnswer.Taken;
        foreach (var (answer, words) in Phrases)
            if (words.Any(w => refusal.Contains(w, StringComparison.OrdinalIgnoreCase))) return answer;
        return NodeAnswer.Unclear;
    }
}

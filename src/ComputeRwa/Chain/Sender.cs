using System.Numerics;

namespace ComputeRwa.Chain;

/// <summary>What to do with the queue's head: sign these, and fail those. What is in neither list waits for its turn.</summary>
internal sealed record SendPlan(IReadOnlyList<OutboxRow> Sign, IReadOnlyList<(OutboxRow Row, string Reason)> Fail);

/// <summary>What became of a signed transaction that was handed to the node.</summary>
internal enum Handover
{
    /// <summary>The node has it, now or already.</summary>
    Taken,
    /// <summary>Its nonce is used: by itself, which a receipt will show, or by a stranger's transaction.</summary>
    NonceUsed,
    /// <summary>The node will not have it as things are: no funds, too low a fee, overload. It is offered again.</summary>
    Refused,
}

/// <summary>The sender's decisions. Nothing here knows a clock, a node or a table.</summary>
internal static class Sender
{
    /// <summary>Transactions signed and not yet mined. Nodes keep a bounded number of one account's in their pools.</summary>
    public const int MostInFlight = 256;

    /// <summary>Rows taken at once.</summary>
    public const int BatchSize = 64;

    /// <summary>
    /// Goes through the queue in its order. A dry run sees the chain as it is mined, so a revert is final only for a row that
    /// nothing unmined stands before; otherwise the row, and all behind it, wait until what is before them is mined.
    /// </summary>
    public static SendPlan Plan(IReadOnlyList<(OutboxRow Row, DryRun Run)> queue, bool earlierUnmined)
    {
        var sign = new List<OutboxRow>();
        var fail = new List<(OutboxRow, string)>();
        foreach (var (row, run) in queue)
        {
            if (run.Outcome == DryRunOutcome.Passed) sign.Add(row);
            else if (run.Outcome == DryRunOutcome.Reverted && !earlierUnmined && sign.Count == 0) fail.Add((row, run.Reason ?? "reverted"));
            else break;
        }
        return new(sign, fail);
    }

    /// <summary>The lane goes on from its own count, or from the chain's where the key was used elsewhere.</summary>
    public static long FirstNonce(long? lane, long chainPending) => Math.Max(lane ?? 0, chainPending);

    /// <summary>Twice the base fee leaves room for six full blocks in a row.</summary>
    public static Fees Fees(BigInteger baseFee, BigInteger tip) => new(baseFee * 2 + tip, tip);

    public static Handover Classify(string? refusal)
    {
        if (refusal is null) return Handover.Taken;
        if (Says("already known", "known transaction", "already imported", "already exists", "already in")) return Handover.Taken;
        return Says("nonce too low", "nonce is too low", "old nonce", "nonce has already been used") ? Handover.NonceUsed : Handover.Refused;

        bool Says(params string[] words) => words.Any(w => refusal.Contains(w, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>
    /// True when a stranger's transaction has taken the nonce for good: the account has mined more than that through a
    /// block that is final, and ours is in none.
    /// </summary>
    public static bool IsLost(long nonce, long minedInFinalBlocks, bool hasReceipt) => !hasReceipt && minedInFinalBlocks > nonce;

    /// <summary>Waiting time after the n-th failure in a row.</summary>
    public static TimeSpan BackOff(int failures) => TimeSpan.FromMilliseconds(Math.Min(5_000, 100 * Math.Pow(2, Math.Min(failures, 10) - 1)));
}

using System.Numerics;

namespace ComputeRwa.Chain;

/// <summary>What to do with the queue's head: sign these, and fail those. What is in neither list waits for its turn.</summary>
internal sealed record SendPlan(IReadOnlyList<OutboxRow> Sign, IReadOnlyList<(OutboxRow Row, string Reason)> Fail);

/// <summary>The sender's decisions. Nothing here knows a clock, a node or a table.</summary>
internal static class Sender
{
    /// <summary>Rows taken at once, and requests that travel together.</summary>
    public const int BatchSize = 256;

    /// <summary>How far into the queue one of several lanes looks for what falls to it.</summary>
    public const int WidestLook = 4_096;

    /// <summary>
    /// Goes through the queue in its order. A dry run sees the chain as it is mined, so a revert is final only for a row that
    /// nothing unmined stands before. Otherwise the row waits, and so does what is behind it with the same subject: commands of
    /// one subject never overtake each other, others may.
    /// </summary>
    /// <param name="earliestOpen">place in the queue of the first row, outside this list, that is neither mined nor failed</param>
    public static SendPlan Plan(IReadOnlyList<(OutboxRow Row, DryRun Run)> queue, long? earliestOpen)
    {
        var (sign, fail) = (new List<OutboxRow>(), new List<(OutboxRow, string)>());
        var waiting = new HashSet<string>();
        foreach (var (row, run) in queue)
        {
            if (run.Outcome == DryRunOutcome.Unanswered) break;
            if (waiting.Contains(row.Subject)) continue;
            if (run.Outcome == DryRunOutcome.Passed) sign.Add(row);
            else if (waiting.Count == 0 && sign.Count == 0 && !(earliestOpen < row.Seq)) fail.Add((row, run.Reason ?? "reverted"));
            else waiting.Add(row.Subject);
        }
        return new(sign, fail);
    }

    /// <summary>The lane goes on from its own count, or from the chain's where the key was used elsewhere.</summary>
    public static long FirstNonce(long? lane, long chainPending) => Math.Max(lane ?? 0, chainPending);

    /// <summary>
    /// True when a stranger's transaction has taken the nonce for good: the account has mined more than that through a
    /// block that is final, and none of ours with that nonce is in any.
    /// </summary>
    public static bool IsLost(long nonce, long minedInFinalBlocks, bool hasReceipt) => !hasReceipt && minedInFinalBlocks > nonce;

    /// <summary>
    /// What to replace by something that pays more: the lane's first transaction when nothing of the lane was mined for so many blocks,
    /// and any that waited as long and offers less than the base fee.
    /// </summary>
    /// <param name="inFlight">unmined, in the order of nonces</param>
    /// <param name="lastMined">the last block with a transaction of this lane</param>
    public static IEnumerable<Flight> Stuck(IReadOnlyList<Flight> inFlight, BlockHeader head, long lastMined, int afterBlocks)
    {
        for (var i = 0; i < inFlight.Count; i++)
        {
            var flight = inFlight[i];
            var waitsSince = i == 0 ? Math.Max(flight.SentBlock, lastMined) : flight.SentBlock;
            if (head.Number - waitsSince >= afterBlocks && (i == 0 || flight.MaxFee < head.BaseFee)) yield return flight;
        }
    }

    /// <summary>
    /// The lane that takes a subject's commands: the one that has unmined commands of it, or the one that its name falls to among those
    /// that can sign. All lanes come to the same answer; the commit checks it again.
    /// </summary>
    public static T LaneOf<T>(string subject, IReadOnlyDictionary<string, T> unmined, IReadOnlyList<T> ready)
    {
        if (unmined.TryGetValue(subject, out var lane)) return lane;
        var hash = 2166136261u; // FNV-1a: the same in every process
        foreach (var c in subject) hash = (hash ^ c) * 16777619;
        return ready[(int)(hash % (uint)ready.Count)];
    }

    /// <summary>Waiting time after the n-th failure in a row.</summary>
    public static TimeSpan BackOff(int failures) => TimeSpan.FromMilliseconds(Math.Min(5_000, 100 * Math.Pow(2, Math.Min(failures, 10) - 1)));
}

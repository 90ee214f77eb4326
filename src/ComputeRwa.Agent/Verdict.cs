using ComputeRwa.Telemetry;

namespace ComputeRwa.Agent;

/// <summary>What the service said of one batch, or of a whole request.</summary>
/// <param name="Code">of its problem; null when it was stored as a link</param>
/// <param name="Retryable">as the problem says</param>
/// <param name="Field">the first that the problem names</param>
internal sealed record Answer(string? Code, bool Retryable, string? Field, string Reason)
{
    /// <summary>Instead of a problem's code: the service keeps it, and it counts for nothing before those before it are there.</summary>
    public const string Waiting = "waiting";
}

/// <summary>What is to be done about a batch.</summary>
internal enum Verdict
{
    /// <summary>It is stored, now or since an answer that was lost.</summary>
    Stored,
    /// <summary>Again later: what stands in the way passes, or is the operator's to change, and no fault of the batch.</summary>
    Later,
    /// <summary>It is not the link that the service waits for: look where its chain stands.</summary>
    Realign,
    /// <summary>It can never be stored.</summary>
    Refuse,
    /// <summary>Nor can any other batch of its epoch.</summary>
    RefuseEpoch,
}

/// <summary>What follows from where the service's chain stands.</summary>
internal abstract record Alignment
{
    /// <summary>The batch does follow.</summary>
    public sealed record Follows : Alignment;

    /// <summary>The service has lost batches that are still here.</summary>
    public sealed record Recall(Link First) : Alignment;

    /// <summary>The same samples must become another link.</summary>
    public sealed record Sign(ChainHead After) : Alignment;
}

internal static class Verdicts
{
    /// <param name="serviceTime">unix second, by the service's own clock; null when it did not say</param>
    public static Verdict Of(Answer answer, Link batch, long? serviceTime) => answer.Code switch
    {
        null => Verdict.Stored,
        "epoch-closed" => Verdict.RefuseEpoch,
        // The service takes batches of this node in another way for now.
        "conflict" when answer.Field == "nodeId" => Verdict.Later,
        // Batches are sent in order, so what comes too early comes from a spool or a service that has lost some.
        Answer.Waiting or "sequence-gap" or "conflict" or "previous-hash-mismatch" or "overlapping-batch" => Verdict.Realign,
        // The batch was checked against this node's key: the service has another key, node or provider on its books.
        "wrong-signature" or "not-found" or "forbidden" or "unauthenticated" => Verdict.Later,
        // The service is older than this program.
        "unsupported-media-type" or "method-not-allowed" => Verdict.Later,
        _ when answer.Retryable => Verdict.Later,
        // This machine's clock is ahead: in a while it is no sample of the future.
        "invalid" when answer.Field == "from" && batch.To > serviceTime => Verdict.Later,
        _ => Verdict.Refuse,
    };

    /// <param name="first">the batch that was refused as a link</param>
    /// <param name="stands">where the service's chain stands, as far as it says: without its end</param>
    /// <param name="sent">acknowledged batches that are still here</param>
    public static Alignment Align(Link first, ChainHead stands, IReadOnlyList<Link> sent)
    {
        if (first.Sequence == stands.NextSequence && first.PreviousHash == stands.Hash) return new Alignment.Follows();
        return sent.FirstOrDefault(s => s.Sequence == stands.NextSequence && s.PreviousHash == stands.Hash) is { } lost
            ? new Alignment.Recall(lost) : new Alignment.Sign(stands);
    }
}

/// <summary>How long to wait before the next attempt.</summary>
internal static class Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    /// <summary>Doubles from a second to the most; of that, half to all by chance, so that a fleet does not come back in one moment.</summary>
    /// <param name="failures">in a row, from 1</param>
    /// <param name="chance">0 to 1</param>
    /// <param name="asked">what the service asked for; it is never undercut</param>
    public static TimeSpan After(int failures, TimeSpan most, double chance, TimeSpan? asked)
    {
        var full = TimeSpan.FromTicks(Math.Min(most.Ticks, First.Ticks << Math.Min(failures - 1, 20)));
        var wait = full / 2 + full / 2 * chance;
        return asked > wait ? asked.Value : wait;
    }
}

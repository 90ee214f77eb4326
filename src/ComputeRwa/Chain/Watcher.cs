using System.Net;
using ComputeRwa.Kernel;
using Nethereum.JsonRpc.Client;

namespace ComputeRwa.Chain;

/// <summary>A range of blocks, both ends included, read in one go.</summary>
internal readonly record struct BlockRange(long From, long To)
{
    public long Count => To - From + 1;
}

/// <summary>What to do after the node did not hand over the logs of a range.</summary>
internal enum LogsRefusal
{
    /// <summary>The range has too much in it, or takes too long.</summary>
    Narrow,
    /// <summary>The node is overloaded or away; a smaller range would not help.</summary>
    Wait,
}

/// <summary>The watcher's decisions.</summary>
internal static class Watcher
{
    /// <summary>Within this many blocks of the head every header is kept; further back only those that have logs, and the ends of ranges.</summary>
    public const long ReorgWindow = 128;

    public const long FirstSpan = 16;
    private const long WidestSpan = 50_000;

    /// <summary>As many logs of one range as fit well into memory and a node's answer.</summary>
    private const long FewEnough = 5_000;

    /// <summary>So many logs take their time to store, in which the next range can be read.</summary>
    public const int WorthReadingAhead = 1_000;

    /// <summary>The next blocks to read, or null when the head is stored. A range never crosses into the window where every header is kept.</summary>
    public static BlockRange? Next(long? stored, long deployedAt, long head, long span)
    {
        var from = stored + 1 ?? deployedAt;
        if (from > head) return null;
        var to = Math.Min(head, from + span - 1);
        var window = head - ReorgWindow;
        return new(from, from <= window ? Math.Min(to, window) : to);
    }

    /// <summary>
    /// Whether a range that was read when the head was another can stand for the one that is wanted now: it begins there, and its last block is
    /// not the head, or the same. It may end earlier. Headers it has enough of, as the window in which each is kept only ever moves on.
    /// </summary>
    public static bool StandsFor(BlockRange ahead, BlockHeader then, BlockRange wanted, BlockHeader head) =>
        ahead.From == wanted.From && ahead.To <= wanted.To && (ahead.To < then.Number || then.Hash == head.Hash);

    /// <summary>Blocks of the range whose headers are needed.</summary>
    public static IReadOnlyList<long> HeadersNeeded(BlockRange range, long head, IEnumerable<long> withLogs) =>
        range.To > head - ReorgWindow
            ? [.. Enumerable.Range(0, (int)range.Count).Select(i => range.From + i)]
            : [.. withLogs.Append(range.To).Distinct().Order()];

    /// <summary>
    /// Nodes say in many ways that a range is too large: with an error, with a status, by never answering, or by an answer too long to take in.
    /// Only too many requests (429) and a node that is away are no reason to ask for less.
    /// </summary>
    public static LogsRefusal Classify(Exception e)
    {
        for (Exception? cause = e; cause is not null; cause = cause.InnerException)
        {
            if (cause is RpcResponseException answer) return TooManyRequests.Contains(answer.RpcError.Code) ? LogsRefusal.Wait : LogsRefusal.Narrow;
            if (cause is RpcClientTimeoutException) return LogsRefusal.Narrow;
            if (cause is HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded }) return LogsRefusal.Narrow;
            if (cause is HttpRequestException { StatusCode: { } status }) return status is HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError ? LogsRefusal.Wait : LogsRefusal.Narrow;
        }
        return LogsRefusal.Wait;
    }

    // JSON-RPC codes that providers use for rate limits.
    private static readonly int[] TooManyRequests = [429, -32029, -32097];

    /// <summary>Of a range no wider than this it is asked which blocks have much in them before it is narrowed.</summary>
    public const long FewBlocks = 256;

    /// <summary>
    /// Nodes refuse ranges with too many logs: half as many blocks; or, where the answer said how much too long it is, the first ones that fit, since each answer that is too
    /// long costs the node as much as one that is read.
    /// </summary>
    /// <param name="gasUsed">of each block; may be empty. Logs are often in a few blocks of many, and gas says in which.</param>
    public static long Narrower(long span, Exception refusal, IReadOnlyList<long> gasUsed)
    {
        var half = Math.Max(1, span / 2);
        if (TooLong(refusal) is not { } told) return half;
        var fitting = (Int128)gasUsed.Sum() * told.Most / told.Length;
        if (fitting == 0) return Math.Clamp((long)((Int128)span * told.Most / told.Length), 1, half);
        var (blocks, gas) = (0, (Int128)0);
        while (blocks < gasUsed.Count && (gas += gasUsed[blocks]) <= fitting) blocks++;
        return Math.Clamp(blocks, 1, Math.Max(1, span - 1));
    }

    /// <returns>null when something else was refused, or the answer did not say how long it is.</returns>
    public static AnswerTooLongException? TooLong(Exception refusal)
    {
        for (Exception? cause = refusal; cause is not null; cause = cause.InnerException)
            if (cause is AnswerTooLongException told) return told;
        return null;
    }

    /// <summary>After a range that was read: as many blocks as would hold few enough logs if the next are like these, and at most twice as many.</summary>
    public static long Fitting(long span, long logs) => Math.Clamp(span * FewEnough / Math.Max(1, logs), 1, Math.Min(WidestSpan, span * 2));

    /// <summary>
    /// Whether the headers follow on the stored block and on each other, and the logs lie in just these blocks. False means that
    /// the chain changed while it was read, or that what is stored was undone. A block that names no parent says nothing of the one before it: Hardhat makes
    /// such blocks when many are mined at once.
    /// </summary>
    public static bool Joins(BlockHeader? stored, IReadOnlyList<BlockHeader> headers, IEnumerable<(long Block, string Hash)> logs)
    {
        var before = stored;
        foreach (var header in headers)
        {
            if (before is not null && header.Number == before.Number + 1 && header.Parent != before.Hash && NamesParent(header)) return false;
            before = header;
        }
        var hashes = headers.ToDictionary(h => h.Number, h => h.Hash.Value);
        return logs.All(l => hashes.TryGetValue(l.Block, out var hash) && hash == Hex.Lower(l.Hash));
    }

    public static bool NamesParent(BlockHeader header) => header.Parent != Hash32.Zero;
}

using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry;

/// <summary>A batch that came before its predecessors.</summary>
/// <param name="Size">bytes that it takes where it waits</param>
/// <param name="Place">among those that came just now; null for one that is stored</param>
internal sealed record WaitingBatch(Link Link, long Size, DateTimeOffset ReceivedAt, int? Place = null);

/// <summary>What has just become a link.</summary>
/// <param name="Place">among those that came just now; null for one that had been stored to wait</param>
internal sealed record NewLink(Link Link, int? Place);

/// <summary>A batch that waited and can never be a link.</summary>
internal sealed record NeverLink(WaitingBatch Batch, Error Reason);

/// <summary>
/// A node's chain and what waits ahead of its end, as one transaction finds and changes them. What follows the end is taken whatever waits, so the chain can
/// always go on; what waits is judged when its turn comes, as if it came then.
/// </summary>
internal sealed class NodeChain
{
    /// <summary>How far ahead of the next number a batch may wait: more than a day of minutes.</summary>
    public const long MostAhead = 2_048;

    /// <summary>Bytes of one node's that may wait.</summary>
    public const long MostBytes = 16 << 20;

    private readonly Dictionary<long, WaitingBatch> _waiting;
    private long _bytes;

    /// <param name="waiting">of open epochs</param>
    public NodeChain(ChainHead head, IEnumerable<WaitingBatch> waiting)
    {
        (Head, _waiting) = (head, waiting.ToDictionary(w => w.Link.Sequence));
        _bytes = _waiting.Values.Sum(w => w.Size);
    }

    public ChainHead Head { get; private set; }

    /// <summary>By number: what was taken as the next one, and what had waited for it.</summary>
    public Dictionary<long, NewLink> Links { get; } = [];

    public List<NeverLink> Never { get; } = [];

    public IEnumerable<WaitingBatch> Waiting => _waiting.Values;

    /// <summary>Takes a batch in: as the next link, with those that waited for it, or ahead of the end, to wait. An exact repeat of a link is for the caller to find first.</summary>
    /// <param name="place">among those that came just now</param>
    /// <returns>what stops it; null also for what waits already</returns>
    public Error? Take(Link batch, int place, long size, bool epochIsClosed, DateTimeOffset now)
    {
        if (batch.Sequence > Head.NextSequence && !epochIsClosed) return Wait(new(batch, size, now, place));
        if (Head.Refuses(batch, epochIsClosed) is { } error) return error;
        Add(new(batch, place));
        while (_waiting.TryGetValue(Head.NextSequence, out var next))
        {
            if (Head.Refuses(next.Link, epochIsClosed: false) is { } never)
            {
                LetGo(next, never);
                break;
            }
            Remove(next);
            Add(new(next.Link, next.Place));
        }
        return null;
    }

    /// <summary>What waits of a closed epoch can no longer be a link, nor can what follows it.</summary>
    public void Close(long epoch)
    {
        foreach (var batch in _waiting.Values.Where(w => w.Link.Epoch == epoch).OrderBy(w => w.Link.Sequence).ToList())
            if (_waiting.ContainsKey(batch.Link.Sequence)) LetGo(batch, Error.Conflict("epoch-closed", $"waited for batches before it when epoch {epoch} was closed", "from"));
    }

    private Error? Wait(WaitingBatch batch)
    {
        var (link, next) = (batch.Link, Head.NextSequence);
        if (_waiting.TryGetValue(link.Sequence, out var known))
            return known.Link.Hash == link.Hash ? null : Error.Conflict("conflict", $"must be {next}: another batch with the number {link.Sequence} waits", "sequence");
        if (link.From < Head.EndsAt) return Head.Overlaps;
        if (link.Signature is null) return Head.Gap($"the batches before {link.Sequence} are missing, and only a signed one waits for them");
        if (link.Sequence - next > MostAhead) return Head.Gap($"the batches before {link.Sequence} are missing, and none waits that is more than {MostAhead} ahead");
        if (_bytes + batch.Size > MostBytes) return Head.Gap($"the batches before {link.Sequence} are missing, and as much as may waits for them");
        _waiting.Add(link.Sequence, batch);
        _bytes += batch.Size;
        return null;
    }

    private void Add(NewLink link)
    {
        Links[link.Link.Sequence] = link;
        Head = link.Link.ToHead();
    }

    private void Remove(WaitingBatch batch)
    {
        _waiting.Remove(batch.Link.Sequence);
        _bytes -= batch.Size;
    }

    private void LetGo(WaitingBatch batch, Error reason)
    {
        Remove(batch);
        Never.Add(new(batch, reason));
        while (_waiting.TryGetValue(batch.Link.Sequence + 1, out var next) && next.Link.PreviousHash == batch.Link.Hash)
        {
            Remove(next);
            Never.Add(new(next, Error.Conflict("previous-hash-mismatch", $"names batch {batch.Link.Sequence} before it, which was refused", "previousHash")));
            batch = next;
        }
    }
}

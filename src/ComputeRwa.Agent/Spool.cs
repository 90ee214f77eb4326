using System.Globalization;
using ComputeRwa.Telemetry;

namespace ComputeRwa.Agent;

/// <summary>
/// The node's batches on the disk, each a file named by the second at which it begins: <c>pending</c>, in the order in which they are sent, <c>sent</c>, the
/// last that the service has acknowledged, and <c>refused</c>, each with its reason beside it. A batch moves by a rename, so it is always in one of them.
/// Both the sampler and the sender use it.
/// </summary>
internal sealed class Spool : IDisposable
{
    private const string Extension = ".crwb";

    private readonly Lock _gate = new();
    private readonly string _folder;
    private readonly int _keepSent;
    private readonly FileStream _lock;
    private readonly SortedSet<long> _pending;
    private readonly SortedSet<long> _sent;
    private int _refused;
    private Link? _last;
    private Facts? _facts;
    private NodeKey? _key;

    private Spool(string folder, int keepSent, FileStream heldLock)
    {
        (_folder, _keepSent, _lock) = (folder, keepSent, heldLock);
        foreach (var name in (string[])["pending", "sent", "refused"]) Directory.CreateDirectory(Path.Combine(folder, name));
        foreach (var cut in Directory.EnumerateFiles(folder, "*" + Durable.Unfinished, SearchOption.AllDirectories)) File.Delete(cut);
        _pending = Names("pending");
        _sent = Names("sent");
        _refused = Names("refused").Count;
    }

    /// <param name="keepSent">how many acknowledged batches stay, at least one: the last says where the chain goes on</param>
    /// <exception cref="SetupException">Another agent uses the folder, or it cannot be written.</exception>
    public static Spool Open(string folder, int keepSent)
    {
        try
        {
            Directory.CreateDirectory(folder);
            // Held until this process ends, in whatever way.
            return new(folder, keepSent, new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"The spool {folder} cannot be used, perhaps because another agent uses it: {e.Message}");
        }
    }

    public string JournalPath => Path.Combine(_folder, "open.samples");

    private string FactsPath => Path.Combine(_folder, "node.json");

    public Facts? ReadFacts() => File.Exists(FactsPath) ? Facts.Read(File.ReadAllBytes(FactsPath)) : null;

    public void WriteFacts(Facts facts) => Durable.Write(FactsPath, facts.ToBytes());

    /// <summary>Says whose batches these are; needed before any of them is read.</summary>
    public void Use(Facts facts, NodeKey key) => (_facts, _key) = (facts, key);

    /// <summary>Batches that wait to be sent.</summary>
    public int Pending
    {
        get
        {
            lock (_gate) return _pending.Count;
        }
    }

    /// <summary>Batches that the service has not stored: what waits and what it refused. This is what is bounded.</summary>
    public int Held
    {
        get
        {
            lock (_gate) return _pending.Count + _refused;
        }
    }

    /// <summary>The newest batch that is not refused.</summary>
    public Link? Last
    {
        get
        {
            lock (_gate) return _last ??= Newest();
        }
    }

    /// <summary>The first batch that waits, where it does not follow the last that the service has acknowledged; null where it does or nothing is known.</summary>
    public Link? Break
    {
        get
        {
            lock (_gate)
            {
                if (_pending.Count == 0 || _sent.Count == 0 || Read("pending", _pending.Min) is not { } first || Read("sent", _sent.Max) is not { } last) return null;
                return first.Follows(last.Link.ToHead()) ? null : first.Link;
            }
        }
    }

    /// <summary>Writes the next batch, made from the end of the chain as it stands; it is on the disk when this returns.</summary>
    /// <param name="start">where the chain goes on when the spool has nothing of it</param>
    public SignedBatch Append(ChainHead start, Func<ChainHead, SignedBatch> make)
    {
        lock (_gate)
        {
            var batch = make((_last ??= Newest())?.ToHead() ?? start);
            Durable.Write(PathOf("pending", batch.Link.From), batch.ToBytes());
            _pending.Add(batch.Link.From);
            _last = batch.Link;
            return batch;
        }
    }

    /// <summary>
    /// The first batches that wait, each the link after the one before it; those that are not, since one before them was refused or dropped, are signed anew, and so are
    /// those that were signed by a key that this one has replaced.
    /// </summary>
    /// <param name="most">of them</param>
    /// <param name="onto">what the first must follow; null when it is to be sent as it is</param>
    /// <returns>with those that were damaged and are in refused now</returns>
    public (List<SignedBatch> Batches, List<long> Damaged, int Resigned) First(int most, ChainHead? onto)
    {
        lock (_gate)
        {
            var (batches, damaged, resigned) = (new List<SignedBatch>(), new List<long>(), 0);
            foreach (var from in _pending.Take(most).ToList())
            {
                if (Read("pending", from) is not { } batch)
                {
                    RefuseNamed(from, "the file is damaged: it is not what this node's key has signed");
                    damaged.Add(from);
                    continue;
                }
                var isMoved = onto is not null && !batch.Follows(onto);
                if (isMoved || batch.IsSignedBefore(_facts!, _key!))
                {
                    batch = isMoved ? batch.After(onto!, _facts!, _key!) : batch.Again(_facts!, _key!);
                    Durable.Write(PathOf("pending", from), batch.ToBytes());
                    _last = null;
                    resigned++;
                }
                batches.Add(batch);
                onto = batch.Link.ToHead();
            }
            return (batches, damaged, resigned);
        }
    }

    /// <summary>The service has it.</summary>
    public void Acknowledge(SignedBatch batch)
    {
        lock (_gate)
        {
            // The sampler may have dropped it meanwhile, where it is told to.
            if (!_pending.Contains(batch.Link.From)) return;
            Move(batch.Link.From, _pending, "pending", _sent, "sent");
            while (_sent.Count > _keepSent)
            {
                File.Delete(PathOf("sent", _sent.Min));
                _sent.Remove(_sent.Min);
            }
        }
    }

    /// <summary>The service will never take it: it stays as evidence, with the reason.</summary>
    public void Refuse(long from, string reason)
    {
        lock (_gate)
            if (_pending.Contains(from)) RefuseNamed(from, reason);
    }

    /// <summary>The batches that wait and lie in one epoch.</summary>
    public List<long> PendingOf(long epoch)
    {
        lock (_gate) return [.. _pending.Where(from => from / _facts!.EpochSeconds == epoch)];
    }

    /// <summary>The acknowledged batches that are still here, oldest first.</summary>
    public List<Link> Sent()
    {
        lock (_gate) return [.. _sent.Select(from => Read("sent", from)).OfType<SignedBatch>().Select(b => b.Link)];
    }

    /// <summary>The service has lost what it had acknowledged: these and those after them wait again.</summary>
    public void Recall(Link first)
    {
        lock (_gate)
            foreach (var from in _sent.Where(s => s >= first.From).ToList()) Move(from, _sent, "sent", _pending, "pending");
    }

    /// <summary>Deletes the oldest batch that waits.</summary>
    public long? DropOldest()
    {
        lock (_gate)
        {
            if (_pending.Count == 0) return null;
            var oldest = _pending.Min;
            File.Delete(PathOf("pending", oldest));
            _pending.Remove(oldest);
            _last = null;
            return oldest;
        }
    }

    public void Dispose() => _lock.Dispose();

    private Link? Newest()
    {
        foreach (var from in _pending.Reverse())
            if (Read("pending", from) is { } batch) return batch.Link;
        foreach (var from in _sent.Reverse())
            if (Read("sent", from) is { } batch) return batch.Link;
        return null;
    }

    private SignedBatch? Read(string state, long from) => SignedBatch.Read(File.ReadAllBytes(PathOf(state, from)), _facts!, _key!);

    private void RefuseNamed(long from, string reason)
    {
        // The reason first: a crash between leaves a reason without a batch, which the next attempt writes again.
        Durable.Write(Path.ChangeExtension(PathOf("refused", from), ".txt"), System.Text.Encoding.UTF8.GetBytes(reason + "\n"));
        Durable.Move(PathOf("pending", from), PathOf("refused", from));
        _pending.Remove(from);
        _refused++;
        _last = null;
    }

    private void Move(long from, SortedSet<long> source, string state, SortedSet<long> target, string into)
    {
        Durable.Move(PathOf(state, from), PathOf(into, from));
        source.Remove(from);
        target.Add(from);
    }

    private SortedSet<long> Names(string state) => [.. Directory.EnumerateFiles(Path.Combine(_folder, state), "*" + Extension)
        .Select(path => long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var from) ? from : -1).Where(from => from >= 0)];

    private string PathOf(string state, long from) => Path.Combine(_folder, state, from.ToString("D12", CultureInfo.InvariantCulture) + Extension);
}

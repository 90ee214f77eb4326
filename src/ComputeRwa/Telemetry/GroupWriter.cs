using System.Data.Common;
using System.Threading.Channels;
using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry;

/// <summary>
/// Stores what many requests bring together: while one transaction commits, what arrives waits and goes into the next. A request is answered only
/// after the commit of its own. What waits is bounded; beyond that a request is told to come again.
/// </summary>
internal abstract class GroupWriter<T, TVerdict>(Database database, ILogger log) : BackgroundService
{
    /// <summary>Bytes that may wait: some seconds' worth.</summary>
    public const long MostWaiting = 64 << 20;

    /// <summary>Bytes that go into one transaction: larger ones commit no more a second and make each request wait longer.</summary>
    private const long MostTogether = 8 << 20;

    private const int MostAttempts = 10;

    /// <summary>Each time, another writer was first: so many in a row are a fault of ours, and are better said than tried for ever.</summary>
    private const int MostOvertaken = 1_000;
    private const string Deadlock = "40P01";
    private const string SerializationFailure = "40001";

    private readonly Channel<Waiting> _queue = Channel.CreateUnbounded<Waiting>(new() { SingleReader = true });
    private long _waiting;

    /// <summary>About the bytes it takes in memory and in one statement.</summary>
    protected abstract long SizeOf(T item);

    /// <returns>what became of each, or null when all of them have to be judged again in another transaction</returns>
    protected abstract Task<IReadOnlyList<TVerdict>?> Store(Tx tx, IReadOnlyList<T> items);

    /// <summary>Stores them together with those of other requests, and returns what became of each when that is durable.</summary>
    /// <exception cref="UnavailableException">Too much waits already, or the database is away. The same may be sent again.</exception>
    public async Task<IReadOnlyList<TVerdict>> Append(IReadOnlyList<T> items)
    {
        if (items.Count == 0) return [];
        var size = items.Sum(SizeOf);
        var isFree = Interlocked.Add(ref _waiting, size) <= MostWaiting;
        try
        {
            var waiting = new Waiting(items, size);
            if (!isFree) throw new UnavailableException("busy", "More telemetry waits to be stored than there is room for.");
            if (!_queue.Writer.TryWrite(waiting)) throw new UnavailableException("busy", "The service is stopping.");
            return await waiting.Answer.Task;
        }
        finally
        {
            Interlocked.Add(ref _waiting, -size);
        }
    }

    /// <summary>Ends when what had been taken in is stored and answered.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (await _queue.Reader.WaitToReadAsync(CancellationToken.None)) await Store(Together());
    }

    private List<Waiting> Together()
    {
        var together = new List<Waiting>();
        for (var size = 0L; size < MostTogether && _queue.Reader.TryRead(out var next); size += next.Size) together.Add(next);
        return together;
    }

    private async Task Store(List<Waiting> together)
    {
        try
        {
            var verdicts = await Commit([.. together.SelectMany(w => w.Items)]);
            var at = 0;
            foreach (var waiting in together)
            {
                waiting.Answer.SetResult(verdicts.Skip(at).Take(waiting.Items.Count).ToArray());
                at += waiting.Items.Count;
            }
        }
        catch (Exception e) when (Outage.Of(e) is null && together.Count > 1)
        {
            // One of them cannot be stored, by our fault; it must not be its neighbours'.
            log.LogError(e, "{Count} requests' telemetry could not be stored together and is stored one by one", together.Count);
            foreach (var waiting in together) await Store([waiting]);
        }
        catch (Exception e)
        {
            foreach (var waiting in together) waiting.Answer.SetException(e);
        }
    }

    private async Task<IReadOnlyList<TVerdict>> Commit(List<T> items)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var tx = database.Write();
                if (await Store(tx, items) is not { } verdicts)
                {
                    if (attempt >= MostOvertaken) throw new InvalidOperationException($"Telemetry was judged {attempt} times and stored at none.");
                    continue;
                }
                await tx.Commit();
                return verdicts;
            }
            catch (DbException e) when (e.SqlState is Deadlock or SerializationFailure && attempt < MostAttempts)
            {
                log.LogDebug(e, "Telemetry met another writer's and is judged again");
            }
        }
    }

    private sealed record Waiting(IReadOnlyList<T> Items, long Size)
    {
        public TaskCompletionSource<IReadOnlyList<TVerdict>> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

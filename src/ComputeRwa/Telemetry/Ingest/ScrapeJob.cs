using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry.Ingest;

/// <summary>
/// Asks each exporter once an interval, at a moment of its own. One replica does it at a time; should two do it for a moment, what comes twice changes
/// nothing. A scrape that fails is told where the list is read, and its samples are missing: exporters keep no past.
/// </summary>
internal sealed class ScrapeJob(Database database, ScrapeClient client, ScrapeNetworks networks, Receiver receiver, Gauges gauges, TimeProvider time, ILogger<ScrapeJob> log) : ChainJob(log)
{
    private const int AtOnce = 32;
    private const int LongestError = 300;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ReadAgain = TimeSpan.FromSeconds(2);

    private readonly Duty _duty = new(database, "scrapes", Duty.Term, time);
    private readonly SemaphoreSlim _places = new(AtOnce);
    private readonly Dictionary<string, long> _turns = [];
    private readonly HashSet<string> _busy = [];
    private List<Scrape> _scrapes = [];
    private long _readAt;
    private CancellationToken _stop;

    protected override Duty? Duty => _duty;

    protected override Task Wait(TimeSpan? backOff, CancellationToken stop)
    {
        _stop = stop;
        return Task.Delay(networks.IsEmpty ? Timeout.InfiniteTimeSpan : backOff ?? Look, stop);
    }

    protected override void Report(string? problem) => gauges.Set("computerwa_scrapes_failing", "1 when this server could not ask exporters at all.", problem is null ? 0 : 1);

    public override async Task<bool> Step()
    {
        if (networks.IsEmpty || !await _duty.Take()) return false;
        if (_readAt == 0 || TimeProvider.System.GetElapsedTime(_readAt) > ReadAgain)
        {
            await using var tx = database.Glance();
            _scrapes = await ScrapeStore.Enabled(tx);
            _readAt = TimeProvider.System.GetTimestamp();
            foreach (var gone in _turns.Keys.Except(_scrapes.Select(s => s.Id)).ToList()) _turns.Remove(gone);
        }
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var scrape in _scrapes)
        {
            var turn = (now - scrape.Phase) / (scrape.IntervalSeconds * 1_000);
            if (_turns.TryGetValue(scrape.Id, out var last) && last == turn) continue;
            _turns[scrape.Id] = turn;
            if (last != 0 && Begin(scrape.Id)) _ = Run(scrape); // not in the middle of an interval, when it was just read
        }
        Report(null);
        return false;
    }

    private bool Begin(string id)
    {
        lock (_busy) return _busy.Add(id);
    }

    private async Task Run(Scrape scrape)
    {
        try
        {
            await _places.WaitAsync(_stop);
            try
            {
                await Ask(scrape);
            }
            finally
            {
                _places.Release();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            log.LogDebug("{Url} is not asked any more: the program ends", scrape.Url);
        }
        catch (Exception e)
        {
            gauges.Count("computerwa_scrapes_lost_total", "Answers of exporters that could not be stored.", 1);
            log.LogWarning("What {Url} answered could not be stored: {Reason}", scrape.Url, e.Message);
        }
        finally
        {
            lock (_busy) _busy.Remove(scrape.Id);
        }
    }

    private async Task Ask(Scrape scrape)
    {
        var at = time.Now();
        var patience = TimeSpan.FromSeconds(scrape.IntervalSeconds);
        var answer = await client.Ask(new(scrape.Url), patience < ScrapeClient.Longest ? patience : ScrapeClient.Longest, _stop);
        var read = answer.Ok(out var text, out var error) ? Exposition.Read(text, at.ToUnixTimeMilliseconds()) : error;
        await using var tx = database.Write();
        if (read.Ok(out var arrival, out error))
        {
            var receipt = await receiver.Receive(tx, arrival, scrape.ProviderId, "scrape");
            await ScrapeStore.Succeeded(tx, scrape.Id, receipt.Stored, at);
        }
        else
        {
            await ScrapeStore.Failed(tx, scrape.Id, error.Message.Length > LongestError ? error.Message[..LongestError] : error.Message, at);
        }
        await tx.Commit();
        gauges.Count(error is null ? "computerwa_scrapes_good_total" : "computerwa_scrapes_failed_total", "Exporters' answers, or that there was none.", 1);
    }

    public override void Dispose()
    {
        _places.Dispose();
        base.Dispose();
    }
}

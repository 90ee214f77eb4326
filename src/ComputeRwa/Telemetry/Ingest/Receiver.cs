using System.Collections.Concurrent;
using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry.Ingest;

/// <summary>What became of the samples of one request.</summary>
/// <param name="Stored">are on disk and become batches</param>
/// <param name="Missing">said that there is no reading</param>
/// <param name="Impossible">below zero, or above what the hardware can do</param>
/// <param name="Unknown">of no GPU of the sender's whose node is set up for the unsigned ways</param>
/// <param name="Late">of a time that is in a batch already, or in a closed epoch</param>
/// <param name="OutOfTime">of the future, or older than is taken</param>
/// <param name="UnknownGpus">the first of them</param>
internal sealed record Receipt(int Stored, int Missing, int Impossible, int Unknown, int Late, int OutOfTime, IReadOnlyList<string> UnknownGpus);

/// <summary>Takes what a parser has read into the inbox.</summary>
internal sealed class Receiver(GpuDirectory directory, InboxWriter writer, Deployment deployment, IngestSettings settings, Gauges gauges, TimeProvider time, ILogger<Receiver> log) : IDisposable
{
    /// <summary>Set when something was stored.</summary>
    public const string Topic = "ingest";

    private const int MostNamed = 20;
    private const int MostLogged = 1_000;

    private readonly ConcurrentDictionary<Guid, bool> _logged = new();

    // What a request unpacks to takes room, and more threads than cores make nothing faster.
    private readonly SemaphoreSlim _reading = new(Environment.ProcessorCount);

    /// <summary>Stored together with what others send, and durable when this returns.</summary>
    /// <param name="caller">whose GPUs are taken; null for any</param>
    /// <exception cref="UnavailableException">Too much waits already, or the database is away. The same may be sent again.</exception>
    public async Task<Result<Receipt>> Receive(Func<Result<Arrival>> read, ProviderId? caller, string source)
    {
        Placed placed;
        await _reading.WaitAsync();
        try
        {
            if (!read().Ok(out var arrival, out var error)) return error;
            placed = await Place(arrival, caller, source);
        }
        finally
        {
            _reading.Release();
        }
        return Count(placed, await writer.Append(placed.Rows));
    }

    /// <summary>In the caller's transaction: stored when that commits.</summary>
    /// <param name="caller">whose GPUs are taken; null for any</param>
    public async Task<Receipt> Receive(Tx tx, Arrival arrival, ProviderId? caller, string source)
    {
        var placed = await Place(arrival, caller, source);
        return Count(placed, await IngestStore.PutAll(tx, placed.Rows));
    }

    private async Task<Placed> Place(Arrival arrival, ProviderId? caller, string source)
    {
        var now = time.Now();
        var gpus = await directory.Find(arrival.Samples.Select(s => s.Gpu).ToHashSet());
        var (impossible, unknown, late, outOfTime) = (arrival.Impossible, arrival.WithoutGpu, 0, 0);
        var unknownGpus = new HashSet<Guid>();
        var taken = new Dictionary<(ProviderId Provider, long Window), List<PlacedSample>>();
        var (least, most) = ((now - settings.Oldest).ToUnixTimeMilliseconds(), (now + IngestSettings.Skew).ToUnixTimeMilliseconds());
        List<PlacedSample>? samplesOfLast = null;
        ((ProviderId Provider, long) Key, long End) last = default;
        foreach (var sample in arrival.Samples)
        {
            if (!gpus.TryGetValue(sample.Gpu, out var gpu) || (caller is { } own && own != gpu.ProviderId))
            {
                unknown++;
                unknownGpus.Add(sample.Gpu);
            }
            else if (sample.Value > gpu.Most(sample.Column)) impossible++;
            else if (sample.At < least || sample.At > most) outOfTime++;
            else if (sample.At / 1_000 < gpu.ThroughSecond) late++;
            else
            {
                var second = sample.At / 1_000;
                if (samplesOfLast is null || second < last.Key.Item2 || second >= last.End || gpu.ProviderId != last.Key.Provider)
                {
                    var window = Window.Of(second, deployment.Epochs);
                    last = ((gpu.ProviderId, window.Start), window.End);
                    if (!taken.TryGetValue(last.Key, out samplesOfLast)) taken[last.Key] = samplesOfLast = new(taken.Count == 0 ? arrival.Samples.Count : 0); // nearly always there is one
                }
                samplesOfLast.Add(new(gpu.NodeId, gpu.Index, sample.At, sample.Value, sample.Column, sample.Instance));
            }
        }
        LogOnce(unknownGpus);
        var rows = taken.OrderBy(t => t.Key.Window).ThenBy(t => t.Key.Provider.Value, StringComparer.Ordinal).Select(t =>
            new InboxRow(Id.New("in", now), t.Key.Provider, t.Key.Window / deployment.Epochs.Seconds, t.Key.Window, now, source, t.Value.Count, Packet.Write(t.Value))).ToList();
        return new(rows, new(0, arrival.Missing, impossible, unknown, late, outOfTime, [.. unknownGpus.Take(MostNamed).Select(g => $"GPU-{g:D}")]));
    }

    private Receipt Count(Placed placed, IReadOnlyList<bool> areStored)
    {
        var stored = placed.Rows.Where((_, i) => areStored[i]).Sum(r => r.Samples);
        var receipt = placed.Receipt with { Stored = stored, Late = placed.Receipt.Late + placed.Rows.Sum(r => r.Samples) - stored };
        Count(receipt);
        return receipt;
    }

    private void Count(Receipt receipt)
    {
        foreach (var (name, help, count) in ((string, string, int)[])[
            ("stored", "Samples of the unsigned ways that were stored.", receipt.Stored), ("missing", "Samples that said there is no reading.", receipt.Missing),
            ("impossible", "Samples below zero or above what the hardware can do.", receipt.Impossible), ("unknown", "Samples of GPUs that are not the sender's, or whose nodes are not set up.", receipt.Unknown),
            ("late", "Samples of a time that was in a batch or a closed epoch already.", receipt.Late), ("out_of_time", "Samples of the future, or older than is taken.", receipt.OutOfTime)])
            gauges.Count($"computerwa_ingest_samples_{name}_total", help, count);
    }

    private void LogOnce(HashSet<Guid> gpus)
    {
        foreach (var gpu in gpus)
        {
            if (_logged.Count >= MostLogged) return;
            if (_logged.TryAdd(gpu, true)) log.LogWarning("Samples of GPU-{Gpu} are not taken: it is no GPU of the sender's whose node is set up for the unsigned ways", gpu);
        }
    }

    public void Dispose() => _reading.Dispose();

    /// <summary>What a request brings, before it is known which epochs are open.</summary>
    private sealed record Placed(List<InboxRow> Rows, Receipt Receipt);
}

using System.Collections.Concurrent;
using ComputeRwa.Db;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry.Ingest;

/// <summary>A GPU whose samples are taken by the unsigned ways.</summary>
/// <param name="ThroughSecond">where its node's last batch ended when we looked</param>
internal sealed record KnownGpu(NodeId NodeId, ProviderId ProviderId, int Index, GpuModel Model, long ThroughSecond)
{
    /// <summary>The highest believable reading.</summary>
    public int Most(Column column) => column switch
    {
        Column.SmActiveBps => 10_000,
        Column.GpuUtilPct => 100,
        Column.PowerMilliwatts => Model.MostMilliwatts,
        Column.MemoryMiB => Model.MemoryMiB,
        _ => throw new ArgumentOutOfRangeException(nameof(column)),
    };
}

/// <summary>
/// Which GPU is whose, remembered for a moment: every request names the same ones. A GPU that is not known is asked for each time, so a node that is
/// set up is heard at once; one that is set back is heard for the moment longer, by this process.
/// </summary>
internal sealed class GpuDirectory(Database database, TimeProvider time)
{
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(10);
    private const int MostRemembered = 1_000_000;

    private readonly ConcurrentDictionary<Guid, (KnownGpu Gpu, long Since)> _known = new();

    public void Forget() => _known.Clear();

    /// <summary>Those that are registered and whose nodes are set up for the unsigned ways.</summary>
    public async Task<Dictionary<Guid, KnownGpu>> Find(IReadOnlyCollection<Guid> gpus)
    {
        var found = new Dictionary<Guid, KnownGpu>(gpus.Count);
        var asked = new List<Guid>();
        foreach (var gpu in gpus)
            if (_known.TryGetValue(gpu, out var known) && time.GetElapsedTime(known.Since) < Remembered) found[gpu] = known.Gpu;
            else asked.Add(gpu);
        if (asked.Count == 0) return found;
        var since = time.GetTimestamp();
        await using var read = database.Read();
        var places = await NodeStore.Locate(read, asked.Select(g => $"GPU-{g:D}"));
        var nodes = (await IngestStore.FindAll(read, places.Select(p => p.NodeId).Distinct())).Where(n => n.IsOn != 0).ToDictionary(n => n.NodeId);
        if (_known.Count > MostRemembered) _known.Clear();
        foreach (var place in places)
        {
            if (!nodes.TryGetValue(place.NodeId, out var node) || Hardware.Find(place.GpuModel) is not { } model) continue;
            var gpu = Guid.Parse(place.Uuid.AsSpan(4));
            found[gpu] = new(place.NodeId, place.ProviderId, (int)place.GpuIndex, model, node.ThroughSecond);
            _known[gpu] = (found[gpu], since);
        }
        return found;
    }
}

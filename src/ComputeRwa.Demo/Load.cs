namespace ComputeRwa.Demo;

/// <summary>One minute of a node: a value per GPU; null is a sample that was lost.</summary>
internal readonly record struct Reading(int SmActiveBps, int GpuUtilPct, int PowerMilliwatts, int MemoryMiB);

/// <summary>What a tenant's GPUs do at each percentile, from the copied files.</summary>
internal sealed class LoadCurve(Workload workload, GpuKind gpu)
{
    /// <summary>A GPU with a model loaded draws this even when nobody asks it anything (measured; an empty one draws its idle watts).</summary>
    private const int LoadedIdleMilliwatts = 120_000;

    private readonly Distribution _smActive = new($"{workload.Cluster}_sm_active_pct");
    private readonly Distribution _utilisation = new($"{workload.Cluster}_gpu_util_pct");
    private readonly int _full = ServingPower.Milliwatts(workload.Model);
    private readonly int _memory = (int)((long)gpu.MemoryMiB * new Distribution($"{workload.Cluster}_gpu_mem_pct").At(900_000) / 10_000);

    /// <param name="millionths">where in the tenant's band, 0 to 999,999</param>
    /// <param name="noisePermille">of the power reading</param>
    public Reading At(int millionths, int noisePermille)
    {
        var low = workload.LowestPermille * 1_000;
        var percentile = low + (int)((long)millionths * (1_000_000 - low) / 1_000_000);
        var load = _smActive.At(percentile);
        var power = LoadedIdleMilliwatts + (long)(_full - LoadedIdleMilliwatts) * load / 10_000;
        power += power * noisePermille / 1_000;
        return new(load, _utilisation.At(percentile) / 100, (int)Math.Min(power, gpu.LimitMilliwatts), _memory);
    }

    /// <summary>No job on the GPU: curtailed, or not let.</summary>
    public static Reading Empty(GpuKind gpu) => new(0, 0, gpu.IdleMilliwatts, 0);
}

/// <summary>
/// An hour of requests to a model that was served, over and over: the more tokens a minute has, the higher in its tenant's band a node stands.
/// Ranks and not amounts, so that the tenant's distribution stays what it is.
/// </summary>
internal sealed class RequestTrace
{
    private readonly int[] _millionths;

    public RequestTrace(string name)
    {
        var tokens = DataFiles.Csv("azure_llm_2023_minutes.csv").Select(r => DataFiles.Scaled(r[$"{name}_tokens"], 0)).ToArray();
        _millionths = new int[tokens.Length];
        foreach (var (minute, rank) in Enumerable.Range(0, tokens.Length).OrderBy(m => tokens[m]).Select((minute, rank) => (minute, rank)))
            _millionths[minute] = (int)((2L * rank + 1) * 500_000 / tokens.Length);
    }

    /// <returns>where in the band, 0 to 999,999</returns>
    public int At(int minute) => _millionths[minute % _millionths.Length];
}

/// <summary>
/// One node's load, minute by minute. A walk in percentile space, reflected at both ends, keeps every percentile equally likely, so each
/// GPU follows the copied distribution in the long run while neighbouring minutes resemble each other. All GPUs of a node walk together and
/// each stays within 5 percentiles of the others: one job spans the node. Steps are whole millionths.
/// </summary>
internal sealed class NodeWalk
{
    private const int NodeStep = 40_000;
    private const int GpuStep = 10_000;
    private const int GpuReach = 50_000;
    private const int NoisePermille = 15;
    private const int MinutesPerLoss = 2_000;

    private readonly Randomness _random;
    private readonly int[] _offsets;
    private int _node;

    public NodeWalk(Randomness random, int gpus)
    {
        _random = random;
        _node = random.Between(0, 999_999);
        _offsets = [.. Enumerable.Range(0, gpus).Select(_ => random.Between(-GpuReach, GpuReach))];
    }

    /// <summary>
    /// The next minute; null is a minute whose scrape was lost. The same numbers are drawn whatever happens to the node, so that an event
    /// of one day changes no other day.
    /// </summary>
    /// <param name="asked">where in the band the tenant's requests put it; null for where the walk is</param>
    public Reading[]? Next(LoadCurve? curve, GpuKind gpu, int? asked)
    {
        _node = Reflect(_node + _random.Between(-NodeStep, NodeStep), 0, 999_999);
        var readings = new Reading[_offsets.Length];
        for (var i = 0; i < readings.Length; i++)
        {
            _offsets[i] = Reflect(_offsets[i] + _random.Between(-GpuStep, GpuStep), -GpuReach, GpuReach);
            var noise = _random.Between(-NoisePermille, NoisePermille);
            readings[i] = curve?.At(Reflect((asked ?? _node) + _offsets[i], 0, 999_999), noise) ?? LoadCurve.Empty(gpu);
        }
        return _random.OneIn(MinutesPerLoss) ? null : readings;
    }

    private static int Reflect(int value, int low, int high) => value < low ? 2 * low - value : value > high ? 2 * high - value : value;
}

namespace ComputeRwa.Telemetry.Findings;

/// <summary>A contradiction that is looked for in what GPUs reported.</summary>
/// <param name="Name">how findings of it are called everywhere</param>
internal sealed record Check(string Name, string Explanation)
{
    public static readonly Check BusyAtIdlePower = new("busy-at-idle-power", "The GPU was said to be busy while its board drew no more than an idle one does.");
    public static readonly Check PowerWithoutUse = new("power-without-use", "The board drew at least half of its power while the GPU was said to do nothing.");
    public static readonly Check BusyWithoutMemory = new("busy-without-memory", "The GPU was said to be busy with less memory in use than any program takes.");
    public static readonly Check FrozenPower = new("frozen-power", "The power did not move by a milliwatt while the GPU was said to be busy.");
    public static readonly Check ImpossibleSteps = new("impossible-steps", "The power jumped again and again between idle and full while the load did not move.");
    public static readonly Check CopiedSeries = new("copied-series", "Two GPUs showed the same noise of power at the same time.");
    public static readonly Check ReplayedSeries = new("replayed-series", "The noise of power is that of an earlier time, of this GPU or of another.");

    public static readonly IReadOnlyList<Check> All =
        [BusyAtIdlePower, PowerWithoutUse, BusyWithoutMemory, FrozenPower, ImpossibleSteps, CopiedSeries, ReplayedSeries];

    public static Check? Find(string? name) => All.FirstOrDefault(c => c.Name == name);
}

/// <summary>
/// Thresholds, each from measured data (shared/data/README.md): AcmeTrace, 4,000 A100 of 400 W in two training clusters, as percentiles of each
/// column; nvidia-smi captures of H100 and H200; ML.ENERGY's runs of LLM serving. docs/telemetry-checks.md says how each was derived.
/// </summary>
internal static class Limits
{
    /// <summary>
    /// SM-active from which a GPU is busy beyond doubt. At most half of Acme's samples reach it (Seren 50.0 %, Kalos 46 %), and power at that rank is
    /// 96 W of 400 and more.
    /// </summary>
    public const int BusyBps = 5_000;

    /// <summary>The same of utilisation, where SM-active is missing: power at the rank of Acme's 95 % is 89 W of 400.</summary>
    public const int BusyPercent = 95;

    /// <summary>
    /// Idle power in bps of the board's: Acme's SM-active is zero up to the rank at which power is 70 W of 400 (1,750 bps); idle captures lie below
    /// (H100 998, H200 1,110). The least that any run of LLM serving took is 2,939 bps (B200) and 3,296 (H100).
    /// </summary>
    public const int IdlePowerBps = 1_750;

    /// <summary>No use: as a reading that is zero may be rounded.</summary>
    public const int NoUseBps = 100;
    public const int NoUsePercent = 1;

    /// <summary>Power of a GPU at work, in bps of the board's: Acme's ranks without any SM-active end at 93 W of 400 (2,325 bps).</summary>
    public const int WorkingPowerBps = 5_000;

    /// <summary>The idle captures show at most 59 MiB in use (MIG), loaded ones 11,125 and more.</summary>
    public const int NoMemoryMiB = 64;

    /// <summary>A contradiction has to last: sensors average over different times, and power follows load by seconds.</summary>
    public const long LastingSeconds = 600;
    public const int LastingSamples = 20;

    /// <summary>Even rounded to watts, of twelve neighbouring readings of the loaded captures eleven differ.</summary>
    public const int FrozenSamples = 30;

    /// <summary>Between less than idle and full power; Acme's highest swing at SM-active above 99 % is not known, so steps count only beside an all-or-nothing load.</summary>
    public const int ImpossibleStepBps = 8_000;
    public const int FullLoadBps = 9_900;
    public const int LongestStep = 60;
    public const int ImpossibleSteps = 10;

    /// <summary>A fingerprint is of so many samples in a row, with so many different steps of power among them: less says nothing of whose it is.</summary>
    public const int PrintSamples = 16;
    public const int PrintSteps = 8;

    /// <summary>Equal fingerprints at one distance in time that make a finding: of a node's own GPUs, of which about 256 to 512 a GPU and epoch are kept, and among nodes and epochs, of which 32 to 64 are.</summary>
    public const int PrintsOfANode = 8;
    public const int PrintsOfAFleet = 3;
}

using ComputeRwa.Fleet;

namespace ComputeRwa.Telemetry.Findings;

/// <summary>What one GPU's readings say against each other over an epoch, read once in the order of time.</summary>
internal sealed class GpuChecks(GpuModel model)
{
    private readonly RunWatch[] _runs =
    [
        new(Check.BusyAtIdlePower, r => r.IsBusy && r.HasPower && r.PowerBps(model.MaxWatts) < Limits.IdlePowerBps),
        new(Check.PowerWithoutUse, r => r.IsUnused && r.HasPower && r.PowerBps(model.MaxWatts) >= Limits.WorkingPowerBps),
        new(Check.BusyWithoutMemory, r => r.IsBusy && r.MemoryMiB is >= 0 and < Limits.NoMemoryMiB),
        new(Check.FrozenPower, r => r.IsBusy && r.HasPower) { GoesOn = (last, next) => last.PowerMilliwatts == next.PowerMilliwatts, LeastSamples = Limits.FrozenSamples },
    ];

    private readonly StepWatch _steps = new(model);

    public void Add(Reading reading)
    {
        foreach (var run in _runs) run.Add(reading);
        _steps.Add(reading);
    }

    /// <summary>At most one of each check: its longest run, with the seconds of all of them.</summary>
    public IEnumerable<GpuFinding> End()
    {
        foreach (var run in _runs)
            if (run.End() is { } found) yield return found with { Figures = new(found.Figures) { ["boardWatts"] = model.MaxWatts } };
        if (_steps.End() is { } steps) yield return steps;
    }
}

/// <summary>A finding before it is known whose it is.</summary>
internal sealed record GpuFinding(Check Check, long From, long To, Dictionary<string, long> Figures);

/// <summary>Runs of neighbouring samples that all say something that cannot be for long.</summary>
internal sealed class RunWatch(Check check, Func<Reading, bool> says)
{
    private Run _run;
    private Run _longest;
    private Reading _last;
    private long _seconds;

    public Func<Reading, Reading, bool> GoesOn { get; init; } = (_, _) => true;

    public int LeastSamples { get; init; } = Limits.LastingSamples;

    public void Add(Reading reading)
    {
        if (!says(reading))
        {
            if (_run.Samples > 0) Close();
            return;
        }
        if (_run.Samples > 0 && !(reading.Second == _run.To && GoesOn(_last, reading))) Close();
        _run = _run.With(reading);
        _last = reading;
    }

    public GpuFinding? End()
    {
        Close();
        return _longest.Samples == 0 ? null : new(check, _longest.From, _longest.To, new()
        {
            ["seconds"] = _longest.Seconds, ["secondsInAll"] = _seconds, ["samples"] = _longest.Samples,
            ["meanMilliwatts"] = _longest.MilliwattSeconds / _longest.Seconds, ["meanLoadBps"] = _longest.LoadSeconds / _longest.Seconds,
            ["mostMemoryMiB"] = _longest.MostMemory,
        });
    }

    private void Close()
    {
        if (_run.Samples >= LeastSamples && _run.Seconds >= Limits.LastingSeconds)
        {
            _seconds += _run.Seconds;
            if (_run.Seconds > _longest.Seconds) _longest = _run;
        }
        _run = default;
    }

    private readonly record struct Run(long From, long To, int Samples, long MilliwattSeconds, long LoadSeconds, int MostMemory)
    {
        public long Seconds => To - From;

        public Run With(Reading r) => new(
            Samples == 0 ? r.Second : From, r.End, Samples + 1, MilliwattSeconds + Math.Max(0, (long)r.PowerMilliwatts) * r.Step,
            LoadSeconds + (long)(r.LoadBps ?? 0) * r.Step, Math.Max(Samples == 0 ? Columns.Missing : MostMemory, r.MemoryMiB));
    }
}

/// <summary>
/// Jumps of power beside a load that says all or nothing on both sides. Between other loads the same jump is honest: SM-active is a mean over the step, power that of
/// a second, and one burst a step shows as any power at the same load.
/// </summary>
internal sealed class StepWatch(GpuModel model)
{
    private Reading? _last;
    private long _from;
    private long _to;
    private int _steps;
    private long _highest;

    public void Add(Reading next)
    {
        if (_last is { } last && last.End == next.Second && IsImpossible(last, next))
        {
            if (_steps++ == 0) _from = last.Second;
            _to = next.End;
            _highest = Math.Max(_highest, Math.Abs((long)next.PowerMilliwatts - last.PowerMilliwatts));
        }
        _last = next;
    }

    public GpuFinding? End() => _steps < Limits.ImpossibleSteps ? null
        : new(Check.ImpossibleSteps, _from, _to, new() { ["steps"] = _steps, ["highestStepMilliwatts"] = _highest, ["boardWatts"] = model.MaxWatts });

    private bool IsImpossible(Reading a, Reading b) =>
        a.HasPower && b.HasPower && b.Step <= Limits.LongestStep && AllOrNothing(a.SmActiveBps) is { } load && load == AllOrNothing(b.SmActiveBps)
        && Math.Abs((long)a.PowerMilliwatts - b.PowerMilliwatts) * 10 / model.MaxWatts >= Limits.ImpossibleStepBps;

    private static bool? AllOrNothing(int smActiveBps) => smActiveBps >= Limits.FullLoadBps ? true : smActiveBps is >= 0 and <= Limits.NoUseBps ? false : null;
}

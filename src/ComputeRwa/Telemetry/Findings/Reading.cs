namespace ComputeRwa.Telemetry.Findings;

/// <summary>One sample of one GPU; <see cref="Columns.Missing"/> where a reading is missing.</summary>
internal readonly record struct Reading(long Second, int Step, int SmActiveBps, int GpuUtilPct, int PowerMilliwatts, int MemoryMiB)
{
    public static Reading Of(Columns columns, int gpu, int sample, long from, int step)
    {
        var at = gpu * columns.Samples + sample;
        return new(from + (long)sample * step, step, columns.SmActiveBps[at], columns.GpuUtilPct[at], columns.PowerMilliwatts[at], columns.MemoryMiB[at]);
    }

    public long End => Second + Step;

    public bool HasPower => PowerMilliwatts != Columns.Missing;

    /// <summary>By SM-active, which is load; utilisation says only that some kernel ran, and counts where nothing else is known.</summary>
    public bool IsBusy => SmActiveBps != Columns.Missing ? SmActiveBps >= Limits.BusyBps : GpuUtilPct >= Limits.BusyPercent;

    /// <summary>Everything that is known says so, and something is known.</summary>
    public bool IsUnused => (SmActiveBps != Columns.Missing || GpuUtilPct != Columns.Missing) && SmActiveBps <= Limits.NoUseBps && GpuUtilPct <= Limits.NoUsePercent;

    /// <summary>In bps; null when there is none.</summary>
    public int? LoadBps => SmActiveBps != Columns.Missing ? SmActiveBps : GpuUtilPct != Columns.Missing ? GpuUtilPct * 100 : null;

    /// <summary>In bps of what the board may draw, rounded down.</summary>
    public long PowerBps(int maxWatts) => PowerMilliwatts * 10L / maxWatts;
}

using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry.Meters;

/// <summary>What a meter showed.</summary>
/// <param name="AtSecond">unix seconds</param>
/// <param name="RegisterWh">watt-hours since the meter began to count</param>
internal sealed record MeterReading(long AtSecond, long RegisterWh);

/// <summary>Two readings of a meter between which it counted up.</summary>
internal sealed record MeterSpan(MeterReading First, MeterReading Last)
{
    /// <summary>Watt-hours in so many seconds of it, taken as even over the whole; rounded down.</summary>
    public long Share(long seconds) => (long)((Int128)(Last.RegisterWh - First.RegisterWh) * seconds / (Last.AtSecond - First.AtSecond));
}

internal static class Metered
{
    /// <summary>What a site's meters count: energy into the building, energy into the machines, heat that leaves for use.</summary>
    public static readonly IReadOnlyList<string> Kinds = ["facility", "it", "heat"];

    public const int MostReadings = 10_000;

    // 10 GW for a hundred years.
    public const long MostWh = 10_000_000_000_000_000;

    /// <summary>
    /// Watt-hours between the first and the last of these, in order of time. A register that falls has begun anew, so all it shows counts; what it
    /// counted before it was exchanged, after the reading before, is not known and not counted.
    /// </summary>
    public static long Used(IReadOnlyList<MeterReading> readings)
    {
        var used = 0L;
        for (var i = 1; i < readings.Count; i++)
            used += readings[i].RegisterWh >= readings[i - 1].RegisterWh ? readings[i].RegisterWh - readings[i - 1].RegisterWh : readings[i].RegisterWh;
        return used;
    }

    /// <summary>Everything that can be said of posted readings without knowing what was stored before.</summary>
    public static Result<List<MeterReading>> Check(IReadOnlyList<(DateTimeOffset At, long RegisterWh)> posted, DateTimeOffset now)
    {
        var fields = new Fields();
        fields.Require(posted.Count is >= 1 and <= MostReadings, "readings", $"must be 1 to {MostReadings}");
        var seen = new HashSet<DateTimeOffset>();
        for (var i = 0; i < Math.Min(posted.Count, MostReadings) && fields.Error is null; i++)
        {
            fields.Require(posted[i].At >= DateTimeOffset.UnixEpoch && posted[i].At <= now && posted[i].At.Ticks % TimeSpan.TicksPerSecond == 0, $"readings[{i}].at", "must be a whole second since 1970, and past");
            fields.Require(seen.Add(posted[i].At), $"readings[{i}].at", "is named twice");
            fields.Require(posted[i].RegisterWh is >= 0 and <= MostWh, $"readings[{i}].registerWh", $"must be 0 to {MostWh}");
        }
        return fields.Error is { } error ? error : posted.Select(p => new MeterReading(p.At.ToUnixTimeSeconds(), p.RegisterWh)).ToList();
    }
}

using System.Globalization;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry.Ingest;

/// <summary>How samples that come by the unsigned ways become batches.</summary>
/// <param name="Lateness">after the end of a window its samples are still waited for so long</param>
/// <param name="Quiet">and for as long as they come closer together than this</param>
/// <param name="Oldest">what is older than this is not taken</param>
internal sealed record IngestSettings(TimeSpan Lateness, TimeSpan Quiet, TimeSpan Oldest)
{
    /// <summary>Length of a window, which becomes one batch a node. A step must divide it.</summary>
    public const int WindowSeconds = 300;

    /// <summary>A window is made into batches at the latest so long after its first samples came, however many still come.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>How far the sender's clock may be ahead of ours.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromSeconds(60);

    /// <exception cref="InvalidOperationException">A setting is not acceptable; the message names it.</exception>
    public static IngestSettings Read(IConfiguration config) => new(
        TimeSpan.FromSeconds(Number(config, "Ingest:LatenessSeconds", 300, 86_400)), TimeSpan.FromSeconds(Number(config, "Ingest:QuietSeconds", 30, 3_600)),
        TimeSpan.FromDays(Number(config, "Ingest:OldestDays", 31, 4_000)));

    private static int Number(IConfiguration config, string name, int usual, int most) => config[name] is not { Length: > 0 } text ? usual
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= most ? value
        : throw new InvalidOperationException($"{name} must be a whole number up to {most}.");
}

/// <summary>A stretch of time whose samples become one batch a node: unix seconds, within one epoch.</summary>
internal readonly record struct Window(long Start, long End)
{
    public static Window Of(long second, EpochLength epochs)
    {
        var epoch = second - (second % epochs.Seconds);
        var start = epoch + (second - epoch) / IngestSettings.WindowSeconds * IngestSettings.WindowSeconds;
        return new(start, Math.Min(start + IngestSettings.WindowSeconds, epoch + epochs.Seconds));
    }
}

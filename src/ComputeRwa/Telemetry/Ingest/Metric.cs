using System.Buffers.Text;

namespace ComputeRwa.Telemetry.Ingest;

/// <summary>The columns of a batch, in their order.</summary>
internal enum Column : byte
{
    SmActiveBps,
    GpuUtilPct,
    PowerMilliwatts,
    MemoryMiB,
}

/// <summary>A metric of an exporter that we take, and what makes it ours.</summary>
/// <param name="Scale">times this, rounded half up, it has the column's unit</param>
/// <param name="OfSlice">what a MIG instance's own figure says of its GPU</param>
internal sealed record Metric(byte[] Name, Column Column, int Scale, OfSlice OfSlice)
{
    // DCGM's units: a share from 0 to 1, per cent, watts, MiB. More metrics are more lines here.
    private static readonly Metric[] Known =
    [
        new("DCGM_FI_PROF_SM_ACTIVE"u8.ToArray(), Column.SmActiveBps, 10_000, OfSlice.Weighted),
        new("DCGM_FI_DEV_GPU_UTIL"u8.ToArray(), Column.GpuUtilPct, 1, OfSlice.Nothing),
        new("DCGM_FI_DEV_POWER_USAGE"u8.ToArray(), Column.PowerMilliwatts, 1_000, OfSlice.Whole),
        new("DCGM_FI_DEV_FB_USED"u8.ToArray(), Column.MemoryMiB, 1, OfSlice.Part),
    ];

    /// <returns>null for a metric that we do not take.</returns>
    public static Metric? Find(ReadOnlySpan<byte> name)
    {
        foreach (var metric in Known)
            if (name.SequenceEqual(metric.Name)) return metric;
        return null;
    }
}

/// <summary>How the figure of a MIG instance counts for its GPU.</summary>
internal enum OfSlice
{
    /// <summary>It says nothing of the GPU.</summary>
    Nothing,
    /// <summary>The exporter repeats the GPU's figure for each instance.</summary>
    Whole,
    /// <summary>The GPU's is the sum.</summary>
    Part,
    /// <summary>A share of the instance: it counts by the instance's sevenths of the GPU, rounded down, and the GPU's is the sum.</summary>
    Weighted,
}

/// <summary>The labels of a series, as far as they say which GPU it is of.</summary>
internal ref struct SeriesLabels
{
    /// <summary>A100, H100, H200 and B200 have seven compute slices.</summary>
    public const int Slices = 7;

    private ReadOnlySpan<byte> _uuid;
    private ReadOnlySpan<byte> _instance;
    private ReadOnlySpan<byte> _profile;

    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>Whether a label with a name so long can say anything.</summary>
    public static bool Counts(int nameLength) => nameLength is 4 or 8 or 13;

    public void Take(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        switch (name.Length)
        {
            case 4 when System.Text.Ascii.EqualsIgnoreCase(name, "uuid"u8): _uuid = value; break;
            case 8 when name.SequenceEqual("__name__"u8): Name = value; break;
            case 8 when name.SequenceEqual("GPU_I_ID"u8): _instance = value; break;
            case 13 when name.SequenceEqual("GPU_I_PROFILE"u8): _profile = value; break;
            case 8 when name.SequenceEqual("gpu_uuid"u8): _uuid = value; break;
        }
    }

    /// <summary>What the series is, or null when it is of no metric or no GPU that we could know.</summary>
    public readonly Series? Resolve(Metric metric)
    {
        if (!TryGpu(_uuid, out var gpu)) return null;
        if (_instance.IsEmpty) return new(gpu, metric, 0, Slices);
        if (metric.OfSlice == OfSlice.Nothing || !Utf8Parser.TryParse(_instance, out byte id, out var read) || read != _instance.Length || id == byte.MaxValue) return null;
        var slices = SlicesOf(_profile);
        if (metric.OfSlice == OfSlice.Weighted && slices == 0) return null;
        return metric.OfSlice == OfSlice.Whole ? new(gpu, metric, 0, Slices) : new(gpu, metric, (byte)(id + 1), slices);
    }

    /// <summary><c>GPU-</c> and a UUID, as the driver writes it.</summary>
    public static bool TryGpu(ReadOnlySpan<byte> text, out Guid gpu)
    {
        gpu = default;
        return text.Length == 40 && text.StartsWith("GPU-"u8) && Utf8Parser.TryParse(text[4..], out gpu, out var read, 'D') && read == 36;
    }

    /// <summary><c>3g.40gb</c> has three.</summary>
    private static int SlicesOf(ReadOnlySpan<byte> profile) =>
        profile.Length > 1 && profile[1] == 'g' && profile[0] is >= (byte)'1' and <= (byte)'7' ? profile[0] - '0' : 0;
}

/// <param name="Instance">0 for the GPU itself, one more than <c>GPU_I_ID</c> for a part of it</param>
/// <param name="Slices">sevenths of the GPU that the figure is of</param>
internal readonly record struct Series(Guid Gpu, Metric Metric, byte Instance, int Slices)
{
    public int Weigh(int value) => Instance != 0 && Metric.OfSlice == OfSlice.Weighted ? value * Slices / SeriesLabels.Slices : value;
}

/// <summary>One reading in our units.</summary>
/// <param name="At">unix milliseconds</param>
internal readonly record struct Sample(Guid Gpu, long At, int Value, Column Column, byte Instance);

/// <summary>What one request holds: samples in our units, and counts of what was left out. Bounded: who fills it stops at <see cref="MostSamples"/>.</summary>
/// <param name="expected">samples for which there is room at once</param>
internal sealed class Arrival(int expected = 0)
{
    public const int MostSamples = 200_000;
    public const int MostSeries = 100_000;

    public List<Sample> Samples { get; } = new(expected);

    /// <summary>Series of a metric that we take, without a GPU that could be known.</summary>
    public int WithoutGpu { get; set; }

    /// <summary>Readings that say there is none.</summary>
    public int Missing { get; private set; }

    /// <summary>Readings that cannot be.</summary>
    public int Impossible { get; set; }

    public void Add(Series series, Reading reading, int value, long at)
    {
        if (reading == Reading.Missing) Missing++;
        else if (reading == Reading.Impossible) Impossible++;
        else Samples.Add(new(series.Gpu, at, series.Weigh(value), series.Metric.Column, series.Instance));
    }
}

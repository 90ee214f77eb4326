using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ComputeRwa.Telemetry;
using ComputeRwa.Telemetry.Ingest;

namespace ComputeRwa.Agent;

/// <summary>What was read of all GPUs in one step.</summary>
/// <param name="At">unix second at which the step begins</param>
/// <param name="Step">seconds</param>
/// <param name="Values">column after column, in each GPU after GPU; <see cref="Columns.Missing"/> where there is no reading</param>
internal sealed record StepReading(long At, int Step, int[] Values)
{
    public const int ColumnCount = 4;

    public long To => At + Step;

    public bool IsEmpty => Values.All(v => v == Columns.Missing);

    /// <summary>
    /// What arrived, by the node's order of GPUs. Several figures of one GPU: the first counts; what its MIG instances report adds up where the GPU itself
    /// reports nothing. What cannot be is left out and counted, for the service would refuse the whole batch.
    /// </summary>
    /// <returns>with the count of impossible readings, and of those of GPUs that are not this node's</returns>
    public static (StepReading Reading, int Impossible, int Foreign) Of(Arrival arrival, Facts facts, long at, int step)
    {
        var rows = facts.GpuUuids.Select((uuid, i) => (Gpu: Guid.Parse(uuid.AsSpan("GPU-".Length)), i)).ToDictionary(g => g.Gpu, g => g.i);
        var (whole, parts, foreign) = (new Dictionary<int, int>(), new Dictionary<int, long>(), 0);
        foreach (var sample in arrival.Samples)
        {
            if (!rows.TryGetValue(sample.Gpu, out var row))
            {
                foreign++;
                continue;
            }
            var cell = (int)sample.Column * facts.Gpus + row;
            if (sample.Instance == 0) whole.TryAdd(cell, sample.Value);
            else parts[cell] = parts.GetValueOrDefault(cell) + sample.Value;
        }
        var (values, impossible) = (new int[ColumnCount * facts.Gpus], arrival.Impossible);
        for (var cell = 0; cell < values.Length; cell++)
        {
            var most = facts.Limits.Of(cell / facts.Gpus);
            var value = whole.TryGetValue(cell, out var own) ? own : parts.TryGetValue(cell, out var sum) ? (int)Math.Min(sum, most) : Columns.Missing;
            if (value > most) (value, impossible) = (Columns.Missing, impossible + 1);
            values[cell] = value;
        }
        return (new(at, step, values), impossible, foreign + arrival.WithoutGpu);
    }

    /// <summary>One line of the journal, with a check sum: a line that a crash has cut is none.</summary>
    public string ToLine()
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{At} {Step} {string.Join(',', Values)}");
        return $"{text} {Check(text)}";
    }

    /// <returns>null when the line is damaged.</returns>
    public static StepReading? OfLine(string line)
    {
        var end = line.LastIndexOf(' ');
        if (end < 0 || Check(line[..end]) != line[(end + 1)..]) return null;
        var words = line[..end].Split(' ');
        return new(Number(words[0]), (int)Number(words[1]), [.. words[2].Split(',').Select(v => (int)Number(v))]);
    }

    private static long Number(string text) => long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private static string Check(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)).AsSpan(0, 4));
}

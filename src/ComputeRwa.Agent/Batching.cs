using ComputeRwa.Telemetry;

namespace ComputeRwa.Agent;

/// <summary>Which readings make the next batch.</summary>
internal static class Batching
{
    /// <summary>The oldest readings that belong in one batch, and when it may be closed: at the window's end, or at once when they have another step than now.</summary>
    /// <param name="readings">not empty, by time</param>
    public static (List<StepReading> Readings, long DueAt) First(IReadOnlyList<StepReading> readings, Grid grid)
    {
        var first = readings[0];
        // Another grid's steps: of an earlier start with other settings.
        var isOurs = first.Step == grid.Step && first.At % grid.Step == 0;
        var end = grid.WindowEnd(first.At);
        var group = readings.TakeWhile(r => r.Step == first.Step && r.At < end && (r.At - first.At) % first.Step == 0).ToList();
        return (group, isOurs ? end : group[^1].To);
    }

    /// <summary>From the first reading to the last; steps between them without a reading are missing, not made up.</summary>
    public static Columns ToColumns(IReadOnlyList<StepReading> readings, int gpus)
    {
        var (from, step) = (readings[0].At, readings[0].Step);
        var samples = (int)((readings[^1].To - from) / step);
        var columns = new int[StepReading.ColumnCount][];
        for (var c = 0; c < columns.Length; c++)
        {
            columns[c] = new int[gpus * samples];
            Array.Fill(columns[c], Columns.Missing);
            foreach (var reading in readings)
                for (var gpu = 0; gpu < gpus; gpu++)
                    columns[c][gpu * samples + (int)((reading.At - from) / step)] = reading.Values[c * gpus + gpu];
        }
        return Columns.Of(gpus, samples, columns);
    }
}

using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry;

/// <summary>Time between two links of which there are no samples.</summary>
/// <param name="Before">number of the link that ends it; the one before that number begins it</param>
internal sealed record Hole(long Before, long FromSecond, long ToSecond);

/// <summary>Numbers of a chain that are missing, and the batches that wait right behind them.</summary>
internal sealed record Missing(long First, long Last, IReadOnlyList<WaitingBatch> Behind)
{
    /// <summary>Gaps in what waits ahead of a chain's end, in order.</summary>
    public static IReadOnlyList<Missing> Of(long next, IEnumerable<WaitingBatch> waiting)
    {
        var gaps = new List<Missing>();
        var run = new List<WaitingBatch>();
        foreach (var batch in waiting.OrderBy(w => w.Link.Sequence))
        {
            if (batch.Link.Sequence > next) gaps.Add(new(next, batch.Link.Sequence - 1, run = []));
            run.Add(batch);
            next = batch.Link.Sequence + 1;
        }
        return gaps;
    }
}

internal static class GapStore
{
    /// <summary>Holes that touch a range of time, in order, of those that end with a link after a number.</summary>
    /// <param name="next">the number that the chain's next link will have</param>
    public static async Task<List<Hole>> Holes(Tx tx, NodeId node, long next, long from, long to, long after, int limit)
    {
        // From the link that begins after the range has begun to the first that begins at its end or later.
        var (first, last) = (Math.Max(await FirstFrom(tx, node, next, from + 1), after + 1), Math.Min(await FirstFrom(tx, node, next, to), next - 1));
        return (await tx.Query<HoleRow>(
            """
            SELECT l.sequence, l.from_second, b.from_second AS before_from, b.step_seconds AS before_step, b.samples AS before_samples
            FROM telemetry_batches l JOIN telemetry_batches b ON b.node = l.node AND b.place = l.place - 1
            WHERE l.node_id = @node AND l.place >= @first AND l.place <= @last
              AND l.from_second > b.from_second + b.step_seconds * b.samples AND b.from_second + b.step_seconds * b.samples < @to
            ORDER BY l.place LIMIT @limit
            """,
            new { node, first, last, to, limit })).ConvertAll(r => new Hole(r.Sequence, r.BeforeFrom + r.BeforeStep * r.BeforeSamples, r.FromSecond));
    }

    /// <summary>The first link that begins at a second or later; <paramref name="next"/> when there is none. A chain's numbers have no gaps and its times rise.</summary>
    private static async Task<long> FirstFrom(Tx tx, NodeId node, long next, long second)
    {
        var (low, high) = (0L, next);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (await tx.Single<long>("SELECT from_second FROM telemetry_batches WHERE node_id = @node AND place = @middle", new { node, middle }) < second) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    private sealed record HoleRow(long Sequence, long FromSecond, long BeforeFrom, long BeforeStep, long BeforeSamples);
}

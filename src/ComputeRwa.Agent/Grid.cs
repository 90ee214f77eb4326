namespace ComputeRwa.Agent;

/// <summary>Where steps and batches begin on the wall clock: at whole multiples of their length since 1970, as epochs do.</summary>
/// <param name="Step">seconds</param>
/// <param name="BatchSeconds">a multiple of the step</param>
/// <param name="EpochSeconds">a multiple of the step, so that no step lies in two epochs</param>
internal sealed record Grid(int Step, int BatchSeconds, long EpochSeconds)
{
    /// <summary>The start of the step that a second lies in.</summary>
    public long StepOf(long second) => second - second % Step;

    /// <summary>Where the batch must end that holds a sample of this second: at a whole batch length, or earlier with the epoch.</summary>
    public long WindowEnd(long second) => Math.Min((second / BatchSeconds + 1) * BatchSeconds, (second / EpochSeconds + 1) * EpochSeconds);

    /// <summary>Until the next step begins.</summary>
    public TimeSpan ToNextStep(DateTimeOffset now)
    {
        var step = Step * 1_000L;
        return TimeSpan.FromMilliseconds(step - now.ToUnixTimeMilliseconds() % step);
    }

    /// <summary>Whether a reading may stand for a step.</summary>
    /// <param name="at">the step's start</param>
    /// <param name="takenThrough">where the samples end that were taken, in the journal and on the chain: a clock that was put back repeats times, and those are not taken twice</param>
    /// <param name="finished">when the reading had come: it stands for the step that it was made in and for no other</param>
    public bool Takes(long at, long takenThrough, DateTimeOffset finished) => at >= takenThrough && StepOf(finished.ToUnixTimeSeconds()) == at;
}

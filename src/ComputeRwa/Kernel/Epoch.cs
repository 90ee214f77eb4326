namespace ComputeRwa.Kernel;

/// <summary>Epochs of a fixed length in seconds: number = floor(unix seconds / length).</summary>
internal sealed record EpochLength(long Seconds)
{
    public long EpochOf(DateTimeOffset at) => Math.DivRem(at.ToUnixTimeSeconds(), Seconds).Quotient;
    public DateTimeOffset StartOf(long epoch) => DateTimeOffset.FromUnixTimeSeconds(epoch * Seconds);
    public DateTimeOffset EndOf(long epoch) => StartOf(epoch + 1);
}

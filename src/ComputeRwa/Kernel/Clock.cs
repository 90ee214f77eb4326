namespace ComputeRwa.Kernel;

internal static class Clock
{
    /// <summary>Now, in whole milliseconds: what is answered is exactly what is stored.</summary>
    public static DateTimeOffset Now(this TimeProvider time) => DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
}

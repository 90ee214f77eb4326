namespace ComputeRwa.Settlement;

/// <summary>A root that stands on chain, and whether a reveal was demanded of it.</summary>
internal sealed record StandingRoot(PostedRoot Post, bool Demanded);

/// <summary>When posted roots become active: EpochLedger's rule, for showing what will be; what counts is what the chain answers.</summary>
internal static class RootRing
{
    /// <summary>Waiting beyond the window is counted in 128ths of it, rounded up.</summary>
    private const long WindowParts = 128;

    /// <summary>Unix seconds from which each root is active, by epoch. A demand puts a root off by a window, and none is active before the one before it.</summary>
    /// <param name="roots">consecutive epochs, ascending</param>
    /// <param name="window">seconds</param>
    public static IReadOnlyDictionary<long, long> ActiveAt(IEnumerable<StandingRoot> roots, long window)
    {
        var result = new Dictionary<long, long>();
        long before = 0;
        foreach (var (post, demanded) in roots)
        {
            var own = post.MinedAt.ToUnixTimeSeconds() + window;
            var wait = Math.Max(demanded ? WindowParts : 0, before > own ? CeilingDivide((before - own) * WindowParts, window) : 0);
            before = own + CeilingDivide(wait * window, WindowParts);
            result[post.Epoch] = before;
        }
        return result;
    }

    private static long CeilingDivide(long a, long b) => a == 0 ? 0 : (a + b - 1) / b;
}

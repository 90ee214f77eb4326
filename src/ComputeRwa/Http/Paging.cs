namespace ComputeRwa.Http;

/// <summary>A page of a list. <c>Next</c> is the cursor to pass as <c>after</c>; null on the last page.</summary>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

internal static class Page
{
    /// <summary>Makes a page of the at most <paramref name="limit"/> rows that were asked for.</summary>
    public static Page<T> Of<T>(IReadOnlyList<T> items, int limit, Func<T, string> cursor) =>
        new(items, items.Count > 0 && items.Count == Paging.Clamp(limit) ? cursor(items[^1]) : null);
}

internal static class Paging
{
    public const int Most = 500;

    public static int Clamp(int limit) => Math.Clamp(limit, 1, Most);
}

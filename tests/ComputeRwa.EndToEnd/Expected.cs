namespace ComputeRwa.EndToEnd;

/// <summary>What the demonstration must come to with seed 1, to the byte, and how many requests it takes.</summary>
internal static class Expected
{
    /// <summary>POSTs of the story. Kills are spread over them, so a story that grows must say so here.</summary>
    public const int Posts = 1_025;

    public static string Table => File.ReadAllText(Path.Combine(Repository.Root, "tests/ComputeRwa.EndToEnd/expected-table.txt"));
}

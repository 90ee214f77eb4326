using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ComputeRwa.EndToEnd;

/// <summary>Commands as the documents print them.</summary>
internal static partial class Shell
{
    /// <summary>What stands between ```bash and ```.</summary>
    public static List<string> Blocks(string markdown) => [.. Fence().Matches(markdown).Select(m => m.Groups[1].Value)];

    /// <summary>With bash, in the repository's folder; errors first in the output.</summary>
    public static async Task<(int Exit, string Output)> Run(string script, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("bash", ["-s"])
        {
            WorkingDirectory = Repository.Root, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync($"main() {{\n{script}\n}}\nmain < /dev/null\n");
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }
        await process.WaitForExitAsync(CancellationToken.None);
        return (process.ExitCode, await errors + await output);
    }

    [GeneratedRegex("```bash\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Fence();
}

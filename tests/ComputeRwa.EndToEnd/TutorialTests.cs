using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ComputeRwa.EndToEnd;

/// <summary>The README's tutorial is run as it is printed there.</summary>
public sealed partial class TutorialTests
{
    [Fact]
    public async Task The_tutorial_of_the_README_ends_with_cash_in_the_holders_account_and_balanced_books()
    {
        await using var stack = await Stack.Start();
        var script = Tutorial();
        var (exit, output) = await Bash(script, new()
        {
            ["API"] = stack.Api.OriginalString.TrimEnd('/'),
            ["COMPUTERWA_RPC"] = stack.Rpc.OriginalString,
            ["KEY"] = stack.Options.Key,
            ["PATH"] = $"{Path.GetDirectoryName(Repository.Node)}:{Environment.GetEnvironmentVariable("PATH")}",
        });
        Assert.True(exit == 0, output);
        Assert.Contains("\"claimed\":{\"amount\":\"40.320000\",\"currency\":\"tUSD\"}", output, StringComparison.Ordinal);
        Assert.EndsWith("true", output.TrimEnd(), StringComparison.Ordinal);
    }

    private static string Tutorial()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        var section = readme[readme.IndexOf("\n## Tutorial\n", StringComparison.Ordinal)..];
        section = section[..section.IndexOf("\n## ", 2, StringComparison.Ordinal)];
        var blocks = Fence().Matches(section).Select(m => m.Groups[1].Value).ToList();
        Assert.True(blocks.Count >= 5, "The tutorial's bash blocks were not found.");
        return "set -euo pipefail\n" + string.Concat(blocks);
    }

    private static async Task<(int Exit, string Output)> Bash(string script, Dictionary<string, string> environment)
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

namespace ComputeRwa.EndToEnd;

/// <summary>The README's tutorial is run as it is printed there.</summary>
public sealed class TutorialTests
{
    [Fact]
    public async Task The_tutorial_of_the_README_ends_with_cash_in_the_holders_account_and_balanced_books()
    {
        await using var stack = await Stack.Start();
        var script = Tutorial();
        var (exit, output) = await Shell.Run(script, new()
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
        var blocks = Shell.Blocks(section);
        Assert.True(blocks.Count >= 5, "The tutorial's bash blocks were not found.");
        return "set -euo pipefail\n" + string.Concat(blocks);
    }
}
